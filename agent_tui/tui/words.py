"""What the screen says in the reader's language: texts, names of states, times and money."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from agent_tui.domain.actions import ACTIONS
from agent_tui.domain.centre import Figure, Names
from agent_tui.domain.money import Money
from agent_tui.i18n.catalog import render, say
from agent_tui.i18n.message import Msg

ZONE = "Asia/Shanghai"
"""Time zone of a centre that names none."""


def speaking(area: str) -> Callable[..., str]:
    """What says the texts of one area: after `own = speaking("review.screen")`, `own(words, "title")`."""

    def own(words: Words, key: str, /, **args: object) -> str:
        return say(f"{area}.{key}", words.language, **args)

    return own


class Words:
    """The interface language and the centre's time zone, asked by every pane."""

    def __init__(self, language: str, zone: str = ZONE) -> None:
        self.language = language
        self.zone = ZoneInfo(zone)

    def __call__(self, key: str, /, **args: object) -> str:
        """The text `tui.<key>`."""
        return say(f"tui.{key}", self.language, **args)

    def of(self, table: str, value: str | None) -> str:
        """The word for one value of a closed set, e.g. `of("channel", "chat")`; the value itself if it is new to us."""
        return self.known(table, value) or value or ""

    def reason(self, action: str, given: str) -> str:
        """The reason for an action: the word of one that was chosen, what was typed as it is."""
        table = "purpose" if action == "reveal_field" else "blocked_because"
        return self.of(table, given) if action in ACTIONS and given in ACTIONS[action].reasons else given

    def known(self, table: str, value: str | None) -> str:
        """The word for one value of a closed set; empty if it is new to us."""
        key = f"tui.{table}.{value}"
        said = say(key, self.language) if value else key
        return "" if said == key else said

    def label(self, command: str) -> str:
        """The label of a command of the registry."""
        return say(f"command.{command}.label", self.language)

    def labelled(self, label: str, value: str) -> str:
        """What something is called, and what it is."""
        return label + self("colon") + value

    def help(self, command: str) -> str:
        return say(f"command.{command}.help", self.language)

    def heading(self, group: str) -> str:
        """The heading of a group of commands."""
        return say(f"command.group.{group}", self.language)

    def msg(self, message: Msg) -> str:
        return render(message, self.language)

    def name(self, names: Names) -> str:
        return names.say(self.language)

    def sentence(self, sentences: Mapping[str, str]) -> str:
        """The reader's language of a text that came in several, else English, else any."""
        for language in (self.language, "en", "zh"):
            if sentences.get(language):
                return sentences[language]
        return next(iter(sentences.values()), "")

    # ---- numbers and times -----------------------------------------------------------------------------------------

    def span(self, seconds: float) -> str:
        """`0:07`, `12:34`, `1:02:03`, `3d 04h`: how long something has lasted."""
        whole = max(0, int(seconds))
        minutes, second = divmod(whole, 60)
        hours, minute = divmod(minutes, 60)
        if hours >= 24:
            return self("span_days", days=hours // 24, hours=hours % 24)
        return f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute}:{second:02d}"

    def clock(self, moment: datetime | None, seconds: bool = True) -> str:
        """Time of day in the centre's zone."""
        return moment.astimezone(self.zone).strftime("%H:%M:%S" if seconds else "%H:%M") if moment else ""

    def day(self, moment: datetime | None) -> str:
        """Month, day and time, for what is not of today."""
        return moment.astimezone(self.zone).strftime("%m-%d %H:%M") if moment else ""

    def when(self, moment: datetime | None, now: datetime) -> str:
        """The time if it is today, else month and day."""
        if moment is None:
            return ""
        same = moment.astimezone(self.zone).date() == now.astimezone(self.zone).date()
        return self.clock(moment, seconds=False) if same else self.day(moment)

    def money(self, minor: int | None, currency: str = "CNY") -> str:
        return str(Money(minor, currency)) if minor is not None else ""

    def figure(self, figure: Figure | None) -> str:
        """The value of an indicator in its unit; a dash where nothing was counted."""
        if figure is None or figure.value is None:
            return "-"
        if figure.unit == "share":
            return f"{figure.value:.1%}"
        if figure.unit == "s":
            return self.span(figure.value)
        return f"{figure.value:,.1f}" if figure.unit == "per_hour" else f"{figure.value:,.0f}"

    def target(self, figure: Figure | None) -> str:
        """The target of an indicator in its unit."""
        if figure is None or figure.target is None:
            return ""
        if figure.unit == "share":
            return f"{figure.target:.0%}"
        return self.span(figure.target) if figure.unit == "s" else f"{figure.target:g}"
