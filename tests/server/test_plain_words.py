"""A client that skips the desk puts personal data where a word or an id belongs: refused before anything has it."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any, get_args, get_origin

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import AsyncTestClient

from agent_tui.domain.commands import (
    BreakGlass,
    Command,
    DecideApproval,
    GrantDelegation,
    MoveTicket,
    PerformAction,
    RaiseWorkOrder,
    RecallFromBreak,
    SendNotice,
    SetAgentState,
    WrapUpContact,
)
from agent_tui.domain.scrub import luhn
from agent_tui.server import problems
from agent_tui.server.plain_words import TEXTS, check_plain
from agent_tui.server.services import Services
from tests import eg
from tests.server import bench, office

CARD, ID_NUMBER, PHONE, NAME = "6222600912345671", "330106197803124517", "13957103321", "欧阳金丝雀"


@pytest.fixture
def services(tmp_path: Path) -> Services:
    return office.open_office(tmp_path)


def nonsense(text: str) -> tuple[Command, ...]:
    return (
        SetAgentState(state=text),
        MoveTicket(ticket_id="t1", state=text),
        MoveTicket(ticket_id=text, state="closed"),
        PerformAction(action=text, customer_id="c1"),
        PerformAction(action="waive_fee", customer_id="c1", amount_minor=1, currency=text),
        DecideApproval(approval_id=text, decision="sign", payload_hash="x", target_version=1),
        DecideApproval(approval_id="x", decision=text, payload_hash="x", target_version=1),
        RaiseWorkOrder(group=text, title="x", text="x", customer_id="c1"),
        RaiseWorkOrder(group="cards", title="x", text="x", customer_id="c1", complaint=text),
        RaiseWorkOrder(group="cards", title="x", text="x", customer_id=text),
        PerformAction(action="waive_fee", customer_id=text, amount_minor=1),
        PerformAction(action="waive_fee", customer_id="c1", product_id=f"p-{text}", amount_minor=1),
        PerformAction(action="waive_fee", customer_id="c1", amount_minor=1, args={text: "x"}),
        BreakGlass(command=PerformAction(action="waive_fee", customer_id=text, amount_minor=1), reason="x"),
        GrantDelegation(grantee_id="a2", actions=("waive_fee",), max_level=1, valid_to=text, reason="x"),
        RecallFromBreak(agents=("a2", text)),
        SendNotice(text="x", to=(f"a:{text}",)),
        WrapUpContact(contact_id="k1", category="card_loss", result="answered", path=(f"card_loss@1#{text}",)),
    )


def places(kind: object, of: str) -> Iterator[tuple[str, ...]]:
    """Ways to every text inside a type that is neither what people write nor one of a few words of the program."""
    if kind is str:
        yield ()
    elif isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        for field in msgspec.structs.fields(kind):
            if field.name not in TEXTS:
                yield from ((field.name, *rest) for rest in places(field.type, field.name))
    else:
        for part in get_args(kind)[:1] if get_origin(kind) is dict else get_args(kind):
            yield from places(part, of)


EVERY = sorted({(kind.__name__, *way) for kind in get_args(Command) for way in places(kind, "")})
"""Command and the fields that lead to each text in it that is a word, a moment or an id."""


def test_every_text_of_every_command_is_known_to_somebody() -> None:
    assert ("PerformAction", "customer_id") in EVERY
    assert ("PerformAction", "args") in EVERY
    assert ("WrapUpContact", "walks", "seen", "node") in EVERY
    assert ("BreakGlass", "command", "product_id") in EVERY


def holding_one(kind: type, way: tuple[str, ...], text: str) -> Any:
    """A value of this type with `text` at the end of `way`; everything else is the first thing that fits."""
    if kind is str:
        return text
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        given = {f.name: some(f.type) for f in msgspec.structs.fields(kind) if f.required}
        (field,) = (f for f in msgspec.structs.fields(kind) if f.name == way[0])
        return kind(**given | {field.name: holding_one(field.type, way[1:], text)})
    if get_origin(kind) is dict:
        return {text: "x"}
    inner = next(part for part in get_args(kind) if way in places(part, ""))
    found = holding_one(inner, way, text)
    return (found,) if get_origin(kind) is tuple else found


def some(kind: Any) -> Any:
    """Any value of this type."""
    if isinstance(kind, type):
        if issubclass(kind, Enum):
            return next(iter(kind))
        if issubclass(kind, datetime):
            return eg.NOW
        if issubclass(kind, msgspec.Struct):
            return kind(**{f.name: some(f.type) for f in msgspec.structs.fields(kind) if f.required})
        return kind()
    return some(get_origin(kind)) if get_origin(kind) in (tuple, dict) else some(get_args(kind)[0])


PERSONAL = st.one_of(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.from_regex(r"1[3-9][0-9]-[0-9]{4}-[0-9]{4}", fullmatch=True),
    st.from_regex(r"[1-8][0-9]{5}19[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9])[0-9]{3}[0-9X]", fullmatch=True),
    st.from_regex(r"[0-9]{15}", fullmatch=True).map(lambda digits: digits + check_digit(digits)),
    st.from_regex(r"[a-z]{3,9}\.[a-z]{3,9}@[a-z]{3,9}\.cn", fullmatch=True),
    st.text("欧阳金丝雀王芳", min_size=2, max_size=4),
)


def check_digit(digits: str) -> str:
    return next(last for last in "0123456789" if luhn(digits + last))


@given(st.sampled_from(EVERY), PERSONAL)
def test_nothing_personal_passes_where_a_word_or_an_id_belongs(place: tuple[str, ...], text: str) -> None:
    kind = next(kind for kind in get_args(Command) if kind.__name__ == place[0])
    with pytest.raises(problems.ProblemError) as refused:
        check_plain(holding_one(kind, place[1:], text))
    assert text not in repr(refused.value.problem)


def holding(folder: Path, text: str) -> list[Path]:
    """Files with `text` in clear."""
    return [file for file in folder.rglob("*") if file.is_file() and text.encode() in file.read_bytes()]


@pytest.mark.parametrize("text", [CARD, ID_NUMBER, PHONE, NAME])
async def test_what_is_no_word_and_no_id_is_kept_nowhere(
    client: AsyncTestClient[Litestar], services: Services, tmp_path: Path, text: str
) -> None:
    seat = await office.fresh(client, "a1")
    before = bench.query(services, "SELECT count(*) FROM audit")
    for command in nonsense(text):
        answer = await seat.send(command)
        assert answer.status_code == 400, (command, answer.text)
        assert text not in answer.text
    assert bench.query(services, "SELECT count(*) FROM audit") == before
    assert not holding(tmp_path, text)


async def test_words_and_ids_pass(client: AsyncTestClient[Litestar], services: Services) -> None:
    seat = await office.fresh(client, "a1")
    assert (await seat.send(MoveTicket(ticket_id="t1", state="in_progress"))).status_code != 400
    assert (await seat.send(SetAgentState(state="ready"))).status_code == 200


CARD_LIKE = "f31aeb00-4982-4407-8941-965096ee86ef"
"""A UUID whose digits hold those of a card number."""


@given(st.uuids(), st.binary(max_size=8))
def test_what_a_program_makes_is_taken_whatever_digits_it_has(id_: uuid.UUID, data: bytes) -> None:
    made = f"sha256:{hashlib.sha256(data).hexdigest()}"
    check_plain(DecideApproval(approval_id=str(id_), decision="sign", payload_hash=made, target_version=1))


def test_digits_of_a_card_within_a_digest_or_an_id_are_no_card() -> None:
    made = f"sha256:{CARD}{'a' * 48}"
    check_plain(DecideApproval(approval_id=CARD_LIKE, decision="sign", payload_hash=made, target_version=1))
