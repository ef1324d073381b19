"""A bundle is trusted only whole: its text, its id, its key and the purpose of the signature."""

from __future__ import annotations

import os

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from agent_tui import canon
from agent_tui.domain.centre import Bundle
from agent_tui.wire import signed

TEXT = "permit (principal, action, resource);"
PRIVATE = os.urandom(32)
GOOD, KEY = signed.sign(Bundle(id="policy", kind="policy", revision=canon.digest(TEXT.encode()), text=TEXT), PRIVATE)


def test_what_was_signed_is_trusted() -> None:
    assert signed.trusted(GOOD, KEY)
    assert (GOOD.signature.partition(":")[0], KEY.partition(":")[0]) == (signed.ALGORITHM, signed.ALGORITHM)


@given(st.integers(0, len(TEXT) - 1), st.characters(codec="utf-8"))
def test_no_letter_of_the_text_can_be_changed(at: int, letter: str) -> None:
    text = TEXT[:at] + letter + TEXT[at + 1 :]
    changed = msgspec.structs.replace(GOOD, text=text)
    assert signed.trusted(changed, KEY) == (text == TEXT)
    again = msgspec.structs.replace(changed, revision=canon.digest(text.encode()))
    assert signed.trusted(again, KEY) == (text == TEXT)


def test_another_bundle_key_algorithm_or_purpose_is_not() -> None:
    other, their_key = signed.sign(GOOD, os.urandom(32))
    assert not signed.trusted(other, KEY) and not signed.trusted(GOOD, their_key)
    assert not signed.trusted(msgspec.structs.replace(GOOD, id="blueprint:x"), KEY)
    assert not signed.trusted(msgspec.structs.replace(GOOD, kind="blueprint"), KEY)
    assert not signed.trusted(GOOD, "") and not signed.trusted(GOOD, KEY.replace("ed25519", "sm2"))
    assert not signed.trusted(msgspec.structs.replace(GOOD, signature=""), KEY)
    bare = Ed25519PrivateKey.from_private_bytes(PRIVATE).sign(GOOD.revision.encode())
    assert not signed.trusted(msgspec.structs.replace(GOOD, signature=signed.named(bare)), KEY)
