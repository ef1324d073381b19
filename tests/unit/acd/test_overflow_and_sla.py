"""When a contact is opened to others, and when its answer is late."""

from __future__ import annotations

from agent_tui.acd import overflow, sla
from agent_tui.domain.calendar import Calendar, Hours
from agent_tui.domain.centre import Overflow
from agent_tui.domain.contact import Channel, ContactState
from tests import eg

GROUP = eg.group(
    overflow=(
        Overflow(after_s=15, to=("vip",), tiers=("vip",)),
        Overflow(after_s=60, to=("second_line", "vip")),
    )
)


def test_a_vip_is_opened_to_others_sooner() -> None:
    vip, plain = eg.contact(tier="vip"), eg.contact()
    assert overflow.due(vip, GROUP, eg.at(14)) == ()
    assert overflow.due(vip, GROUP, eg.at(15)) == ("vip",)
    assert overflow.due(plain, GROUP, eg.at(59)) == ()
    assert overflow.due(plain, GROUP, eg.at(60)) == ("second_line", "vip")


def test_what_is_open_already_is_not_named_again() -> None:
    contact = eg.contact(tier="vip", overflow_groups=("vip",))
    assert overflow.due(contact, GROUP, eg.at(60)) == ("second_line",)
    assert overflow.due(eg.contact(overflow_groups=("vip", "second_line")), GROUP, eg.at(999)) == ()


def test_only_who_waits_overflows() -> None:
    assert overflow.due(eg.contact(state=ContactState.ALERTING), GROUP, eg.at(999)) == ()
    assert overflow.due(eg.contact(state=ContactState.CONNECTED), GROUP, eg.at(999)) == ()


def test_after_a_transfer_the_clock_starts_anew() -> None:
    contact = eg.contact(requeued_at=eg.at(100))
    assert overflow.due(contact, GROUP, eg.at(120)) == ()
    assert overflow.due(contact, GROUP, eg.at(160)) == ("second_line", "vip")


def test_an_answer_is_late_after_the_target_of_the_group() -> None:
    assert sla.due_at(eg.contact(), eg.group(target_s=20)) == eg.at(20)
    assert sla.due_at(eg.contact(requeued_at=eg.at(50)), eg.group(target_s=20)) == eg.at(70)


def test_a_mail_waits_in_opening_hours_only() -> None:
    office = Calendar(id="office", hours=(Hours(days=(1, 2, 3, 4, 5), opens="09:00", closes="18:00"),))
    evening = eg.contact(channel=Channel.EMAIL, queued_at=eg.at(9 * 3600))
    # Queued on Monday at 19:00 in Shanghai; the office opens on Tuesday at 9.
    assert sla.due_at(evening, eg.group(target_s=3600, hours=office)) == eg.at(24 * 3600)
    never = eg.group(target_s=3600, hours=Calendar(id="never"))
    assert sla.due_at(evening, never) is None
