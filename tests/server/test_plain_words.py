"""A client that skips the desk puts personal data where a word or an id belongs: refused before anything has it."""

from __future__ import annotations

import hashlib
import uuid
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import AsyncTestClient

from agent_tui.domain.commands import (
    Command,
    DecideApproval,
    MoveTicket,
    PerformAction,
    RaiseWorkOrder,
    SetAgentState,
)
from agent_tui.server.plain_words import check_plain
from agent_tui.server.services import Services
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
    )


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
