"""THE registry of what a person can do at a desk: id, keys, group, when it applies. Labels and help are i18n
(`command.<id>.label`, `command.<id>.help`).

The same record makes the hint bar, the palette, the context help, the key card and the tests. Keys are Textual
key names; after the leader key (`F2`) a letter follows, because an input method swallows bare letters and text
fields keep most Ctrl+letters. A capital after the leader acts for the customer under authority.
"""

from __future__ import annotations

import msgspec

from agent_tui.domain.actions import ACTIONS

LEADER = "f2"
"""Then one of the `leader` letters below."""

FORBIDDEN = frozenset({f"ctrl+{c}" for c in "bhijmqsz"} | {"ctrl+@", "ctrl+space", "ctrl+left_square_bracket"})
"""Keys that are not what they seem in a terminal, or belong to tmux, flow control or habit."""


class DeskCommand(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    """Dotted, e.g. `contact.accept`."""
    group: str
    """Heading on the key card: one of GROUPS."""
    keys: tuple[str, ...] = ()
    """Keys that work everywhere, text fields included: F-keys, Ctrl+letters."""
    bare: tuple[str, ...] = ()
    """Punctuation that works wherever nothing is written; in a text field it is text."""
    leader: str = ""
    """Letter after the leader key."""
    modes: tuple[str, ...] = ("desk",)
    """`desk`, `monitor`, `train`."""
    risky: bool = False
    """Asks for confirmation."""


GROUPS = (
    "contact",
    "state",
    "text",
    "blueprint",
    "knowledge",
    "action",
    "cosign",
    "review",
    "view",
    "monitor",
    "train",
    "desk",
)
"""Headings, in the order of the key card."""

SEATED = ("desk", "train")
EVERYWHERE = ("desk", "monitor", "train")

ACTION_LETTERS = {
    "query_balance": "Q",
    "reveal_field": "R",
    "resend_statement": "S",
    "waive_fee": "W",
    "raise_temporary_limit": "L",
    "block_card": "B",
    "unblock_card": "U",
    "change_mobile": "M",
    "dispute_transaction": "D",
    "unlock_terminal": "T",
    "release_settlement": "H",
    "grant_goodwill": "G",
    "raise_work_order": "O",
    "close_complaint": "C",
    "escalate_complaint": "I",
    "downgrade_complaint": "N",
}
"""Capitals after the leader, for the business actions of `domain.actions`."""


def _seated(id: str, group: str, leader: str = "", *keys: str, risky: bool = False) -> DeskCommand:
    return DeskCommand(id=id, group=group, keys=keys, leader=leader, modes=SEATED, risky=risky)


def _watching(id: str, leader: str, key: str, *, risky: bool = False) -> DeskCommand:
    return DeskCommand(id=id, group="monitor", keys=(key,), leader=leader, modes=("monitor",), risky=risky)


def _always(id: str, group: str, leader: str = "", *keys: str, risky: bool = False) -> DeskCommand:
    return DeskCommand(id=id, group=group, keys=keys, leader=leader, modes=EVERYWHERE, risky=risky)


def _known(id: str, mark: str, key: str, *keys: str) -> DeskCommand:
    return DeskCommand(id=id, group="knowledge", keys=keys, bare=(key,), leader=mark, modes=EVERYWHERE)


COMMANDS: tuple[DeskCommand, ...] = (
    _seated("contact.next", "contact", "", "f9"),
    _seated("contact.accept", "contact", "a"),
    _seated("contact.hold", "contact", "", "f7"),
    _seated("contact.consult", "contact", "c"),
    _seated("contact.end_consult", "contact", "k"),
    _seated("contact.transfer", "contact", "t"),
    _seated("contact.regroup", "contact", "g"),
    _seated("contact.verify", "contact", "v"),
    _seated("contact.note", "contact", "n"),
    _seated("contact.end", "contact", "x", "f12", risky=True),
    _seated("contact.wrap_up", "contact", "w"),
    _seated("contact.other", "contact", "", "ctrl+n"),
    _seated("ticket.open", "contact", "9"),
    _seated("state.ready", "state", "r"),
    _seated("state.break", "state", "b"),
    _seated("state.log_off", "state", "o", risky=True),
    _seated("text.write", "text", "", "ctrl+t"),
    _seated("text.insert", "text", "", "ctrl+r"),
    _seated("text.send", "text", "", "ctrl+o"),
    _seated("text.discard", "text", "d", risky=True),
    _seated("blueprint.choose", "blueprint", "p"),
    _seated("blueprint.forward", "blueprint", "f"),
    _seated("blueprint.back", "blueprint", "z"),
    _seated("blueprint.jump", "blueprint", "j"),
    _seated("blueprint.language", "blueprint", "l"),
    _seated("blueprint.deviate", "blueprint", "E"),
    _seated("blueprint.other", "blueprint", "J"),
    _known("knowledge.search", "/", "slash", "ctrl+f"),
    _known("knowledge.bulletins", "!", "exclamation_mark"),
    _known("knowledge.people", "@", "at"),
    _known("knowledge.questions", "?", "question_mark"),
    _always("knowledge.publish", "knowledge", "+"),
    _always("knowledge.write", "knowledge", "="),
    *(_seated(f"action.{id}", "action", ACTION_LETTERS[id]) for id in ACTIONS),
    _seated("cosign.open", "cosign", "A", "f8"),
    DeskCommand(id="cosign.watch", group="cosign", keys=("f8", "ctrl+o"), leader="A", modes=("monitor",)),
    _always("cosign.lend", "cosign", "P"),
    _always("cosign.effects", "cosign", "K"),
    _always("cosign.break_glass", "cosign", "X", risky=True),
    DeskCommand(id="review.list", group="review", keys=("f9",), leader="v", modes=("monitor",)),
    DeskCommand(id="review.seed", group="review", leader="s", modes=("monitor",)),
    _always("review.mine", "review", "F"),
    _seated("view.queue", "view", "", "f3"),
    _seated("view.customer", "view", "", "f4"),
    _seated("view.blueprint", "view", "", "f5"),
    _seated("view.actions", "view", "", "f6"),
    _seated("view.kind", "view", "i"),
    _seated("view.find", "view", "s"),
    _seated("view.why", "view", "y"),
    _watching("monitor.floor", "f", "f3"),
    _watching("monitor.people", "p", "f4"),
    _watching("monitor.day", "c", "f5"),
    _watching("monitor.figures", "i", "f6"),
    _watching("monitor.recall", "r", "f7", risky=True),
    _watching("monitor.notice", "n", "ctrl+t"),
    DeskCommand(id="monitor.tickets", group="monitor", leader="9", modes=("monitor",)),
    DeskCommand(id="monitor.hand_overs", group="monitor", leader="o", modes=("monitor",)),
    DeskCommand(id="monitor.releases", group="monitor", leader="b", modes=("monitor",)),
    DeskCommand(id="train.coach", group="train", keys=("ctrl+y",), leader="2", modes=("train",)),
    DeskCommand(id="train.again", group="train", leader="3", modes=("train",), risky=True),
    DeskCommand(id="train.choose", group="train", leader="4", modes=("train",), risky=True),
    _always("view.pending", "view", "u"),
    _always("view.notices", "view", "m"),
    _always("view.drafts", "view", "5"),
    _seated("view.approvers", "view", "V"),
    _always("view.reprint", "view", "Y"),
    _always("desk.help", "desk", "", "f1"),
    _always("desk.leader", "desk", "", LEADER),
    _always("desk.palette", "desk", "", "f10", "ctrl+p"),
    _always("desk.jump", "desk", "", "ctrl+g"),
    _always("desk.card", "desk", "h"),
    _always("desk.theme", "desk", "e"),
    _always("desk.language", "desk", "1"),
    _always("desk.lock", "desk", "0"),
    _always("desk.redraw", "desk", "", "ctrl+l"),
    _always("desk.quit", "desk", "q", risky=True),
)

BY_ID: dict[str, DeskCommand] = {command.id: command for command in COMMANDS}


def of_mode(mode: str) -> tuple[DeskCommand, ...]:
    """The commands of `desk`, `monitor` or `train`, in the order of the key card."""
    mine = [command for command in COMMANDS if mode in command.modes]
    return tuple(sorted(mine, key=lambda command: GROUPS.index(command.group)))


SIGNS = {"slash": "/", "exclamation_mark": "!", "at": "@", "question_mark": "?"}
"""How the bare keys are printed."""


def printed(key: str) -> str:
    """How a key is printed: `f9` → `F9`, `ctrl+t` → `Ctrl+T`, `slash` → `/`."""
    if key in SIGNS:
        return SIGNS[key]
    return "+".join(part.capitalize() if len(part) > 1 else part.upper() for part in key.split("+"))


def ways(command: DeskCommand) -> tuple[str, ...]:
    """Every way to press a command, printed, the shortest first."""
    letter = (f"{printed(LEADER)} {command.leader}",) if command.leader else ()
    return (*map(printed, command.bare), *map(printed, command.keys), *letter)
