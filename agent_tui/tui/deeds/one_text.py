"""A form of one text: journalled as it is typed, sent, and forgotten here once it stands."""

from __future__ import annotations

from collections.abc import Callable

from agent_tui.domain.commands import Command
from agent_tui.domain.rows import Entity
from agent_tui.tui.dialogs.fields import Field
from agent_tui.tui.dialogs.form import Form
from agent_tui.tui.perform import send, stands
from agent_tui.tui.screens.station import Station


async def send_text(
    station: Station,
    title: str,
    label: str,
    key: str,
    command: Callable[[str], Command],
    seen: Entity | None = None,
) -> None:
    """Ask for the text under `label` and send the command it makes. `key`: under which it is journalled; `seen`: the row as
    it was read, where the command changes one."""
    door = station.door
    field = Field(name="text", kind="area", label=label, required=True, value=door.draft(key), draft=key)
    values = await station.ask(Form(station.words, station.painter, title, [field], go="send", keep=door.keep_draft))
    if values is not None and stands(await send(station, command(values["text"]), title, seen=seen)):
        door.drop_draft(key)
