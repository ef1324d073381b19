"""Makes `docs/outage.md`: what becomes of every operation while the server is out of reach.

Nothing here is written by hand that the program could say itself: each command is submitted to a real desk that is
offline, each key is asked whether it is greyed, and each event names the test that shows it.
"""

from __future__ import annotations

import ast
import enum
import tempfile
import typing
from pathlib import Path
from types import UnionType
from typing import Any

import msgspec

from agent_tui.desk.build import open_desk
from agent_tui.desk.commands import COMMANDS, ways
from agent_tui.desk.desk import Desk
from agent_tui.desk.door import Submitted
from agent_tui.desk.profile import Profile
from agent_tui.desk.views import StatusOf
from agent_tui.domain import commands
from agent_tui.i18n.catalog import say
from agent_tui.store.journal import CAP, RECEIPT_DAYS
from agent_tui.sync.push import LIFE_S
from agent_tui.tui.facts import Facts, why_not

ROOT = Path(__file__).resolve().parents[1]
LANGUAGE = "en"

EVENTS = (
    (
        "the server is gone",
        "every pane carries `as of hh:mm:ss`, the status line says offline and why",
        "everything; notes, wrap-ups and work orders go on",
        "until it is back, then by itself",
        "tests/flow/test_offline.py",
    ),
    (
        "the server hangs, or the line is dead",
        "`no answer` and the age of the data within 2.5 s, offline and why after 15 s",
        "everything; what is sent meanwhile is asked for",
        "until it speaks again, then by itself",
        "tests/flow/test_pull.py::test_a_server_that_stops_beating_is_not_called_live",
    ),
    (
        "the desk is opened while the server hangs",
        "`connecting` at once; whoever was here before is at the desk 2 s after the password",
        "everything",
        "until it answers, then by itself",
        "tests/flow/test_pull.py::test_whoever_need_not_wait_for_a_silent_server_goes_on_and_is_signed_in_when_it_speaks",
    ),
    (
        "an answer is lost",
        "`unknown, asking` after 10 s, never a guess",
        "the command, under the id it was born with",
        "until the server says what became of it",
        "tests/flow/test_truth.py::test_after_ten_seconds_without_an_answer_it_says_unknown",
    ),
    (
        "the desk is killed (`kill -9`)",
        "the same desk at the next start",
        "queued commands and every draft",
        "for good",
        "tests/store/test_journal.py",
    ),
    (
        "nobody touches the desk",
        "a lock: clock, how many wait, a password",
        "what is typed and open, below the lock; a call in hand goes on and does not lock",
        "until the password is given, with or without a server",
        "tests/tui/test_lock.py::test_what_was_being_typed_stands_there_afterwards",
    ),
    (
        "the server is away for as long as the lease lasts (12 h unless the centre says otherwise)",
        "locked; the customers' data is erased",
        "the journal: commands and drafts",
        "until the server renews the lease",
        "tests/flow/test_keeper.py::test_a_lease_that_is_over_erases_the_cache_and_waits_for_the_server",
    ),
    (
        "the device is wiped",
        "the program ends and says so",
        "commands that may wait, sealed in `escrow/`; not the drafts",
        "until somebody brings the boxes",
        "tests/flow/test_keeper.py::test_boxes_of_a_wiped_desk_are_brought_by_the_next_who_signs_in",
    ),
    (
        "the cache is damaged",
        "rows come back as they arrive",
        "everything in the journal",
        "a snapshot",
        "tests/store/test_damage.py::test_a_bit_flipped_under_a_desk_at_work_costs_the_cache_and_nothing_else",
    ),
    (
        "the journal is damaged",
        "one sentence: how much was saved, where the copy is",
        "every readable row, the damaged file, the sealed boxes",
        "for good",
        "tests/store/test_damage.py::test_a_flipped_bit_anywhere_is_found_and_only_its_table_suffers",
    ),
    (
        "the disk is full",
        "the action is not accepted, and says so",
        "what was accepted before",
        "until there is room",
        "tests/store/test_journal.py",
    ),
    (
        "the server was restored from a backup",
        "a snapshot; open commands are asked for",
        "commands not done with; a lost one that may wait is sent again",
        "until each has an outcome",
        "tests/flow/test_truth.py::test_after_a_restore_every_command_is_asked_for_and_a_lost_one_sent_again",
    ),
    (
        "the program is too old for the server",
        "read-only, and why",
        "all that waits, unchanged; drafts go on",
        "until the program is updated",
        "tests/flow/test_truth.py::test_a_desk_that_is_too_old_is_read_only_with_all_that_waits",
    ),
    (
        "the copy differs from the server",
        "a sentence, and a snapshot",
        "everything in the journal",
        "at once",
        "tests/flow/test_truth.py::test_a_copy_that_differs_is_taken_anew_and_said",
    ),
)
"""Event, what the agent sees, what is kept, for how long, the test that shows it."""


def page() -> str:
    """The whole page."""
    with tempfile.TemporaryDirectory() as folder:
        desk = _offline(Path(folder))
        try:
            facts = Facts(status=desk.view(StatusOf()))
            sent = [_sent(desk, kind) for kind in _kinds()]
        finally:
            desk.journal.close()
            desk.sight.cache.close()
    out = ["# While the server is out of reach", "", "Generated by `make docs` from a desk that is offline.", ""]
    out += [
        "## What is sent",
        "",
        "| command | kept | what the agent reads | how long |",
        "| --- | --- | --- | --- |",
    ]
    out += sent
    out += ["", "## Keys", "", "| operation | keys | while offline |", "| --- | --- | --- |"]
    out += [_key(command.id, ", ".join(ways(command)), facts) for command in COMMANDS]
    out += ["", "## Events", "", "| what happens | what the agent sees | what is kept | how long | shown by |"]
    out += ["| --- | --- | --- | --- | --- |", *map(_event, EVENTS)]
    out += ["", f"At most {CAP} commands wait at once; receipts stay {RECEIPT_DAYS} days.", ""]
    return "\n".join(out)


def _offline(folder: Path) -> Desk:
    key = bytes(32)
    return open_desk(
        Profile(name="docs", folder=folder, url="http://127.0.0.1:9", login="docs", device_id="d", key=lambda _: key)
    )


def _kinds() -> list[type[Any]]:
    """Commands that a person's desk may send, by name."""
    others = commands.LINK_ONLY | commands.SYSTEM_ONLY
    kinds = [kind for kind in typing.get_args(commands.Command) if kind not in others]
    return sorted(kinds, key=lambda kind: kind.__name__)


def _sent(desk: Desk, kind: type[Any]) -> str:
    answer = desk.submit(_example(kind))
    if isinstance(answer, Submitted):
        said, kept = "kept here, sent when the server is back", "yes, on disk and sealed"
        return f"| `{kind.__name__}` | {kept} | {said} | until answered; refused by the server after {RECEIPT_DAYS} days |"
    said = (answer.reasons[0].get(LANGUAGE, "") if answer.reasons else "") or say(answer.why.key, LANGUAGE)
    return (
        f"| `{kind.__name__}` | no | {said} | not at all; one on its way is given up after {LIFE_S:g} s and says so |"
    )


def _example(kind: type[Any]) -> Any:
    """A command of this kind with the least that it must have."""
    hints = typing.get_type_hints(kind)
    needed = [field for field in msgspec.structs.fields(kind) if field.required]
    return kind(**{field.name: _value(hints[field.name]) for field in needed})


def _value(hint: Any) -> Any:
    if typing.get_origin(hint) in (typing.Union, UnionType):
        options = [one for one in typing.get_args(hint) if one is not type(None)]
        return _value(options[0])
    plain: dict[Any, Any] = {str: "x", int: 1, bool: False, float: 1.0}
    if hint in plain:
        return plain[hint]
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return next(iter(hint))
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return _example(hint)
    return {} if typing.get_origin(hint) is dict else ()


def _key(id: str, keys: str, facts: Facts) -> str:
    why = why_not(id, facts)
    offline = why is not None and why.key == "tui.not.offline"
    said = f"greyed: {say(why.key, LANGUAGE)}" if why is not None and offline else "works on what is here"
    return f"| {say(f'command.{id}.label', LANGUAGE)} (`{id}`) | {keys or '–'} | {said} |"


def _event(event: tuple[str, str, str, str, str]) -> str:
    *told, test = event
    file, _, name = test.partition("::")
    names = {node.name for node in ast.walk(ast.parse((ROOT / file).read_text("utf-8"))) if hasattr(node, "name")}
    if name and name not in names:
        raise LookupError(test)
    return f"| {' | '.join(told)} | `{test}` |"
