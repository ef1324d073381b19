"""Whose signature a desk believes: that of the first sight, until an administrator names another."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from agent_tui import canon
from agent_tui.config import data
from agent_tui.config.server_key import FILE, Pin, check, short
from agent_tui.desk import views
from agent_tui.desk.build import open_desk
from agent_tui.desk.desk import Desk
from agent_tui.domain.centre import Bundle
from agent_tui.errors import ConfigError, UsageError
from agent_tui.policy.decision import Deny
from agent_tui.policy.load import bundle
from agent_tui.store import write
from agent_tui.wire import routes
from agent_tui.wire.signed import named, sign
from tests import eg
from tests.flow.conftest import connection, until
from tests.flow.fake import Fake, ok, session
from tests.flow.seed import profile

OURS, THEIRS = b"o" * 32, b"t" * 32


def signed(private: bytes) -> tuple[Bundle, str]:
    text = bundle(data.shipped("scripts/policy"))
    return sign(Bundle(id="policy", kind="policy", revision=canon.digest(text.encode()), text=text), private)


@pytest.fixture
async def desk(tmp_path: Path, fake: Fake) -> AsyncIterator[Desk]:
    opened = open_desk(profile(tmp_path, transport=lambda: fake, pin=Pin(tmp_path)))
    yield opened
    await opened.close()


async def meet(desk: Desk, fake: Fake, private: bytes) -> None:
    """Signs in at a server with this key, which sends its rules."""
    rules, key = signed(private)
    fake.serve()
    fake.always("POST", routes.SESSION, ok(session(signing_key=key)))
    await desk.connect("secret")
    await until(lambda: connection(desk) == "live", "live")
    write.put_rows(desk.sight.cache, [rules, eg.agent("a1")])


async def test_the_first_key_is_kept_and_its_rules_are_gone_by(desk: Desk, fake: Fake, tmp_path: Path) -> None:
    await meet(desk, fake, OURS)
    assert Pin(tmp_path).key() == signed(OURS)[1]
    assert desk.view(views.PolicyOf()).good
    assert desk.view(views.StatusOf()).alert is None


async def test_rules_that_another_key_signed_are_not_gone_by(desk: Desk, fake: Fake, tmp_path: Path) -> None:
    await meet(desk, fake, OURS)
    await desk.disconnect()
    await meet(desk, fake, THEIRS)
    assert desk.view(views.PolicyOf()).forged
    denied = desk.may("waive_fee", customer_id="c1", amount_minor=100)
    assert isinstance(denied, Deny) and denied.reasons[0].rule == "policy_forged"
    alert = desk.view(views.StatusOf()).alert
    assert alert is not None and alert.key == "desk.connection.other_key"
    assert alert.args == {"known": short(signed(OURS)[1]), "told": short(signed(THEIRS)[1])}
    assert Pin(tmp_path).key() == signed(OURS)[1]


async def test_the_key_an_administrator_names_takes_the_place_of_the_one_that_was_kept(
    fake: Fake, tmp_path: Path
) -> None:
    Pin(tmp_path).meet(signed(OURS)[1])
    key = signed(THEIRS)[1]
    told = open_desk(profile(tmp_path, transport=lambda: fake, pin=Pin(tmp_path, key)))
    await meet(told, fake, THEIRS)
    assert told.view(views.PolicyOf()).good
    await told.close()
    assert Pin(tmp_path).key() == key


async def test_a_key_that_was_named_is_gone_by_at_first_sight_too(fake: Fake, tmp_path: Path) -> None:
    told = open_desk(profile(tmp_path, transport=lambda: fake, pin=Pin(tmp_path, signed(OURS)[1])))
    await meet(told, fake, THEIRS)
    assert told.view(views.PolicyOf()).forged
    await told.close()


@pytest.mark.parametrize("given", ["", "ed25519:", "ed25519:xyz", "rsa:" + "0" * 64, named(b"1" * 31)])
def test_what_is_no_key_is_refused_in_one_sentence(given: str) -> None:
    with pytest.raises(UsageError) as caught:
        check(given)
    assert caught.value.key == "config.server_key"
    assert check(named(b"1" * 32))


def test_a_bundle_is_not_good_under_another_key() -> None:
    """The seeded bug: were the key taken from the answer, the rules above would be gone by."""
    from agent_tui.wire.signed import trusted

    rules, key = signed(THEIRS)
    assert trusted(rules, key) and not trusted(rules, signed(OURS)[1])
    assert not trusted(msgspec.structs.replace(rules, text=rules.text + " "), key)


@pytest.mark.parametrize("left", [b"", b"ed25519:12", b"\xff\xfe", b"ed25519:" + b"z" * 64])
def test_a_damaged_key_is_no_first_sight(tmp_path: Path, left: bytes) -> None:
    (tmp_path / FILE).write_bytes(left)
    with pytest.raises(ConfigError, match="server_key_damaged") as damaged:
        Pin(tmp_path).meet(signed(THEIRS)[1])
    assert damaged.value.args_["path"] == str(tmp_path / FILE)
    assert (tmp_path / FILE).read_bytes() == left


def test_the_key_an_administrator_names_mends_the_file(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"")
    assert Pin(tmp_path, signed(OURS)[1]).meet(signed(OURS)[1]) == signed(OURS)[1]
    assert Pin(tmp_path).key() == signed(OURS)[1]


async def test_a_key_damaged_while_the_desk_runs_lets_no_other_rules_in(
    desk: Desk, fake: Fake, tmp_path: Path
) -> None:
    await meet(desk, fake, OURS)
    await desk.disconnect()
    (tmp_path / FILE).write_text("torn", encoding="ascii")
    await meet(desk, fake, THEIRS)
    assert not desk.view(views.PolicyOf()).good
    alert = desk.view(views.StatusOf()).alert
    assert alert is not None
    assert alert.key == "config.server_key_damaged"
