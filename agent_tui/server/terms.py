"""What a centre sets for its own people: how long things wait and count, and how often they may be done.

Every number is a line of the centre's `settings.toml` (`config.centre.CentreSettings`, under the same name), where its bounds are
checked; the defaults here are those of a server that was given no centre.
"""

from __future__ import annotations

import msgspec


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """Names that end in `_s` are seconds. Waiting is of business time, authentication and tries of real time."""

    approval_on_line_s: int = 900
    """How long a request for a co-sign waits while the customer is on the line."""
    approval_s: int = 14_400
    """How long it waits otherwise."""
    break_glass_level: int = 3
    """The least level of both people who break the glass."""
    effect_level: int = 3
    """The least level of who finds out what became of an effect of unknown outcome."""
    delegation_days: int = 30
    """A delegation ends after so many days at the latest; sync page section 4.3."""
    step_up_s: int = 300
    """How long an authentication counts; an older one counts as none. Rules of the policy may ask for a fresher one."""
    token_s: int = 900
    """A session that is not renewed ends after this."""
    session_s: int = 43_200
    """However often it is renewed, after so long somebody signs in anew."""
    lease_s: int = 43_200
    """What a desk was shown it may keep for so long without hearing from the server: one shift."""
    reveal_s: int = 60
    """A revealed field is gone from the screen after this."""
    reveals_per_hour: int = 20
    """Fields one person may reveal within an hour of business time; an agent takes about ten contacts in one."""
    searches_per_hour: int = 120
    """Searches for customers one person may make within an hour of business time."""
    free_tries: int = 5
    """Failures at one login before it is slowed down."""
    free_tries_from_address: int = 100
    """Failures from one address before it is slowed down; a whole centre may come from one."""
    block_s: int = 30
    """The first waiting time; it doubles with each failure."""
    longest_block_s: int = 3_600
    """No waiting time is longer."""
