"""One row of the audit in the reader's language: when, who, what, how it ended, by which rules."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from agent_tui.domain.money import Money
from agent_tui.i18n.catalog import say

SHORT = 12
"""Digits of a policy revision that are shown."""


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """Who reads: language, time zone, and the names of the people they may come across."""

    language: str
    zone: ZoneInfo
    names: Mapping[str, str] = {}

    def say(self, key: str, **args: object) -> str:
        return say(f"audit.{key}", self.language, **args)


def plain(text: str) -> str:
    """Without control characters: what a terminal is given may not steer it."""
    return "".join(char if unicodedata.category(char)[0] != "C" else "�" for char in text)


def record(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as JSON says it: its payload with its place in the chain."""
    said: dict[str, Any] = msgspec.json.decode(row["payload"])
    return {**said, "prev": row["prev"], "hash": row["hash"]}


def who(actor: str, reader: Reader) -> str:
    """A person by name and id; the system and links by their words."""
    kind, _, rest = actor.partition(":")
    if kind == "link":
        return reader.say("show.link", id=rest)
    if kind == "system":
        return f"{reader.say('show.system')} ({rest})" if rest else reader.say("show.system")
    name = reader.names.get(actor)
    return f"{name} ({actor})" if name else actor


def act(said: Mapping[str, Any], reader: Reader) -> str:
    """What was done, by the kind of the row and what of it stands readable."""
    facts = said["facts"]
    asked = str(facts.get("action") or facts.get("ruling", {}).get("action") or "")
    label = say(f"command.action.{asked}.label", reader.language) if asked else ""
    amount = facts.get("amount_minor")
    money = f" {Money(amount, facts.get('currency', 'CNY'))} {facts.get('currency', 'CNY')}" if amount else ""
    field = facts.get("field")
    shown = say(f"policy.field.{field}", reader.language) if field else ""
    key = f"act.{_kind(said)}"
    text = reader.say(key, action=label, amount=money, field=shown)
    return said["type"] if text == f"audit.{key}" else text


def _kind(said: Mapping[str, Any]) -> str:
    """The type of a row; a bulletin opened and one confirmed are told apart where the row says which it was."""
    confirmed = said["facts"].get("acknowledge")
    if said["type"] != "ReadBulletin" or confirmed is None:
        return str(said["type"])
    return "AcknowledgeBulletin" if confirmed else "OpenBulletin"


def outcome(name: str, reader: Reader) -> str:
    text = reader.say(f"outcome.{name}")
    return name if text == f"audit.outcome.{name}" else text


def details(said: Mapping[str, Any], reader: Reader) -> Iterator[str]:
    """What stands below the line: what it was about, the rules, offline, a delegation."""
    facts = said["facts"]
    if facts.get("target"):
        yield str(facts["target"])
    if facts.get("offline"):
        yield reader.say("show.offline")
    if facts.get("delegation_id"):
        yield reader.say("show.delegated", id=facts["delegation_id"])
    ruling = facts.get("ruling") or {}
    rules = ", ".join(ruling.get("rules") or ())
    if rules and said["outcome"] in ("refused", "step_up"):
        yield reader.say("show.because", rules=rules)
    elif rules:
        revision = str(ruling.get("revision", "")).partition(":")[2][:SHORT]
        yield reader.say("show.rules", rules=rules, revision=revision)


def lines(row: Mapping[str, Any], reader: Reader) -> Iterator[str]:
    """A row: what was done and how it ended, what stands behind it, and the ways walked through blueprints."""
    said = msgspec.json.decode(row["payload"])
    at = datetime.fromisoformat(said["at"]).astimezone(reader.zone)
    what = f"{act(said, reader)} · {outcome(said['outcome'], reader)}"
    person = who(said["actor"], reader)
    yield plain(reader.say("show.line", seq=f"{said['seq']:>7}", at=f"{at:%Y-%m-%d %H:%M:%S}", who=person, act=what))
    more = " · ".join(details(said, reader))
    if more:
        yield plain(" " * 9 + more)
    for walk in said["facts"].get("walks", ()):
        yield plain(" " * 9 + way(walk, reader))


def way(walk: Mapping[str, Any], reader: Reader) -> str:
    """The nodes of a walk through a blueprint, where it stopped, and what of the script was left out."""
    parts = [" > ".join(walk["nodes"])]
    parts += [] if walk["ended"] else [reader.say("show.walk_stopped")]
    parts += [reader.say("show.walk_deviations", n=walk["deviations"])] if walk["deviations"] else []
    parts += [reader.say("show.walk_missed", nodes=", ".join(walk["missed"]))] if walk["missed"] else []
    key = "show.walk_draft" if walk["draft"] else "show.walk"
    return reader.say(key, blueprint=walk["blueprint"], way=" · ".join(parts))
