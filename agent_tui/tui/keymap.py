"""Keys from the registry: bindings for Textual, full-width twins, and how a key is printed. Needs Textual for nothing
but the binding itself."""

from __future__ import annotations

from textual.binding import Binding

from agent_tui.desk.commands import BY_ID, DeskCommand, of_mode, ways

TWINS = {
    "question_mark": "fullwidth_question_mark",
    "slash": "fullwidth_solidus,ideographic_comma,katakana_middle_dot",
    "exclamation_mark": "fullwidth_exclamation_mark",
    "at": "fullwidth_commercial_at",
    "full_stop": "fullwidth_full_stop",
    "comma": "fullwidth_comma",
    "plus": "fullwidth_plus_sign",
    "minus": "fullwidth_hyphen_minus",
    "space": "ideographic_space",
    **{str(digit): f"fullwidth_digit_{name}" for digit, name in enumerate(
        ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    )},
}  # fmt: skip
"""Key → the keys an input method sends for it: in full width, or the punctuation of its language."""

_FULL = {chr(0xFF01 + n): chr(0x21 + n) for n in range(94)}


def half_width(character: str | None) -> str:
    """The character typed, as if the input method were off; empty for none."""
    return _FULL.get(character or "", character or "")


def with_twins(key: str) -> str:
    """`key` and its full-width twin, as Textual writes alternatives."""
    twin = TWINS.get(key)
    return f"{key},{twin}" if twin else key


def bindings(mode: str) -> list[Binding]:
    """One binding for each direct key of the mode. Keys work in text fields too; bare ones are left to the text."""
    return [
        Binding(with_twins(key), f"perform({command.id!r})", id=f"{command.id}:{key}", show=False, priority=priority)
        for command in of_mode(mode)
        for priority, keys in ((True, command.keys), (False, command.bare))
        for key in keys
    ]


def by_leader(mode: str) -> dict[str, DeskCommand]:
    """Letter after the leader → command."""
    return {command.leader: command for command in of_mode(mode) if command.leader}


def shown(id: str) -> str:
    """The first way to press a command, for hints; empty if the registry has none."""
    command = BY_ID.get(id)
    return next(iter(ways(command)), "") if command else ""
