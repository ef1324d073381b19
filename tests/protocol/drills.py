"""Short scripts that each go through one danger of the protocol. They end well; with the bug they are made for, they do not.

A drill gets an office, plays, and returns what is wrong.
"""

from __future__ import annotations

import msgspec

from agent_tui.desk.drafts import DraftBook
from agent_tui.domain.approval import Approval
from agent_tui.domain.commands import (
    AddNote,
    PerformAction,
    RequestApproval,
    RevealField,
    SendMessage,
    SetAgentState,
)
from agent_tui.domain.contact import Contact
from agent_tui.domain.customer import Secret
from agent_tui.errors import StoreError
from agent_tui.store import done, index, read
from chaos.evidence import query
from tests.protocol import wording
from tests.protocol.line import Killed, die_at
from tests.protocol.machine import decision_on, violations
from tests.protocol.office import Desk, Dials, Office

HERE = "k-a1-c1"
DRAFT = "note:k-a1-c1"


def note(word: str = "walfaz") -> AddNote:
    return AddNote(text=word, contact_id=HERE)


async def end(office: Office) -> list[str]:
    """Peace, and what is wrong then."""
    try:
        await office.settle()
    except (AssertionError, StoreError) as error:
        return [str(error)]
    return violations(office)


async def server_dies_after_its_commit(office: Office) -> list[str]:
    desk = office.desks["d1"]
    desk.submit(note())
    die_at("server.committed")
    await desk.send()
    Dials.now += 5
    return await end(office)


async def answer_is_lost(office: Office) -> list[str]:
    desk = office.desks["d1"]
    desk.submit(note())
    await desk.send(["answer_lost"])
    Dials.now += 5
    await desk.send()
    return await end(office)


async def request_is_lost(office: Office) -> list[str]:
    desk = office.desks["d1"]
    desk.submit(note())
    await desk.send(["request_lost"])
    desk.crash()
    return await end(office)


async def somebody_reads_between_two_commits(office: Office) -> list[str]:
    desk = office.desks["d1"]
    office.write(msgspec.structs.replace(office.read(Contact, HERE), subject="slow"))
    await desk.fetch()
    desk.deliver(0)
    office.write(msgspec.structs.replace(office.read(Contact, "k-a1-c2"), subject="quick"))
    return await end(office)


async def desk_dies_while_it_stores_a_page(office: Office) -> list[str]:
    desk = office.desks["d1"]
    office.write(msgspec.structs.replace(office.read(Contact, HERE), subject="news"))
    await desk.fetch()
    die_at("cache.committed")
    try:
        desk.deliver(0)
    except Killed:
        desk.crash()
    return await end(office)


async def contact_goes_to_somebody_else(office: Office) -> list[str]:
    row = office.read(Contact, HERE)
    office.write(msgspec.structs.replace(row, agent_id="a2", customer_id=None, group="loans"))
    return await end(office)


async def two_desks_of_one_person_spend_the_same_limit(office: Office) -> list[str]:
    for name in ("d1", "d2"):
        fee = PerformAction(
            action="waive_fee", customer_id="c1", contact_id=HERE, amount_minor=2_600, reason=f"w{name[1:]}"
        )
        office.desks[name].submit(fee)
    return await end(office)


async def desk_dies_while_somebody_types(office: Office) -> list[str]:
    desk = office.desks["d1"]
    DraftBook(desk.journal).keep(DRAFT, "说到一半")
    desk.crash()
    back = DraftBook(desk.journal).text(DRAFT)
    return [] if back == "说到一半" else [f"typed: came back as {back!r}"]


async def everything_goes_well(office: Office) -> list[str]:
    desk = office.desks["d1"]
    desk.submit(note())
    desk.submit(AddNote(text="wbetaz", contact_id="k-a1-c2"), if_match=99)
    return await end(office)


async def much_waited_for_a_line(office: Office) -> list[str]:
    """What can be done, what cannot and what comes after it, all in one batch."""
    desk = office.desks["d1"]
    desk.submit(note())
    desk.submit(AddNote(text="wbetaz", contact_id="k-a1-c2"), if_match=99)
    desk.submit(note("wgamz"))
    await desk.send()
    return await end(office)


async def server_dies_in_the_middle_of_a_batch(office: Office) -> list[str]:
    desk = office.desks["d1"]
    desk.submit(note())
    desk.submit(AddNote(text="wbetaz", contact_id="k-a1-c2"))
    die_at("server.committed")
    await desk.send()
    Dials.now += 5
    return await end(office)


async def two_people_ask_from_the_same_place(office: Office) -> list[str]:
    row = office.read(Contact, "k-a2-c2")
    office.write(msgspec.structs.replace(row, subject="only hers", customer_id=None))
    for name in ("d4", "d3", "d1"):
        await office.desks[name].fetch()
        while office.desks[name].pages:
            office.desks[name].deliver(0)
    return await end(office)


async def reveal_is_asked_twice(office: Office) -> list[str]:
    desk = office.desks["d1"]
    office.services.db.write_now(lambda tx: office.services.vault.put(tx, "c1", "phone", "13812345678"))
    desk.submit(RevealField(customer_id="c1", field=Secret.PHONE, purpose="call back", contact_id=HERE))
    await desk.send(["twice"])
    kept = office.services.db.read_now(lambda tx: [bytes(r[0]) for r in query(tx, "SELECT body FROM command")])
    leaks = [f"secrets: a clear value is kept with the outcome: {body!r}" for body in kept if b"13812345678" in body]
    return leaks + await end(office)


async def maker_signs_their_own_request(office: Office) -> list[str]:
    desk = office.desks["d4"]
    act = PerformAction(
        action="waive_fee", customer_id="c1", contact_id="k-s1-c1", amount_minor=210_000, reason="wgamz"
    )
    desk.submit(RequestApproval(command=act, reason="wgamz"))
    await desk.send()
    await desk.fetch()
    desk.deliver(0)
    (asked,) = read.every(desk.cache, Approval)
    desk.submit(decision_on(asked))
    return await end(office)


async def snapshot_breaks_off(office: Office) -> list[str]:
    desk = office.desks["d1"]
    office.counter.limit = 5
    await desk.snapshot(["ok"] * 40 + ["request_lost"])
    await desk.snapshot(["ok"] * 5 + ["request_lost"])
    office.counter.limit = 500
    row = office.read(Contact, HERE)
    office.write(msgspec.structs.replace(row, agent_id="a2", customer_id=None, group="loans"))
    office.write(
        msgspec.structs.replace(office.read(Contact, "k-a1-c2"), agent_id="a2", customer_id=None, group="loans")
    )
    await desk.snapshot()
    return await end(office)


async def ticket_changes_after_a_snapshot_broke_off(office: Office) -> list[str]:
    """All rows came, and the desk dies before that counts; the ticket that comes again is not as it was."""
    desk = office.desks["d1"]
    desk.crash()
    die_at("pull.snapshot_read")
    try:
        await desk.snapshot()
    except Killed:
        desk.crash()
    office.change(wording.TICKET_CHANGES)
    return await end(office)


async def reason_of_contact_gets_another_name(office: Office) -> list[str]:
    """Guides that are about it are found by its name, though no guide changed."""
    desk = office.desks["d1"]
    desk.crash()
    await desk.snapshot()
    while index.step(desk.cache, 10.0):
        pass
    office.change(wording.CATEGORY_CHANGES)
    return await end(office)


async def request_arrives_when_nobody_waits_for_it(office: Office) -> list[str]:
    desk = office.desks["d1"]
    desk.submit(SetAgentState(state="ready"))
    await desk.send(["held"])
    await _too_late(desk)
    desk.line.release()
    return await end(office)


async def _too_late(desk: Desk) -> None:
    for _ in range(3):
        Dials.now += 12
        await desk.send()


async def server_is_busy_after_its_commit(office: Office) -> list[str]:
    desk = office.desks["d1"]
    desk.submit(note())
    await desk.send(["busy"])
    Dials.now += 40
    return await end(office)


async def another_server_takes_over(office: Office) -> list[str]:
    desk = office.desks["d1"]
    desk.submit(note())
    await desk.send(["answer_lost"])
    office.change_epoch()
    return await end(office)


async def server_is_restored_from_an_older_backup(office: Office) -> list[str]:
    """What was done since the backup: a note that may wait, a fee and a message that may not, a fee still on its way."""
    desk = office.desks["d1"]
    desk.submit(note("wbeforez"))
    await work_off(office, desk)
    office.back_up()
    fee = PerformAction(action="waive_fee", customer_id="c1", contact_id=HERE, amount_minor=900, reason="wfeez")
    gone = {
        desk.submit(fee): "PerformAction",
        desk.submit(SendMessage(contact_id=HERE, text="wsaidz")): "SendMessage",
    }
    again = desk.submit(note("wafterz"))
    await work_off(office, desk)
    late = desk.submit(note("wlatez"))
    await desk.send(["answer_lost"])
    wrong = [] if not desk.journal.items()[:-1] else ["not everything was seen before the restore"]
    office.restore()
    for one in office.desks.values():
        one.sign_in()
    wrong += await end(office)
    left = {item.id: (item.type, item.state, item.problem) for item in desk.journal.items()}
    if left != {id: (kind, "expired", done.PROBLEM) for id, kind in gone.items()}:
        wrong.append(f"restored: {left} is before the person, and should be {gone}")
    return wrong + [f"restored: {id} was not sent again" for id in (again, late) if id not in office.evidence().sent]


async def what_was_done_is_refused_after_a_restore(office: Office) -> list[str]:
    """Applied, lost with the server, sent again and too late then: its receipt says so, and points to nothing that is gone."""
    desk = office.desks["d1"]
    office.back_up()
    seen = office.read(Contact, HERE)
    desk.submit(note("wseenz"), if_match=seen.version)
    await work_off(office, desk)
    desk.submit(note("wnewz"), if_match=seen.version)
    await desk.send()
    office.restore()
    office.write(msgspec.structs.replace(office.read(Contact, HERE), subject="changed"))
    for one in office.desks.values():
        one.sign_in()
    wrong = await end(office)
    left = [item.state for item in desk.journal.items()]
    return wrong if left == ["conflict", "conflict"] else [*wrong, f"restored: {left} is before the person"]


async def request_is_signed_again_after_a_restore(office: Office) -> list[str]:
    """It waited for a signature in the backup, was executed since, and is executed once more before its maker's desk asks
    what has become of it. The maker of the other request asks before anybody signed it again."""
    early, late, signer = office.desks["d1"], office.desks["d3"], office.desks["d4"]
    for desk, contact_id, word in ((early, HERE, "wearlyz"), (late, "k-a2-c2", "wlatez")):
        customer = contact_id.rpartition("-")[2]
        act = PerformAction(
            action="waive_fee", customer_id=customer, contact_id=contact_id, amount_minor=9_000, reason=word
        )
        desk.submit(RequestApproval(command=act, reason=word))
        await work_off(office, desk)
    office.back_up()
    wrong = await _sign_all(office, signer)
    for desk in (early, late):
        await work_off(office, desk)
        wrong += [f"restored: {item.type} is {item.state} before the restore" for item in desk.journal.items()]
    office.restore()
    for one in office.desks.values():
        one.sign_in()
    while await early.ask_again():
        pass
    if [item.state for item in early.journal.items()] != ["awaiting_approval"]:
        wrong.append("restored: what waits for a signature again is not waited for")
    await signer.snapshot()
    wrong += await _sign_all(office, signer)
    wrong += await end(office)
    left = [item.state for desk in (early, late) for item in desk.journal.items()]
    return [*wrong, *(f"restored: a request stands as {state}" for state in left)]


async def _sign_all(office: Office, signer: Desk) -> list[str]:
    """Every open request is signed; what is wrong when there is none."""
    await work_off(office, signer)
    asked = [approval for approval in read.every(signer.cache, Approval) if approval.open]
    for approval in asked:
        signer.submit(decision_on(approval))
        await work_off(office, signer)
    return [] if asked else ["restored: there is nothing to sign"]


async def work_off(office: Office, desk: Desk) -> None:
    """Everything that was submitted is done and seen."""
    for _ in range(6):
        Dials.now += 1
        await desk.send()
    await desk.fetch()
    while desk.pages:
        desk.deliver(0)
