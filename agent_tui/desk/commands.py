"""THE registry of what a person can do at a desk: id, keys, group, when it applies. Labels and help are i18n
(`command.<id>.label`, `command.<id>.help`).

The same record makes the hint bar, the palette, the context help, the key card and the tests. Keys are Textual
key names; after the leader key (`F2`) a letter follows, because an input method swallows bare letters and text
fields keep most Ctrl+letters.
"""

from __future__ import annotations

import msgspec

LEADER = "f2"
"""Then one of the `leader` letters below."""

FORBIDDEN = frozenset({f"ctrl+{c}" for c in "bhijmqsz"} | {"ctrl+@", "ctrl+space", "ctrl+left_square_bracket"})
"""Keys that are not what they seem in a terminal, or belong to tmux, flow control or habit."""


class DeskCommand(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    """Dotted, e.g. `contact.accept`."""
    group: str
    """Heading on the key card: `state`, `contact`, `text`, `blueprint`, `action`, `view`, `monitor`, `train`, `desk`."""
    keys: tuple[str, ...] = ()
    """Keys that work everywhere, text fields included: F-keys, Ctrl+letters."""
    leader: str = ""
    """Letter after the leader key."""
    modes: tuple[str, ...] = ("desk",)
    """`desk`, `monitor`, `train`."""
    risky: bool = False
    """Asks for confirmation."""
