"""Two desks side by side, a real server between them: asked, refused, asked again, signed and executed, all understood
from the screens alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pty.floor import Floor, until
from tests.pty.pair import ask, open_request, pair_floor, sign, talking


@pytest.fixture
def floor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Floor]:
    monkeypatch.setenv("AGENT_TUI_HOME", str(tmp_path / "home"))
    made = pair_floor(tmp_path / "home")
    yield made
    made.close()


def test_asked_refused_asked_again_signed_and_executed(floor: Floor) -> None:
    maker, signer = talking(floor)
    ask(maker, "200", "third complaint")
    told = ("Waive a fee  200.00 CNY", "L2", "Limits", "Digest", "Version", "waits for signatures")
    open_request(signer, "third complaint", *told)

    signer.send("f7")
    until(signer, "Why not *")
    signer.send("ask the branch first")
    until(signer, "ask the branch first")
    signer.send("f9")
    until(signer, "Refused: Waive a fee")
    until(maker, "Co-sign refused: Waive a fee", "refused: ask the branch")

    ask(maker, "120", "branch agrees")
    open_request(signer, "branch agrees")
    sign(signer)
    until(signer, "Co-signed and executed: Waive a fee")
    until(maker, "Co-signed and executed: Waive a fee", without="asked 1")
