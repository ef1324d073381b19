"""What signers read and sign: the canonical text of one act, with nothing personal in clear.

A personal value stands masked beside a keyed commitment to it, so that the digest of the text binds the very value that
will be sent. The text names its own request and the version it was made against: a signature fits nothing else.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from agent_tui import canon
from agent_tui.domain.commands import BreakGlass, Command, PerformAction, RequestApproval
from agent_tui.domain.masking import mask_phone
from agent_tui.domain.scrub import scrub
from agent_tui.server.database import Tx
from agent_tui.server.vault import Vault

PLAIN = frozenset({"level", "points", "days", "until", "transaction", "product", "months"})
"""Arguments that say nothing about a person."""
MASKS: dict[str, Callable[[str], str]] = {"mobile": mask_phone}
HIDDEN = "••••"


def text(vault: Vault, request_id: str, act: PerformAction, maker_id: str, target: str, version: int) -> str:
    """The canonical JSON (RFC 8785) of `act` under the request `request_id`."""
    args = {name: _shown(vault, request_id, name, value) for name, value in act.args.items()}
    fields = {
        "request": request_id,
        "maker": maker_id,
        "target": target,
        "target_version": version,
        **{name: value for name, value in msgspec.structs.asdict(act).items() if name not in ("args", "reason")},
        "reason": scrub(act.reason).text,
        "args": args,
    }
    return canon.canonical(fields).decode()


def _shown(vault: Vault, request_id: str, name: str, value: str) -> str:
    if name in PLAIN:
        return scrub(value).text
    masked = MASKS[name](value) if name in MASKS else HIDDEN
    return f"{masked} {vault.commitment(f'{request_id}/{name}/{value}'.encode())}"


def act_of(tx: Tx, vault: Vault, request_id: str, maker_id: str) -> PerformAction | None:
    """What was asked for, in clear, from the sealed command; None when it is not there."""
    sealed = tx.value("command_args", id=request_id, maker=maker_id)
    if sealed is None:
        return None
    command = msgspec.json.decode(vault.open_command(request_id, sealed), type=Command)
    return with_reason(command) if isinstance(command, RequestApproval | BreakGlass) else None


def with_reason(command: RequestApproval | BreakGlass) -> PerformAction:
    """The act; the reason for asking is its reason when it has none of its own."""
    act = command.command
    return act if act.reason.strip() else msgspec.structs.replace(act, reason=command.reason)
