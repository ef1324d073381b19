"""Who may write a note about what, and how long texts may be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.domain.agent import Role
from agent_tui.domain.apply import apply
from agent_tui.domain.bounds import SHORT, TEXT
from agent_tui.domain.commands import AddNote, RaiseWorkOrder, SendMessage, TransferContact
from agent_tui.domain.effects import Effects
from tests import eg
from tests.unit.domain.floor import Floor, person

GROUPS = ("cards", "disputes", "merchant")
IDS = ("a1", "a2", "a3")
NOTES = (AddNote(text="x", contact_id="k1"), AddNote(text="x", customer_id="c1"))


@given(
    author=st.sampled_from(IDS),
    role=st.sampled_from(Role),
    groups=st.sets(st.sampled_from(GROUPS)),
    group=st.sampled_from(GROUPS),
    present=st.none() | st.sampled_from(IDS),
    owner=st.none() | st.sampled_from(IDS),
    answered=st.sets(st.sampled_from(IDS)),
    note=st.sampled_from(NOTES),
)
def test_a_note_is_written_by_who_handled_it_by_its_group_or_by_a_supervisor(
    author: str,
    role: Role,
    groups: set[str],
    group: str,
    present: str | None,
    owner: str | None,
    answered: set[str],
    note: AddNote,
) -> None:
    contact = eg.contact(
        "k1", customer_id="c1", group=group, agent_id=present, owner_id=owner, answered_by=tuple(sorted(answered))
    )
    rows = eg.Rows(eg.customer("c1"), eg.agent(author, role=role, groups=tuple(sorted(groups))), contact)
    allowed = (
        author in answered
        or author in (present, owner)
        or group in groups
        or role in (Role.SUPERVISOR, Role.ADMINISTRATOR)
    )
    answer = apply(note, person(author), rows, eg.NOW, lambda: "n1")
    assert isinstance(answer, Effects) == allowed
    if not isinstance(answer, Effects):
        assert answer.key == "domain.note_not_yours"


def test_a_late_note_of_who_handed_it_on_still_stands() -> None:
    there = Floor(eg.agent("a1", groups=("elsewhere",)))
    there.talking()
    there.do(TransferContact(contact_id="k1", to_kind="group", to_id="disputes"))
    there.report("Transferred", "agent", "a1")
    there.do(AddNote(text="先前已核对", contact_id="k1"), "a1")
    assert [note.author_id for note in there.notes()] == ["a1"]


def test_a_contact_is_no_way_to_write_about_another_customer() -> None:
    there = Floor(eg.customer("c2"))
    there.talking()
    assert there.refused(AddNote(text="x", contact_id="k1", customer_id="c2")) == "not_that_customer"


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (AddNote(text="字" * (TEXT + 1), contact_id="k1"), "text_too_long"),
        (SendMessage(contact_id="k1", text="字" * (TEXT + 1)), "text_too_long"),
        (AddNote(text="x", contact_id="k" * (SHORT + 1)), "text_too_long"),
        (RaiseWorkOrder(group="disputes", title="字" * (SHORT + 1), text=""), "title_too_long"),
    ],
)
def test_texts_have_an_end(command: AddNote | SendMessage | RaiseWorkOrder, why: str) -> None:
    there = Floor()
    there.talking()
    assert there.refused(command, "a1") == why


def test_the_longest_text_is_kept_whole() -> None:
    there = Floor()
    there.talking()
    there.do(AddNote(text="字" * TEXT, contact_id="k1"))
    assert [len(note.text) for note in there.notes()] == [TEXT]
