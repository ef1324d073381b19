"""The cache is disposable: whatever is wrong with the file, a desk opens, empty at worst."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from agent_tui.domain.contact import Contact
from agent_tui.errors import Corrupt, DiskFull
from agent_tui.store import read, schema, write
from agent_tui.store.cache import Cache
from agent_tui.store.open import open_cache, rebuild
from tests import eg
from tests.flow.seed import KEY


def filled(path: Path) -> Path:
    cache = open_cache(path, KEY)
    write.put_rows(cache, [eg.contact(f"k{n}") for n in range(50)])
    write.put_meta(cache, cursor="v1.e.7.1", agent_id="a1")
    cache.close()
    return path


def rows_in(path: Path, key: bytes = KEY) -> int:
    cache = open_cache(path, key)
    (count,) = cache.first("row_count") or (0,)
    cache.close()
    return int(count)


def test_a_cache_keeps_its_rows_and_its_cursor(tmp_path: Path) -> None:
    cache = open_cache(filled(tmp_path / "cache.db"), KEY)
    assert read.get(cache, Contact, "k7") == eg.contact("k7")
    assert (cache.cursor, cache.agent_id) == ("v1.e.7.1", "a1")
    cache.close()


def test_nothing_is_on_disk_in_clear(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    cache = open_cache(path, KEY)
    write.put_rows(cache, [eg.contact(subject="canary-subject")])
    on_disk = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    cache.close()
    assert b"canary" not in on_disk and b"SQLite format" not in on_disk


def test_another_key_means_an_empty_cache(tmp_path: Path) -> None:
    assert rows_in(filled(tmp_path / "cache.db"), bytes(32)) == 0


def test_another_schema_means_an_empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = filled(tmp_path / "cache.db")
    monkeypatch.setattr(schema, "STAMP", schema.STAMP ^ 1)
    assert rows_in(path) == 0


@pytest.mark.parametrize("where", [0, 0.5])
def test_a_damaged_cache_is_made_anew(tmp_path: Path, where: float) -> None:
    path = filled(tmp_path / "cache.db")
    damaged = bytearray(path.read_bytes())
    at = int(len(damaged) * where)
    damaged[at : at + 600] = bytes(600)
    path.write_bytes(damaged)
    cache = open_cache(path, KEY)
    try:
        read.every(cache, Contact)
    except Corrupt:
        rebuild(cache)
    assert len(read.every(cache, Contact)) in (0, 50)
    cache.close()


def test_a_truncated_cache_is_made_anew(tmp_path: Path) -> None:
    path = filled(tmp_path / "cache.db")
    path.write_bytes(path.read_bytes()[:1000])
    assert rows_in(path) == 0


def test_rebuilding_keeps_whose_cache_it_was(cache: Cache) -> None:
    write.put_meta(cache, agent_id="a1", banner="simulation", cursor="v1.e.1.1")
    rebuild(cache)
    assert cache.meta == {"agent_id": "a1", "banner": "simulation"}


def test_a_full_disk_is_said_and_keeps_what_was_there(cache: Cache) -> None:
    write.put_rows(cache, [eg.contact("k1")])
    (pages,) = cache.connection.execute("PRAGMA page_count").fetchone()
    cache.connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(DiskFull):
        write.put_rows(cache, [eg.contact(f"x{n}", subject="x" * 500) for n in range(200)])
    assert [c.id for c in read.every(cache, Contact)] == ["k1"]


def test_opening_an_up_to_date_file_imports_sqlcipher_and_nothing_heavy(tmp_path: Path) -> None:
    filled(tmp_path / "cache.db")
    code = (
        "import sys; from pathlib import Path\n"
        "from agent_tui.store.open import open_cache\n"
        f"open_cache(Path({str(tmp_path / 'cache.db')!r}), bytes(range(32))).close()\n"
        "print('sqlite_utils' in sys.modules, 'sqlcipher3' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
    assert not done.stderr
