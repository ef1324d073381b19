"""The Merkle tree: the definitions of RFC 6962 word for word against the fast way, and proofs that cannot lie."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.server import merkle

LEAVES = [bytes([n]) for n in range(7)]
"""Seven entries, the size of the tree that RFC 6962 section 2.1.3 draws."""


def naive_root(entries: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, as it is written."""
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    k = 1
    while k * 2 < len(entries):
        k *= 2
    return sha256(b"\x01" + naive_root(entries[:k]) + naive_root(entries[k:])).digest()


def tree(size: int) -> list[bytes]:
    return [merkle.leaf(b"row %d" % n) for n in range(size)]


def test_known_vectors() -> None:
    assert merkle.EMPTY.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert merkle.leaf(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert merkle.root([merkle.leaf(b"")]).hex() == merkle.leaf(b"").hex()


def test_the_tree_that_the_rfc_draws() -> None:
    """The seven-leaf tree of section 2.1.3, put together by hand: a–c, e, f, j are leaves and g, h, i, k, l nodes."""
    a, b, c, d, e, f, j = (sha256(b"\x00" + one).digest() for one in LEAVES)

    def two(left: bytes, right: bytes) -> bytes:
        return sha256(b"\x01" + left + right).digest()

    g, h, i = two(a, b), two(c, d), two(e, f)
    k, last = two(g, h), two(i, j)
    hashes = [merkle.leaf(one) for one in LEAVES]
    subtree = merkle.over(hashes)
    assert merkle.root(hashes) == two(k, last)
    assert merkle.inclusion(0, 7, subtree) == [b, h, last]
    assert merkle.inclusion(3, 7, subtree) == [c, g, last]
    assert merkle.inclusion(4, 7, subtree) == [f, j, k]
    assert merkle.inclusion(6, 7, subtree) == [i, k]
    assert merkle.consistency(3, 7, subtree) == [c, d, g, last]
    assert merkle.consistency(4, 7, subtree) == [last]
    assert merkle.consistency(6, 7, subtree) == [i, j, k]
    assert merkle.consistency(7, 7, subtree) == []


@given(st.lists(st.binary(max_size=5), max_size=70))
def test_the_growing_tree_is_the_tree_of_the_definition(entries: list[bytes]) -> None:
    assert merkle.root(map(merkle.leaf, entries)) == naive_root(entries)


@given(st.data())
def test_every_leaf_is_proved_and_no_other(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 300))
    index = data.draw(st.integers(0, size - 1))
    leaves = tree(size)
    path = merkle.inclusion(index, size, merkle.over(leaves))
    root = merkle.root(leaves)
    assert len(path) <= (size - 1).bit_length()
    assert merkle.includes(leaves[index], index, size, path, root)
    assert not merkle.includes(merkle.leaf(b"another"), index, size, path, root)
    assert not merkle.includes(leaves[index], index, size, path, merkle.leaf(root))
    other = data.draw(st.integers(0, size - 1).filter(lambda n: n != index)) if size > 1 else size
    assert not merkle.includes(leaves[index], other, size, path, root)
    assert not merkle.includes(leaves[index], index, size, [*path, root], root)
    if path:
        assert not merkle.includes(leaves[index], index, size, path[:-1], root)


@given(st.data())
def test_growth_is_proved_and_rewriting_is_not(data: st.DataObject) -> None:
    new = data.draw(st.integers(1, 300))
    old = data.draw(st.integers(1, new))
    leaves = tree(new)
    proof = merkle.consistency(old, new, merkle.over(leaves))
    before, after = merkle.root(leaves[:old]), merkle.root(leaves)
    assert merkle.extends(old, new, before, after, proof)
    changed = data.draw(st.integers(0, old - 1))
    forged = [*leaves[:changed], merkle.leaf(b"forged"), *leaves[changed + 1 :]]
    lie = merkle.consistency(old, new, merkle.over(forged))
    assert not merkle.extends(old, new, before, merkle.root(forged), lie)
    assert not merkle.extends(old, new, before, merkle.root(forged), proof)
    assert not merkle.extends(old, new, before, after, [*proof, after])


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_there_is_no_proof_of_what_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        merkle.inclusion(index, size, merkle.over(tree(3)))
    assert not merkle.includes(merkle.leaf(b""), index, size, [], merkle.EMPTY)


@pytest.mark.parametrize(("old", "new"), [(0, 3), (4, 3)])
def test_a_tree_grows_from_something_and_only_forward(old: int, new: int) -> None:
    with pytest.raises(ValueError, match="does not grow"):
        merkle.consistency(old, new, merkle.over(tree(4)))
    assert not merkle.extends(old, new, merkle.EMPTY, merkle.EMPTY, [])
