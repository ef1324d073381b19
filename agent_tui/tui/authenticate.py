"""Authenticating again: a field that is kept nowhere, asked for when the policy or the server wants it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from agent_tui.desk.views import StepUpLeft
from agent_tui.errors import AgentTuiError
from agent_tui.i18n.catalog import say
from agent_tui.tui.dialogs.fields import Field
from agent_tui.tui.dialogs.form import Form, Paragraphs, Values
from agent_tui.tui.panes.approval_lines import own

if TYPE_CHECKING:
    from agent_tui.tui.screens.station import Station

MARGIN_S = 10.0
"""An authentication that counts for less than this is asked for again: the command has to arrive in time."""


def fresh(station: Station) -> bool:
    """Whether the person authenticated so lately that nothing need be asked."""
    left = station.door.view(StepUpLeft())
    return left > MARGIN_S


def password_field(station: Station) -> Field:
    """The field for a form that asks for more than this; it has no draft."""
    known = str(getattr(station.app, "demo_password", ""))
    return Field(name="password", kind="password", label=station.words("form.password"), required=True, value=known)


def always(said: Paragraphs) -> Callable[[Values], Paragraphs]:
    """The same words beside a form, whatever stands in it."""
    return lambda _: said


async def authenticate(station: Station) -> bool:
    """Ask for password or code until it is right or the person backs out; whether it was right."""
    words = station.words
    wrong: Paragraphs = ()
    while True:
        said = [*wrong, (own(words, "password_why"), "muted")]
        form = Form(
            words,
            station.painter,
            own(words, "password"),
            [password_field(station)],
            go="confirm",
            live=always(said),
            at_once=True,
        )
        values = await station.ask(form)
        if values is None:
            return False
        wrong = await complaint(station, values["password"])
        if not wrong:
            return True


async def complaint(station: Station, password: str) -> Paragraphs:
    """Why it does not count, for the form that is shown again; nothing when the server takes it."""
    words = station.words
    try:
        right = await station.door.step_up(password)
    except AgentTuiError as error:
        said = say(error.key, words.language, **error.args_)
    else:
        if right:
            return ()
        said = own(words, "wrong_password")
    station.app.bell()
    return ((said, "bad"),)
