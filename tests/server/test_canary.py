"""The canary: a card, an ID and a phone number that exist nowhere else are typed wherever a robot can type, at both ends.
Afterwards they are in no file, no log, no crash note and nothing the terminal was told to call itself."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any, get_args, get_origin

import msgspec
import pytest

from agent_tui import ids
from agent_tui.client import endpoints
from agent_tui.client.api import Api
from agent_tui.config import crash
from agent_tui.desk.build import open_desk
from agent_tui.desk.desk import Desk
from agent_tui.desk.door import Submitted
from agent_tui.domain.commands import (
    AcceptContact,
    AddNote,
    Command,
    OfferNew,
    PerformAction,
    RaiseWorkOrder,
    ReceiveMessage,
    RevealField,
    SendMessage,
    SetAgentState,
    VerifyCaller,
    WrapUpContact,
)
from agent_tui.domain.contact import Channel, ContactState, Verified
from agent_tui.domain.customer import Product, Secret
from agent_tui.errors import AgentTuiError
from agent_tui.server.customers import NewCustomer, import_customers
from agent_tui.wire.command import Envelope
from tests.flow.backend import GROUP, LOGIN, PASSWORD, Backend, Switch
from tests.flow.conftest import until
from tests.flow.seed import profile
from tests.flow.test_real_server import contact_state, seated
from tests.server import engines

CARD, ID_NUMBER, PHONE = "6222600912345671", "330106197803124517", "13957103321"
NAME, STREET, MAIL = "欧阳金丝雀", "金丝雀路88号", "canary.bird@example.cn"
CANARIES = (CARD, ID_NUMBER, PHONE, NAME, STREET, MAIL)
SONG = f"{NAME} {ID_NUMBER} {PHONE} {STREET} {MAIL}"
"""What a person may write; card numbers are taken out wherever they stand, so one is tried apart."""


@pytest.fixture
def backend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Backend]:
    monkeypatch.setenv("AGENT_TUI_HOME", str(tmp_path / "home"))
    card = Product(id="c1-card", kind="credit_card", number=CARD)
    bird = NewCustomer(
        id="c1", name=NAME, phone=PHONE, id_number=ID_NUMBER, email=MAIL, address=STREET, products=(card,)
    )
    where = engines.place(tmp_path, "server.db")
    import_customers(where, [bird])
    served = Backend(tmp_path, where).start()
    yield served
    served.stop()


@pytest.fixture
async def desk(tmp_path: Path, backend: Backend) -> AsyncIterator[Desk]:
    opened = await seated(tmp_path / "profile", backend)
    yield opened
    await opened.close()


async def give(desk: Desk, command: Command) -> str:
    """Submit and wait; what it came to, `stopped` when the desk itself said no."""
    answer = desk.submit(command)
    if not isinstance(answer, Submitted):
        return "stopped"
    outcome = await desk.settle(answer.id)
    return outcome.outcome if outcome else "unknown"


async def sing(desk: Desk, backend: Backend) -> None:
    """Type the canaries wherever there is something to type."""
    switch = await Switch(backend).sign_in()
    await give(desk, SetAgentState(state="ready"))
    await switch.report(
        OfferNew(contact_id="k1", channel=Channel.CHAT, caller=PHONE, customer_id="c1", group=GROUP, text=SONG + CARD)
    )
    await until(lambda: contact_state(desk) == ContactState.ALERTING, "k1 rings")
    assert await give(desk, AcceptContact(contact_id="k1")) == "applied"
    await switch.event("k1", "Established")
    await until(lambda: contact_state(desk) == ContactState.CONNECTED, "k1 is connected")
    await switch.report(ReceiveMessage(contact_id="k1", text=SONG + " " + CARD))
    for text in (SONG, CARD):
        # Of the card number the desk leaves nothing, so what arrives may be kept.
        assert await give(desk, SendMessage(contact_id="k1", text=text)) == "applied"
        assert await give(desk, AddNote(text=text, contact_id="k1")) == "applied"
        await give(desk, AddNote(text=text, customer_id="c1"))
        await give(desk, RaiseWorkOrder(group=GROUP, title=text[:60], text=text, customer_id="c1"))
        await give(desk, RevealField(customer_id="c1", contact_id="k1", field=Secret.PHONE, purpose=text))
        mobile = {"mobile": PHONE}
        await give(desk, PerformAction(action="change_mobile", customer_id="c1", reason=text, args=mobile))
        await give(desk, WrapUpContact(contact_id="k1", category="card_loss", result="answered", note=text))
        desk.keep_draft(f"note:{len(text)}", text)
    await give(desk, VerifyCaller(contact_id="k1", degree=Verified.FULL, checks=("id_tail",)))
    for words in (NAME, PHONE, ID_NUMBER, CARD, MAIL):
        with contextlib.suppress(AgentTuiError):
            await desk.find_customers(words)
    await switch.close()


REAL = {
    "contact_id": "k1", "customer_id": "c1", "group": GROUP, "action": "waive_fee", "outcome": "done", "state": "ready",
    "currency": "CNY", "decision": "sign",
}  # fmt: skip
"""Fields that name something there is, or one of few words; every other text is sung."""


def recited(kind: type[Command], text: str) -> Command | None:
    """A command with `text` wherever it takes text; None where it takes more than words and numbers."""
    fields: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        if field.type is str:
            named = field.name.endswith(("_id", "_hash")) or field.name in REAL
            fields[field.name] = REAL.get(field.name, "x1") if named else text
        elif field.type is int:
            fields[field.name] = 1_000
        elif field.type is PerformAction:
            fields[field.name] = recited(PerformAction, text)
        elif isinstance(field.type, type) and issubclass(field.type, StrEnum):
            fields[field.name] = next(iter(field.type))
        elif field.required and get_origin(field.type) is tuple:
            fields[field.name] = ("x1",)
        elif field.required and field.type is not bool:
            return None
    return kind(**fields)


def misplaced(kind: type[Command], song: str) -> Iterator[Command]:
    """The command with a song in place of each of its words and ids in turn, as no desk sends it."""
    whole = recited(kind, "x")
    if whole is None:
        return
    for name in kind.__struct_fields__:
        if name in REAL or name.endswith(("_id", "_hash")):
            yield msgspec.structs.replace(whole, **{name: song})


async def mislay(backend: Backend) -> int:
    """A client that skips the desk puts canaries where words and ids belong; how often, each time refused."""
    stranger, sent = Api(backend.url, "skips"), 0
    stranger.token = (await endpoints.sign_in(stranger, LOGIN, PASSWORD)).token
    for kind in get_args(Command):
        for command in (*misplaced(kind, PHONE), *misplaced(kind, f"x-{CARD}")):
            with pytest.raises(AgentTuiError):
                await endpoints.send(stranger, Envelope(id=ids.uuid7(), command=command), 0)
            sent += 1
    await stranger.close()
    return sent


async def recite(desk: Desk) -> set[str]:
    """Send every command there is with a song in every field of text; which were sent. What is refused is recorded too."""
    sent = set()
    for kind in get_args(Command):
        for text in (SONG, CARD):
            command = recited(kind, text)
            if command is not None:
                await give(desk, command)
                sent.add(kind.__name__)
    return sent


async def misuse(backend: Backend) -> None:
    """Canaries where nobody expects them: a login, a password, a number that is none."""
    stranger = Api(backend.url, "canary")
    for login, password in ((PHONE, ID_NUMBER), (NAME, PASSWORD)):
        with pytest.raises(AgentTuiError):
            await endpoints.sign_in(stranger, login, password)
    for path in (f"/v1/customers/search?q={ID_NUMBER}", f"/v1/audit/proof?seq={CARD}"):
        with pytest.raises(AgentTuiError):
            await stranger.call("GET", path, dict[str, str])
    await stranger.close()


def singing_files(folder: Path) -> list[str]:
    """Which file holds which canary, in any encoding a program would write."""
    found = []
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = file.read_bytes()
        for canary in CANARIES:
            forms = {canary.encode(), canary.encode("utf-16-le"), ascii(canary)[1:-1].encode()}
            if any(form in content for form in forms):
                found.append(f"{file.relative_to(folder)}: {canary}")
    return found


async def test_no_file_no_log_and_no_stream_holds_a_canary(
    desk: Desk,
    backend: Backend,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    await sing(desk, backend)
    assert {"RequestApproval", "AmendApproval", "ResolveEffect", "RecordFinding", "GrantDelegation"} <= await recite(
        desk
    )
    await misuse(backend)
    assert await mislay(backend) > 60
    kept = "\n".join(await asyncio.to_thread(backend.services.db.apart, engines.dump))
    assert not [canary for canary in CANARIES if canary in kept]
    assert not singing_files(tmp_path), "while everything is open, write-ahead logs included"
    await desk.close()
    backend.stop()
    assert not singing_files(tmp_path), "after everything was closed"
    said = capfd.readouterr()
    noise = "\n".join(record.getMessage() for record in caplog.records)
    for canary in CANARIES:
        assert canary not in said.out + said.err + noise, canary


@pytest.mark.one_engine("files that no server wrote")
def test_the_test_would_hear_a_canary(tmp_path: Path) -> None:
    (tmp_path / "leak.log").write_text(f"call {PHONE} back", encoding="utf-8")
    assert singing_files(tmp_path) == [f"leak.log: {PHONE}"]


@pytest.mark.one_engine("the note of a crash")
def test_a_crash_is_written_down_without_its_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENT_TUI_HOME", str(tmp_path / "home"))

    def fall() -> None:
        heard = SONG + CARD
        raise ValueError(heard)

    try:
        fall()
    except ValueError as error:
        written = crash.write_down(error)
    assert "ValueError" in Path(written).read_text(encoding="utf-8")
    assert not singing_files(tmp_path)


@pytest.mark.one_engine("the files of a desk")
async def test_a_desk_that_dies_leaves_nothing_readable(tmp_path: Path) -> None:
    """Drafts are in the journal while they are typed, encrypted; so is what waits to be sent."""
    desk = open_desk(profile(tmp_path / "profile"))
    desk.keep_draft("note:k1", SONG)
    desk.submit(AddNote(text=SONG, customer_id="c1"))
    await until(lambda: desk.draft("note:k1") == SONG)
    assert not singing_files(tmp_path)
    await desk.close()
    assert not singing_files(tmp_path)
