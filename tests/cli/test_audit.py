"""`agent-tui audit` from the outside: verify, show, export, in three languages, beside a server's database."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent_tui import ids
from agent_tui.cli import main, pager
from agent_tui.cli.audit_verify import BROKEN
from agent_tui.domain.commands import PerformAction, RevealField, SetAgentState
from agent_tui.domain.customer import Secret
from agent_tui.errors import InputError, UsageError
from agent_tui.server import checkpoints
from agent_tui.server.caller import Caller
from agent_tui.server.database import Tx, read_apart, write_apart
from agent_tui.server.signing import Signer
from agent_tui.store.open import open_journal
from agent_tui.wire.command import Envelope
from tests import eg
from tests.server import bench
from tests.server.engines import raw

CHEN = Caller(kind="agent", id="a1", device="d1", login="chen")


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Some work about customer c1, two checkpoints, one of them kept in a file too."""
    monkeypatch.setenv("AGENT_TUI_HOME", str(tmp_path / "home"))
    services = bench.open_bench(tmp_path)
    bench.add_customer(services)
    signer = Signer.beside(services.db.path)

    def work(tx: Tx) -> None:
        for command in (
            SetAgentState(state="ready"),
            PerformAction(action="waive_fee", customer_id="c1", amount_minor=3000, reason="kind"),
            PerformAction(action="waive_fee", customer_id="c1", amount_minor=9000, reason="kind"),
            RevealField(customer_id="c1", field=Secret.PHONE, purpose="check"),
        ):
            services.ledger.commit(tx, Envelope(id=ids.uuid7(), command=command), CHEN)

    for n in range(2):
        services.db.write_now(work)
        kept = services.db.write_now(lambda tx: checkpoints.take(tx, signer, eg.NOW, "demand"))
        if n == 0:
            import msgspec

            (tmp_path / "kept.jsonl").write_bytes(msgspec.json.encode(kept) + b"\n")
    services.db.close()
    yield services.db.path


def run(*argv: str, language: str = "en") -> int:
    return main.run([str(one) for one in argv], language)


# ---- verify ------------------------------------------------------------------------------------------------------


def test_verify_says_what_it_compared(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("audit", "verify", "--database", str(database)) == 0
    said = capsys.readouterr().out
    assert "every link holds" in said
    assert "Nothing kept outside" in said
    kept = str(database.parent / "kept.jsonl")
    assert run("audit", "verify", "--database", str(database), "--checkpoints", kept) == BROKEN - 1
    assert "Compared with 2 signed checkpoints" in capsys.readouterr().out


def test_verify_names_the_row_in_the_readers_language(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_apart(database, lambda tx: raw(tx, "UPDATE audit SET actor = 'a2' WHERE seq = 5"))
    for language, words in (("en", "at row 5"), ("zh", "第 5 条"), ("ja", "5 件目")):
        assert run("audit", "verify", "--database", str(database), language=language) == BROKEN
        assert words in capsys.readouterr().out


def test_a_journal_of_a_desk_is_a_witness(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from agent_tui.config import secrets

    folder = database.parent / "seat"
    folder.mkdir()
    journal = open_journal(folder / "journal.db", secrets.plain(folder).of("journal"))
    row = read_apart(database, lambda tx: dict(tx.all("audit_from", after=4, limit=1)[0]))
    put = "INSERT INTO receipt VALUES ('x', 't', 'applied', '', '', 0, '', 0, ?, ?, 0)"
    journal.write(lambda c: c.execute(put, (row["seq"], row["hash"]))).result()
    journal.close()
    given = ("audit", "verify", "--database", str(database), "--receipts")
    assert run(*given, str(folder / "journal.db")) == 0
    assert "1 receipts" in capsys.readouterr().out
    lines = database.parent / "receipts.jsonl"
    assert run("audit", "receipts", str(folder / "journal.db"), str(lines)) == 0
    assert json.loads(lines.read_text()) == {"seq": row["seq"], "hash": row["hash"]}
    lines.write_text(lines.read_text().replace(row["hash"], "sha256:00"))
    assert run(*given, str(lines)) == BROKEN
    assert f"row {row['seq']}" in capsys.readouterr().out


@pytest.mark.parametrize("option", ["--checkpoints", "--receipts"])
def test_a_file_that_is_none_is_named_with_its_line(database: Path, option: str) -> None:
    wrong = database.parent / "wrong.jsonl"
    wrong.write_text("nothing\n")
    with pytest.raises(InputError) as caught:
        run("audit", "verify", "--database", str(database), option, str(wrong))
    assert caught.value.args_["line"] == 1


# ---- show --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Waive a fee 30.00 CNY · done", "refused: cap", "saw in the clear: phone number", "陈晓 (a1)")),
        ("zh", ("减免", "30.00 CNY · 已办", "拒绝依据：cap", "明文查看：")),
        ("ja", ("手数料", "30.00 CNY · 実行済み", "却下の根拠：cap", "マスク解除：")),
    ],
)
def test_show_tells_who_did_what_in_order(
    database: Path, capsys: pytest.CaptureFixture[str], language: str, words: tuple[str, ...]
) -> None:
    assert run("audit", "show", "--database", str(database), "--customer", "c1", language=language) == 0
    said = capsys.readouterr().out
    assert all(word in said for word in words), said
    numbers = [int(line.split()[0]) for line in said.splitlines() if line[:7].strip().isdigit()]
    assert numbers == sorted(numbers) and len(numbers) == 6


def test_show_as_json_is_the_rows_themselves(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("audit", "show", "--database", str(database), "--agent", "chen", "--format", "json") == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["actor"] for row in rows} == {"a1"}
    assert rows[0]["hash"].startswith("sha256:")
    assert run("audit", "show", "--database", str(database), "--contact", "k9") == 0
    assert "Nothing was recorded" in capsys.readouterr().out


def test_show_must_know_of_whom(database: Path) -> None:
    with pytest.raises(UsageError):
        run("audit", "show", "--database", str(database))
    with pytest.raises(UsageError):
        run(
            "audit",
            "show",
            "--database",
            str(database),
            "--agent",
            "a1",
            "--from",
            "2026-03-02",
            "--to",
            "2026-03-01",
        )


def test_pages_turn_by_keys() -> None:
    assert [pager.turn(0, key, 10, 25) for key in (" ", "b", "G", "g", "x")] == [10, 0, 15, 0, 0]
    assert pager.turn(15, " ", 10, 25) is None
    assert pager.turn(3, "q", 10, 25) is None
    assert pager.turn(0, " ", 10, 5) is None


# ---- export ------------------------------------------------------------------------------------------------------


def checked(folder: Path) -> subprocess.CompletedProcess[str]:
    """What an auditor does, with Python alone."""
    return subprocess.run(
        [sys.executable, "-I", str(folder / "check.py")], capture_output=True, text=True, check=False
    )


def test_an_export_is_checked_without_the_program(database: Path) -> None:
    folder = database.parent / "export"
    assert run("audit", "export", "--database", str(database), "--by", "boss", "--out", str(folder)) == 0
    done = checked(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "signatures checked" in done.stdout
    assert "RFC 6962" in (folder / "README.md").read_text()
    rows = [json.loads(line) for line in (folder / "rows.jsonl").read_text().splitlines()]
    assert len(rows) == len((folder / "proofs.jsonl").read_text().splitlines())
    last = read_apart(database, lambda tx: dict(tx.all("audit_from", after=len(rows), limit=1)[0]))
    facts = json.loads(last["payload"])["facts"]
    assert last["type"] == "ExportAudit"
    assert (facts["by"], facts["rows"]) == ("s1", len(rows))


@pytest.mark.parametrize("file", ["rows.jsonl", "checkpoints.jsonl", "proofs.jsonl"])
def test_a_changed_export_is_found(database: Path, file: str) -> None:
    folder = database.parent / "export"
    run("audit", "export", "--database", str(database), "--by", "s1", "--out", str(folder))
    text = (folder / file).read_text()
    old, new = {
        "rows.jsonl": ("waive_fee", "waive_fie"),
        "checkpoints.jsonl": ('"reason":"demand"', '"reason":"wished"'),
        "proofs.jsonl": ('"path":["sha256:', '"path":["sha256:00'),
    }[file]
    (folder / file).write_text(text.replace(old, new, 1))
    done = checked(folder)
    assert done.returncode == 1
    assert "WRONG" in done.stdout


def test_an_export_needs_a_person_and_an_empty_folder(database: Path) -> None:
    with pytest.raises(UsageError):
        run("audit", "export", "--database", str(database), "--by", "nobody", "--out", str(database.parent / "x"))
    with pytest.raises(UsageError):
        run("audit", "export", "--database", str(database), "--by", "boss", "--out", str(database.parent))
