"""`agent-tui blueprint …`: what authors and reviewers see, and the exit code a check in a pipe relies on."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from agent_tui import ids
from agent_tui.blueprints import run as walking
from agent_tui.blueprints.facts import examples
from agent_tui.blueprints.model import Blueprint, node_map
from agent_tui.blueprints.record import Notebook, closed, note
from agent_tui.blueprints.walk import Run
from agent_tui.cli.blueprint import find, lint_files, read, shipped
from agent_tui.cli.blueprint_play import Play, play
from agent_tui.cli.main import run as run_cli
from agent_tui.config.centre import load as load_centre
from agent_tui.domain.commands import RecordWalk
from agent_tui.domain.walk import Walk
from agent_tui.errors import InputError
from agent_tui.server import releases, seed
from agent_tui.server.caller import Caller
from agent_tui.server.database import Tx
from agent_tui.wire.command import Envelope
from tests import eg
from tests.server import office

FOLDER = Path(__file__).parents[2] / "scripts" / "blueprints"


def run(*argv: str) -> int:
    return run_cli(["blueprint", *argv], "en")


def played(which: str, lines: str, spoken: str = "en") -> tuple[int, str]:
    out = io.StringIO()
    return play(find(which), spoken, "en", io.StringIO(lines), out), out.getvalue()


def test_the_shipped_ones_are_clean(capsys: pytest.CaptureFixture[str]) -> None:
    assert lint_files(shipped(), "en") == 0
    assert "0 findings" in capsys.readouterr().out


def test_lint_names_file_line_and_reason_and_leaves_with_65(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = (FOLDER / "card_loss.yaml").read_text(encoding="utf-8")
    broken = tmp_path / "card_loss.yaml"
    broken.write_text(good.replace("next: what", "next: waht", 1), encoding="utf-8")
    odd = tmp_path / "other.yaml"
    odd.write_text(good.replace("end: card_loss,", "end: card_los,", 1), encoding="utf-8")
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("é".encode("latin-1"))
    assert run("lint", str(broken), str(odd), str(latin), str(tmp_path / "absent.yaml")) == 65
    out = capsys.readouterr().out
    assert f"{broken}:" in out and "“waht”" in out and "what" in out
    assert "card_los" in out and "card_loss.yaml" in out
    assert "UTF-8" in out and "absent.yaml cannot be read" in out


def test_two_files_with_one_id_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "card_loss.yaml").write_text((FOLDER / "card_loss.yaml").read_text("utf-8"), "utf-8")
    assert lint_files([tmp_path / "a" / "card_loss.yaml", tmp_path / "b" / "card_loss.yaml"], "en") == 65
    assert "both called “card_loss”" in capsys.readouterr().out


def test_an_unknown_name_tells_the_nearest() -> None:
    with pytest.raises(InputError) as caught:
        find("card_lost")
    assert caught.value.args_["near"] == "card_loss"
    assert read(FOLDER / "card_loss.yaml") == find("card_loss") == find(str(FOLDER / "card_loss.yaml"))


@pytest.mark.parametrize("spoken", ["zh", "en", "ja"])
def test_show_and_graph_print_every_node(spoken: str, capsys: pytest.CaptureFixture[str]) -> None:
    for argv in (("show", "fraud"), ("graph", "fraud"), ("graph", "fraud", "--dot"), ("graph", "fraud", "--svg")):
        assert run(*argv, "--in", spoken) == 0
        out = capsys.readouterr().out
        assert all(node.id in out for node in find("fraud").nodes)


def test_diff_tells_what_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (FOLDER / "fraud.yaml").read_text(encoding="utf-8")
    newer = tmp_path / "fraud.yaml"
    newer.write_text(text.replace("version: ", "version: 9", 1).replace("expect: 12", "expect: 13", 1), "utf-8")
    assert run("diff", "fraud", str(newer)) == 0
    out = capsys.readouterr().out
    assert "~ head version" in out and "expected seconds" in out
    assert run("diff", "fraud", "fraud") == 0
    assert "the same" in capsys.readouterr().out


def test_a_pipe_walks_a_blueprint_to_its_end() -> None:
    code, out = played("pos_terminal", "\n1\n1\n\ny\ny\n\n")
    assert code == 0 and "The end: terminal_fault / answered" in out and "greet → find_terminal" in out


def test_a_wrong_answer_is_told_and_asked_again_back_and_language_work() -> None:
    code, out = played("pos_terminal", "\n1\n9\nb\nl\n1\n1\n\ny\ny\n\n")
    assert code == 0 and "Choose 1 to 6." in out and "ロール紙" in out


def test_checks_are_marked_by_number() -> None:
    assert "“not_verified”" in played("fee_waiver", "\n1\n")[1]
    assert "“card”" in played("fee_waiver", "\n1 2 3\nq\n")[1]


def test_a_slip_of_the_finger_fails_nobody() -> None:
    for slip in ("", "x", "1 2 9"):
        out = played("fee_waiver", f"\n{slip}\nq\n")[1]
        assert "Type the numbers that were right (1-5" in out and "“verify”" in out
    assert "“not_verified”" in played("fee_waiver", "\n1 1 1\nq\n")[1]


def test_an_outcome_that_is_none_is_asked_again_by_the_numbers_on_the_screen() -> None:
    out = played("pos_terminal", "\nfoo\nq\n")[1]
    assert "Choose 1 to 2." in out and "not_found" not in out


def test_one_can_jump_to_a_step_one_has_been_at_by_number_or_name() -> None:
    for word in ("1", "greet"):
        assert "“greet”" in played("pos_terminal", f"\n1\nj {word}\nq\n")[1]
    for word in ("", " 9", " second_line"):
        assert "1 greet  2 find_terminal" in played("pos_terminal", f"\n1\nj{word}\nq\n")[1]


@pytest.mark.parametrize(("line", "answer"), [("=j 2", "j 2"), ("=q", None), ("==q", "=q"), ("plain", "plain")])
def test_an_answer_that_looks_like_a_key_is_given_with_a_mark(line: str, answer: str | None) -> None:
    walk = Play(find("callback_promise"), "en", "en", io.StringIO(f"1\n{line}\nq\n"), io.StringIO())
    walk.go()
    asked = walking.visited(walk.run)
    assert ("when" in asked) == (answer is not None), "an answer of one letter is shorter than the question allows"
    assert answer is None or walk.run.steps[-1].answer == answer


def test_the_keys_are_told_at_the_start() -> None:
    assert "b one back" in played("pos_terminal", "q\n")[1].splitlines()[0]


def test_input_that_ends_early_leaves_with_65() -> None:
    assert played("pos_terminal", "\n")[0] == 65
    assert played("pos_terminal", "q\n")[0] == 65


def test_the_bank_has_its_name_in_each_language() -> None:
    assert "Voyage Bank" in played("pos_terminal", "q\n", "en")[1]
    assert "远航银行" in played("pos_terminal", "q\n", "zh")[1]


# ---- what was seen and how it went -------------------------------------------------------------------------------


def centre(folder: Path) -> Path:
    """A database in which one contact was led through a blueprint, was left, and strayed."""
    services = office.open_office(folder)
    here = load_centre(FOLDER.parent / "centre")
    blueprint = find("card_loss")

    def work(tx: Tx) -> None:
        seed.publish(tx, [*here.groups, *here.categories], "SeedCentre", eg.NOW)
        releases.take_in(tx, [blueprint], "Asia/Shanghai", eg.NOW, services.signer.bundle)

    services.db.write_now(work)
    office.put(services, office.serving("a1", answered_by=("a1",)))
    command = RecordWalk(contact_id="k-a1-c1", walk=recorded(blueprint))
    caller = Caller(kind="agent", id="a1", device="d")
    answer = services.db.write_now(
        lambda tx: services.ledger.commit(tx, Envelope(id=ids.uuid7(), command=command), caller)
    )
    assert answer.http == 200, answer.body
    services.db.close()
    return folder / "ledger.db"


def recorded(blueprint: Blueprint) -> Walk:
    """Two sentences in Chinese, one in Japanese, a deviation."""
    run = walking.start(blueprint, {**examples(), "contact.verified": "none"}, "zh")
    book = note(Notebook(began=eg.NOW), run, 0.0, "zh")
    steps: tuple[Callable[[Run], Run], ...] = (
        walking.advance,
        lambda run: walking.advance(run, "stolen"),
        lambda run: walking.speak(run, "ja"),
        lambda run: walking.deviate(run, "客户已自行锁卡", "second_line"),
    )
    for n, step in enumerate(steps, 1):
        run = step(run)
        book = note(book, run, n * 10.0, "zh")
    walk = closed(book, run, 60.0)
    assert walk is not None
    return walk


def test_a_contact_is_printed_again_word_for_word(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = centre(tmp_path)
    assert run_cli(["blueprint", "show", "--contact", "k-a1-c1", "--database", str(database)], "zh") == 0
    out = capsys.readouterr().out
    pinned = find("card_loss")
    assert f"{pinned.key} 挂失与止付" in out and "员工a1" in out and "2026-03-02 10:00:00" in out
    for said in (
        node_map(pinned)["calm"].texts["zh"],
        "[2] 被偷、被抢",
        "> 被偷、被抢",
        "偏离：客户已自行锁卡",
    ):
        assert said in out
    assert "専任者がただちにお調べします" in out and "10:00:40" in out


def test_use_is_counted_as_table_csv_and_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database, key = centre(tmp_path), find("card_loss").key
    for form, wanted in (
        ("table", key),
        ("csv", f"{key},1,0,1,1,1,"),
        ("json", f'"blueprint": "{key}"'),
    ):
        assert run("stats", "--nodes", "--format", form, "--database", str(database)) == 0
        assert wanted in capsys.readouterr().out


def test_a_contact_nobody_knows_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        run("show", "--contact", "k9", "--database", str(centre(tmp_path)))
    assert caught.value.key == "release.cli.no_contact"


def test_statistics_of_one_channel(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = centre(tmp_path)
    counted = {}
    for channel in ("phone", "chat"):
        assert run("stats", "--channel", channel, "--format", "json", "--database", str(database)) == 0
        counted[channel] = [use["walks"] for use in json.loads(capsys.readouterr().out) if use["walks"]]
    assert counted == {"phone": [1], "chat": []}
