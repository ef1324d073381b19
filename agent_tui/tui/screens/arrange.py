"""Where the desk's panes stand: pages below 100 columns, two by two, or with the conversation beside them.

Set as styles of the few widgets it is about: a class on the screen would restyle everything below it, thirty
milliseconds each time.
"""

from __future__ import annotations

import msgspec
from textual.containers import Container

from agent_tui.tui.panes.pane import Pane

ROWS = {"two": ("1fr", "1fr"), "band": ("3fr", "4fr", "4fr"), "one": ("1fr",)}


class Arrangement(msgspec.Struct, frozen=True):
    pages: bool
    wide: bool
    text: bool
    """The conversation is shown."""
    page: str
    """The pane that is seen where panes are pages."""


def arrange(panes: Container, now: Arrangement) -> None:
    """Put the panes where they belong."""
    columns, rows = (
        (1, "one") if now.pages else (3, "two") if now.wide and now.text else (2, "band" if now.text else "two")
    )
    panes.styles.grid_size_columns = columns
    panes.styles.grid_size_rows = len(ROWS[rows])
    panes.styles.grid_columns = " ".join(["1fr"] * columns)
    panes.styles.grid_rows = " ".join(ROWS[rows])
    for pane in panes.query(Pane):
        pane.reachable = now.text or pane.name_key != "thread"
        pane.display = pane.name_key == now.page if now.pages else pane.reachable
        if pane.name_key == "thread":
            pane.styles.column_span = 2 if rows == "band" else 1
            pane.styles.row_span = 2 if columns == 3 else 1
