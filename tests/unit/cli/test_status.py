"""The status with which an apply ends, for every mixture of what became of its changes."""

import pytest

from descope_state.cli.applying_run import status_of
from descope_state.errors import Exit
from descope_state.model.address import Address
from descope_state.model.change import Action
from descope_state.model.outcome import Fate, Outcome, Result


@pytest.mark.parametrize(
    ("fates", "status"),
    [
        ("", Exit.DONE),
        ("done done", Exit.DONE),
        ("done stale", Exit.PARTIAL),
        ("done failed", Exit.PARTIAL),
        ("unknown", Exit.PARTIAL),
        ("stale", Exit.STALE),
        ("stale skipped blocked", Exit.STALE),
        ("stale failed", Exit.ERROR),
        ("failed skipped", Exit.ERROR),
    ],
)
def test_the_status_says_what_became_of_all(fates: str, status: Exit) -> None:
    results = tuple(
        Result(address=Address("label", f"a{number}"), action=Action.UPDATE, fate=Fate(fate))
        for number, fate in enumerate(fates.split())
    )
    assert status_of(Outcome(run="r", results=results)) is status


def test_a_service_that_went_away_and_a_stop_have_their_own() -> None:
    stale = Result(address=Address("label", "a"), action=Action.UPDATE, fate=Fate.STALE)
    assert status_of(Outcome(run="r", results=(stale,), halted="gone")) is Exit.UNREACHABLE
    assert status_of(Outcome(run="r", results=(stale,), interrupted=True)) is Exit.INTERRUPTED
