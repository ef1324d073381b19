"""The suite is tested too: each bug of `tests.protocol.mutants` is found, and without it nothing is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from agent_tui import killpoint
from tests.protocol import drills
from tests.protocol.mutants import BUGS, Bug, Drill
from tests.protocol.office import Office


@pytest.fixture
def office() -> Iterator[Office]:
    opened = Office()
    yield opened
    killpoint.arm(None)
    opened.close()


DRILLS = sorted(
    {bug.drill for bug in BUGS}
    | {
        drills.maker_signs_their_own_request,
        drills.another_server_takes_over,
        drills.server_dies_in_the_middle_of_a_batch,
    },
    key=lambda drill: drill.__name__,
)


@pytest.mark.parametrize("drill", DRILLS, ids=lambda drill: drill.__name__)
async def test_every_drill_ends_well(drill: Drill, office: Office) -> None:
    assert await drill(office) == []


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.patch.__name__)
async def test_every_seeded_bug_is_found(bug: Bug, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    bug.patch(monkeypatch)
    assert await bug.drill(office), f"{bug.patch.__name__} was not found"
