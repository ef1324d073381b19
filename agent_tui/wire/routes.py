"""The paths of the API, once, for both ends. `docs/protocol.md` says what travels on them."""

from __future__ import annotations

API = 1
"""Major version, in every path."""

SESSION = "/v1/session"
"""POST sign in · DELETE sign out."""
SESSION_RENEW = "/v1/session/renew"
SESSION_STEP_UP = "/v1/session/step-up"
SNAPSHOT = "/v1/sync/snapshot"
CHANGES = "/v1/sync/changes"
STREAM = "/v1/sync/stream"
COMMANDS = "/v1/commands"
COMMANDS_STATUS = "/v1/commands/status"
CUSTOMER_SEARCH = "/v1/customers/search"
INGRESS = "/v1/ingress"
"""POST commands of a switch link or connector (its token, its rights)."""
LINK_STREAM = "/v1/link/stream"
"""SSE: service requests for one link."""
AUDIT_VERIFY = "/v1/audit/verify"
REPORT = "/v1/report"
CLOCK = "/v1/clock"
"""PUT: move a virtual clock (only on a server started for simulation)."""
HEALTH = "/health"
METRICS = "/metrics"
OPENAPI = "/schema"
