"""`agent-tui blueprint …`: what authors and reviewers see, and the exit code a check in a pipe relies on."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from agent_tui.cli.blueprint import find, lint_files, read, shipped
from agent_tui.cli.blueprint_play import play
from agent_tui.cli.main import run as run_cli
from agent_tui.errors import InputError

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
    for argv in (("show", "fraud"), ("graph", "fraud"), ("graph", "fraud", "--dot")):
        assert run(*argv, "--in", spoken) == 0
        out = capsys.readouterr().out
        assert all(node.id in out for node in find("fraud").nodes)


def test_diff_tells_what_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (FOLDER / "fraud.yaml").read_text(encoding="utf-8")
    newer = tmp_path / "fraud.yaml"
    newer.write_text(text.replace("version: 1", "version: 2", 1).replace("expect: 12", "expect: 13", 1), "utf-8")
    assert run("diff", "fraud", str(newer)) == 0
    out = capsys.readouterr().out
    assert "~ head version" in out and "expect_s" in out
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


def test_input_that_ends_early_leaves_with_65() -> None:
    assert played("pos_terminal", "\n")[0] == 65
    assert played("pos_terminal", "q\n")[0] == 65


def test_the_bank_has_its_name_in_each_language() -> None:
    assert "Voyage Bank" in played("pos_terminal", "q\n", "en")[1]
    assert "远航银行" in played("pos_terminal", "q\n", "zh")[1]
