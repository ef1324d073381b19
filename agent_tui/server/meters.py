"""What the server counts for operators, in Prometheus' text form. Numbers only, nothing about anybody."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from agent_tui.domain.contact import Contact, ContactState
from agent_tui.server.database import Tx
from agent_tui.server.state import TableState


class Meters:
    """Counters of one server, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.commands = Counter(
            "agent_tui_commands", "Commands by outcome", ["type", "outcome"], registry=self._registry
        )
        self.triage = Counter(
            "agent_tui_triage",
            "First words shown to the trained triage, by outcome",
            ["outcome"],
            registry=self._registry,
        )
        self.streams = Gauge("agent_tui_streams", "Open event streams", ["kind"], registry=self._registry)
        self._feed = Gauge("agent_tui_feed_seq", "Last feed number", registry=self._registry)
        self._audit = Gauge("agent_tui_audit_seq", "Last audit number", registry=self._registry)
        self._queued = Gauge("agent_tui_contacts_queued", "Contacts waiting", registry=self._registry)

    def read(self, tx: Tx) -> None:
        """Bring the gauges that come from the tables up to date."""
        head = tx.one("head")
        if head is not None:
            self._feed.set(head["feed_seq"])
            self._audit.set(head["audit_seq"])
        self._queued.set(len(TableState(tx).find(Contact, status=ContactState.QUEUED)))

    def text(self) -> bytes:
        return generate_latest(self._registry)
