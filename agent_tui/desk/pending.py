"""Commands of mine that are not done with: marks on rows, the pending list, and what waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent_tui.clock import wall
from agent_tui.desk.views import Pending
from agent_tui.i18n.message import Msg, msg
from agent_tui.store.journal import ATTENTION, UNSENT, Item, Journal

if TYPE_CHECKING:
    from collections.abc import Callable

    from agent_tui.desk.sight import Sight
    from agent_tui.domain.commands import Command
    from agent_tui.domain.contact import Contact

OPEN = UNSENT | {"applied", "awaiting_approval"}
"""States in which a row carries the pending mark."""


ASKING_S = 10.0
"""A command without an answer for so long is said to be of unknown outcome, and is being asked for."""


class PendingIndex:
    """Looks at the journal's items only; they are in memory until one changes."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._seen: tuple[Item, ...] = ()
        self._targets: dict[str, tuple[str, ...]] = {}

    def types_of(self, target: str) -> tuple[str, ...]:
        """Types of my unconfirmed commands about `entity:id`."""
        return self.by_target().get(target, ())

    def by_target(self) -> dict[str, tuple[str, ...]]:
        """`entity:id` → types of my unconfirmed commands."""
        items = self._journal.items()
        if items is not self._seen:
            targets: dict[str, tuple[str, ...]] = {}
            for item in items:
                if item.target and item.state in OPEN:
                    targets[item.target] = (*targets.get(item.target, ()), item.type)
            self._seen, self._targets = items, targets
        return self._targets

    def open(self) -> tuple[Item, ...]:
        """My unconfirmed commands, the oldest first."""
        return tuple(item for item in self._journal.items() if item.state in OPEN)

    def unsent(self) -> int:
        return sum(item.state in UNSENT for item in self._journal.items())

    def attention(self) -> int:
        return sum(item.state in ATTENTION for item in self._journal.items())

    def asked_state(self) -> str | None:
        """The agent state asked for last and not confirmed yet."""
        from agent_tui.domain.commands import SetAgentState

        asked = [
            item.command.state
            for item in self._journal.items()
            if item.state in OPEN and isinstance(item.command, SetAgentState)
        ]
        return asked[-1] if asked else None

    def spent(self, told: Callable[[str], bool]) -> dict[tuple[str, str], int]:
        """(action, customer) → minor units that the server's sums, as this desk has them, do not count yet. `told`:
        whether the request for a co-sign of this id has come through the feed, and its sum with it."""
        from agent_tui.domain.commands import PerformAction, act_in

        total: dict[tuple[str, str], int] = {}
        for item in self._journal.items():
            command = act_in(item.command)
            going = item.state in UNSENT | {"applied"} or (item.state == "awaiting_approval" and not told(item.id))
            if isinstance(command, PerformAction) and command.amount_minor and going:
                key = (command.action, command.customer_id)
                total[key] = total.get(key, 0) + command.amount_minor
        return total

    def list(self, name_of: dict[str, Contact], sight: Sight) -> tuple[Pending, ...]:
        """Everything that asks for attention, newest first; `name_of` maps contact ids to what is known of them."""
        return tuple(_pending(item, name_of, sight) for item in reversed(self._journal.items()))

    def contact_ids(self) -> tuple[str, ...]:
        """Contacts that pending commands are about."""
        found = (item.target.removeprefix("contact:") for item in self._journal.items() if item.target)
        return tuple(dict.fromkeys(found))


def _pending(item: Item, name_of: dict[str, Contact], sight: Sight) -> Pending:
    from agent_tui.desk.conflicts import differs, row_of, written

    pages = written(item)
    return Pending(
        id=item.id,
        type=item.type,
        target=item.target,
        state=_truth(item),
        made_at=item.made_at,
        text=_typed(item.command) or "\n".join(f"{page.title}\n{page.text}" for page in pages.values()),
        pages=pages,
        summary=_summary(item, name_of, sight),
        reasons=item.reasons,
        problem=item.problem,
        edits=item.edits,
        row=row_of(item),
        action=_action(item.command),
        differs=differs(sight, item) if item.state == "conflict" else None,
    )


def _action(command: Command) -> str:
    from agent_tui.domain.commands import act_in

    return str(getattr(act_in(command), "action", ""))


def _truth(item: Item) -> str:
    """What can be said of it: one that was tried and not answered for ASKING_S may have been done or not."""
    tried = item.attempts and item.state in ("queued", "sending")
    return "unknown" if tried and wall().timestamp() - item.made_ms / 1000 > ASKING_S else item.state


def _typed(command: Command) -> str:
    """The words in a command that a person typed."""
    from agent_tui.desk.drafts import TYPED
    from agent_tui.domain.commands import act_in

    act = act_in(command)
    return "\n".join(filter(None, (str(getattr(act, name, "") or "") for name in TYPED)))


def _customer_name(command: Command, sight: Sight) -> str:
    """Of the customer that a command names outside of any contact, as who closes a complaint does."""
    from agent_tui.domain.customer import Customer
    from agent_tui.store import read

    id = str(getattr(command, "customer_id", None) or "")
    known = read.get(sight.cache, Customer, id) if id else None
    return known.name if known else ""


def _summary(item: Item, name_of: dict[str, Contact], sight: Sight) -> Msg:
    from agent_tui.domain.commands import (
        PerformAction,
        RaiseWorkOrder,
        RevealField,
        SetAgentState,
        WrapUpContact,
        act_in,
    )

    contact = name_of.get((item.target or "").removeprefix("contact:"))
    command = act_in(item.command)
    who = (contact.name or contact.caller) if contact else _customer_name(command, sight)
    match command:
        case PerformAction():
            return msg(f"desk.summary.action.{command.action}", who=who, amount_minor=command.amount_minor or 0)
        case SetAgentState():
            return msg(f"desk.summary.state.{command.state}")
        case RevealField():
            return msg("desk.summary.RevealField", who=who, field=command.field.value)
        case WrapUpContact():
            return msg("desk.summary.WrapUpContact", who=who, result=command.result)
        case RaiseWorkOrder():
            return msg("desk.summary.RaiseWorkOrder", who=who, title=command.title)
    return msg(f"desk.summary.{item.type}", who=who)
