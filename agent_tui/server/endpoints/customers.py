"""Finding customers: masked hits, every search audited."""

from __future__ import annotations

from litestar import get
from litestar.params import FromQuery

from agent_tui.server import customers, forms, problems
from agent_tui.server.database import Tx
from agent_tui.server.endpoints.access import Tools, Who, people_only
from agent_tui.server.tail import AuditDraft, Tail
from agent_tui.wire import routes
from agent_tui.wire.session import FoundCustomer

SHORTEST = 2
LONGEST = 100


@get(routes.CUSTOMER_SEARCH)
async def search(caller: Who, services: Tools, q: FromQuery[str]) -> tuple[FoundCustomer, ...]:
    """Customers by name, pinyin, initials, phone, card or ID tail, merchant or terminal."""
    people_only(caller)
    if not SHORTEST <= len(forms.fold(q)) <= LONGEST:
        raise problems.fail("bad-request", key="server.refusal.no_words", args={"field": "q"})

    def work(tx: Tx) -> tuple[FoundCustomer, ...]:
        found = customers.find(tx, services.vault, q)
        tail = Tail(tx, services.clock.now())
        facts: dict[str, object] = {
            "words": services.vault.commitment(forms.fold(q).encode()),
            "found": [hit.customer_id for hit in found],
            "device": caller.device,
        }
        tail.audit(AuditDraft(actor=caller.maker, type="SearchCustomers", outcome="applied", facts=facts))
        tail.close()
        return found

    return await services.db.write(work)
