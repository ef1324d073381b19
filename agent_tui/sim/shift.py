"""A floor full of robots on one server: the observer, the switch link with its customers, and the colleagues."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

from agent_tui.domain.commands import SetAgentState
from agent_tui.domain.contact import Contact
from agent_tui.sim import persona as people
from agent_tui.sim import plan, traffic
from agent_tui.sim.cast import Cast
from agent_tui.sim.cast import load as load_cast
from agent_tui.sim.colleague import Colleague
from agent_tui.sim.customers import Customers
from agent_tui.sim.floor import Floor
from agent_tui.sim.line import Line
from agent_tui.sim.link import SwitchLink
from agent_tui.sim.office import Office
from agent_tui.sim.pace import Pace
from agent_tui.sim.paperwork import Paperwork
from agent_tui.sim.persona import Known, Persona
from agent_tui.sim.roster import Floorful, Logins
from agent_tui.sim.scripts import Scripts
from agent_tui.sim.signer import Signers
from agent_tui.sim.web_seat import WebSeat


class Shift:
    """Made by `open`; `traffic` brings customers until cancelled; `close` ends everything."""

    def __init__(self, observer: WebSeat, link: WebSeat, folder: Path, known: Sequence[Known], how: Floorful) -> None:
        self.how = how
        self.cast: Cast = load_cast(folder)
        self._speeches = plan.load(folder)
        self.known = tuple(known)
        self.observer, self._link_seat = observer, link
        self.pace = Pace(observer.session.at, observer.session.speed)
        self.floor, self.office = Floor(self.pace), Office()
        self._scripts = Scripts(self.floor, how.zone)
        self.line = Line(link, self.pace)
        self.customers = Customers(self.line, self.floor, self.office)
        self.link = SwitchLink(self.line, self.floor, self.office, self.cast, how.seed)
        self.signers = Signers(self.floor, self.line, how.seed)
        self.paperwork = Paperwork(self.floor, self.line, how.seed)
        self.colleagues: list[Colleague] = []
        self._seats: list[WebSeat] = []
        self._rng = random.Random(f"traffic/{how.seed}")
        self._serial = 0
        self._eye: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, url: str, logins: Logins, folder: Path, known: Sequence[Known], how: Floorful) -> Shift:
        """Sign in observer and link, see the floor, take over customers of open contacts. Declined, Offline."""
        observer = await WebSeat.open(url, *logins.observer)
        try:
            link = await WebSeat.open(url, *logins.link)
        except BaseException:
            await observer.close()
            raise
        shift = cls(observer, link, folder, known, how)
        shift._eye = asyncio.create_task(shift.floor.follow(observer.news()))
        await shift.floor.ready.wait()
        for contact in shift.customers.adopt(shift.floor.open_contacts(), shift._stranger):
            shift.link.catch_up(contact)
        shift.line.spawn(shift.link.serve(how.last_seq))
        shift._seats = [await WebSeat.open(url, *login) for login in logins.signers]
        for seat in (observer, *shift._seats):
            # At their desk, though not for calls: whoever asks for a co-sign sees that somebody is there.
            await seat.send(SetAgentState(state="not_ready", reason="meeting"))
        shift.signers.employ([observer, *shift._seats])
        shift._seats += [await WebSeat.open(url, *login) for login in logins.clerks]
        shift.paperwork.employ([observer, *shift._seats])
        return shift

    async def employ(self, url: str, logins: Iterable[tuple[str, str]], stagger_s: float = 0.0) -> None:
        """Sign in colleagues one after another, `stagger_s` real seconds apart, and let them work."""
        for login in logins:
            await self.hire(url, login)
            await asyncio.sleep(stagger_s)

    async def hire(self, url: str, login: tuple[str, str]) -> Colleague:
        """One colleague, at work from now on."""
        seat = await WebSeat.open(url, *login)
        self._seats.append(seat)
        colleague = Colleague(seat, self.floor, self.office, self.cast, self._speeches, self.how.seed, self._scripts)
        self.colleagues.append(colleague)
        self.signers.employ([seat])
        self.paperwork.employ([seat])
        self.line.spawn(colleague.work())
        return colleague

    def _stranger(self, contact: Contact) -> Persona:
        """A customer for a contact that had one before this process: of its channel, language and likely topic."""
        seed = random.Random(contact.id).getrandbits(32)
        topic = plan.topic_of(contact, self.cast)
        language = contact.language if contact.language in self.cast.lines else None
        return people.invent(self.cast, seed, topic=topic, channel=contact.channel.value, language=language)

    def next_persona(self) -> Persona:
        """The next customer of this shift's seed."""
        self._serial += 1
        return people.invent(self.cast, self.how.seed * 1_000_003 + self._serial, self.known)

    async def traffic(self, seconds: float, rate: Callable[[datetime], float] | None = None) -> None:
        """Bring customers for so many business seconds, by the curve of the day."""
        curve = rate or self._rate
        for moment in traffic.arrivals(self._rng, self.pace.now(), seconds, self.how.peak_per_hour, curve):
            await self.pace.until(moment)
            self.customers.arrive(self.next_persona())

    def _rate(self, moment: datetime) -> float:
        return 1.0 if self.how.flat else max(0.15, traffic.shape(moment, self.how.zone))

    def seats(self) -> tuple[WebSeat, ...]:
        """Everybody signed in."""
        return (*self._seats, self._link_seat, self.observer)

    async def drain(self, seconds: float) -> None:
        """Let open contacts finish, for so many business seconds at most."""
        end = self.pace.now().timestamp() + seconds
        while self.floor.open_contacts() and self.pace.now().timestamp() < end:
            await self.pace.sleep(5.0)

    async def stop(self) -> None:
        """Robots stop where they are; the observer goes on seeing."""
        await self.line.close()

    async def close(self) -> None:
        """Stop robots and leave the floor as it is."""
        await self.stop()
        if self._eye is not None:
            self._eye.cancel()
            await asyncio.gather(self._eye, return_exceptions=True)
        for seat in self.seats():
            await seat.close()
