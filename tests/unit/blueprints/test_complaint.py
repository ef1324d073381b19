"""The complaint intake raises a complaint of the level that was judged; of a stranger, a work order that loses nothing."""

from __future__ import annotations

import msgspec
import pytest

from agent_tui.blueprints.filled import command
from agent_tui.blueprints.model import dump
from agent_tui.blueprints.parse import BrokenBlueprint, parse
from agent_tui.blueprints.run import start
from agent_tui.domain.commands import RaiseWorkOrder
from agent_tui.domain.complaint import COMPLAINT_LEVELS
from tests.unit.blueprints.walks import FOLDER, TODAY, read

INTAKE = (FOLDER / "complaint.yaml").read_text("utf-8")


@pytest.mark.parametrize("level", COMPLAINT_LEVELS)
def test_each_level_hands_over_a_complaint_of_that_level(level: str) -> None:
    run = start(read("complaint"), {"time.today": TODAY}, "zh")
    there = msgspec.structs.replace(run, node=f"order_{level}")
    known = command(there, contact_id="k1", customer_id="c1")
    assert isinstance(known, RaiseWorkOrder)
    assert (known.complaint, known.group) == (level, "complaints")
    stranger = command(there, contact_id="k1")
    assert stranger == msgspec.structs.replace(known, complaint=None, customer_id=None)


@pytest.mark.parametrize(
    ("was", "now"),
    [("complaint: crisis", "complaint: worst"), ("how: transfer", "how: transfer\n    complaint: general")],
)
def test_only_a_work_order_is_a_complaint_and_only_of_a_level_there_is(was: str, now: str) -> None:
    with pytest.raises(BrokenBlueprint):
        parse(INTAKE.replace(was, now), "complaint.yaml")


def test_what_is_no_complaint_is_encoded_as_it_was_before_there_were_any() -> None:
    """A bundle signed by an earlier server is compared by its digest."""
    assert b"complaint" not in dump(read("statement_billing")).replace(b"complaints", b"").replace(b"complaint_", b"")
