"""What a failed call means: the whole table, and nothing that is not in it."""

import pytest

from descope_state.core.verdict import TABLE, Verdict, verdict
from descope_state.model.event import Step
from descope_state.sdk import faults

AGAIN, FINAL, TAKEN = Verdict.AGAIN, Verdict.NOT_DONE, Verdict.TAKEN
UNKNOWN, DONE = Verdict.UNKNOWN, Verdict.DONE
EXPECTED = {
    faults.Throttled: (AGAIN, AGAIN, AGAIN),
    faults.Unavailable: (AGAIN, AGAIN, AGAIN),
    faults.Indeterminate: (UNKNOWN, UNKNOWN, UNKNOWN),
    faults.Rejected: (TAKEN, FINAL, FINAL),
    faults.Conflict: (TAKEN, FINAL, FINAL),
    faults.NotFound: (FINAL, FINAL, DONE),
    faults.Unauthorized: (FINAL, FINAL, FINAL),
    faults.NotLicensed: (FINAL, FINAL, FINAL),
}
STEPS = (Step.CREATE, Step.UPDATE, Step.DELETE)


@pytest.mark.parametrize("fault", EXPECTED, ids=lambda fault: str(fault.__name__))
def test_every_fault_has_a_meaning_for_every_step(fault: type[faults.Fault]) -> None:
    assert tuple(verdict(step, fault("no")) for step in STEPS) == EXPECTED[fault]


def test_the_table_is_whole() -> None:
    every = set(faults.Fault.__subclasses__())
    assert {step: set(TABLE[step]) for step in STEPS} == dict.fromkeys(STEPS, every)
    assert set(EXPECTED) == every


@pytest.mark.parametrize("error", [ValueError("x"), TimeoutError(), KeyError("y"), MemoryError()])
def test_whatever_else_a_provider_raises_tells_nothing(error: Exception) -> None:
    assert {verdict(step, error) for step in STEPS} == {UNKNOWN}


def test_only_what_surely_was_not_done_is_ever_sent_again() -> None:
    assert {fault for fault, row in EXPECTED.items() if AGAIN in row} == {
        faults.Throttled,
        faults.Unavailable,
    }
