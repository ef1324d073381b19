"""The desk's composition root: files first, so that something is on the screen before anything heavy is loaded."""

from __future__ import annotations

from datetime import datetime

from agent_tui.desk.desk import Desk
from agent_tui.desk.pending import PendingIndex
from agent_tui.desk.profile import Profile
from agent_tui.desk.reveals import Reveals
from agent_tui.desk.sight import Sight
from agent_tui.errors import Corrupt, StoreError
from agent_tui.i18n.message import Msg, msg
from agent_tui.store.cache import Cache
from agent_tui.store.escrow import WIPED, Boxes
from agent_tui.store.journal import Journal
from agent_tui.store.lock import ProfileLock
from agent_tui.store.open import open_cache, open_journal
from agent_tui.sync.reckoning import Reckoning
from agent_tui.sync.state import LinkState


def open_desk(profile: Profile) -> Desk:
    """A desk over the files of `profile`, offline until `connect`. A damaged journal is made anew of what is readable,
    with a copy beside it, and the desk says so.

    StoreLocked when another desk has it open; NewerDatabase, DiskFull of the journal; StoreError when the
    profile is for training and its files are of live work.
    """
    lock = ProfileLock(profile.folder).take()
    try:
        journal, alert = _open_journal(profile)
        cache = open_cache(profile.folder / "cache.db", profile.key("cache"))
        if profile.simulation:
            _for_simulation(cache, profile)
        # A device that was wiped is taken into use again.
        (profile.folder / WIPED).unlink(missing_ok=True)
    except BaseException:
        lock.release()
        raise
    sight = Sight(
        cache=cache,
        pending=PendingIndex(journal),
        reveals=Reveals(),
        clock=_reckoning(cache),
        link=LinkState(alert or _ran_out(profile)),
        language=profile.language,
        windows={},
    )
    return Desk(profile, lock, sight, journal)


def _open_journal(profile: Profile) -> tuple[Journal, Msg | None]:
    """The journal, and what must be said about it."""
    path, key = profile.folder / "journal.db", profile.key("journal")
    boxes = None if profile.simulation else Boxes(profile.folder, profile.device_id)
    try:
        return open_journal(path, key, boxes), None
    except Corrupt:
        from agent_tui.store.salvage import salvage

        saved = salvage(path, key)
    said = msg("vault.salvaged", commands=saved.commands, drafts=saved.drafts, copy=str(saved.copy))
    return open_journal(path, key, boxes), said


def _ran_out(profile: Profile) -> Msg | None:
    """Why there is nothing to see, where the lease is over since the desk was closed."""
    return msg("vault.ran_out") if profile.lease is not None and profile.lease.ran_out else None


def _for_simulation(cache: Cache, profile: Profile) -> None:
    """Mark the files as made for training; from then on the link follows a simulation only."""
    from agent_tui.store import write
    from agent_tui.wire.session import SIMULATION

    if cache.meta.get("banner", SIMULATION) != SIMULATION:
        cache.close()
        raise StoreError("train.guard.live_store", folder=str(profile.folder))
    write.put_meta(cache, banner=SIMULATION)


def _reckoning(cache: Cache) -> Reckoning:
    clock = Reckoning()
    if "at" in cache.meta:
        said = datetime.fromisoformat(cache.meta["at"])
        clock.resume(said, float(cache.meta["speed"]), float(cache.meta["wall"]))
    return clock
