"""What a failed call means for what it was to change: the one table that decides it.

A call surely did nothing, or it did what was wanted, or nobody can say. Only what surely did
nothing is ever sent again, and only where sending again can help.
"""

from collections.abc import Mapping
from enum import StrEnum

from descope_state.model.event import Step
from descope_state.sdk.faults import (
    Conflict,
    Fault,
    Indeterminate,
    NotFound,
    NotLicensed,
    Rejected,
    Throttled,
    Unauthorized,
    Unavailable,
)


class Verdict(StrEnum):
    """What is known about a call that did not answer what was hoped for."""

    DONE = "it is done"
    AGAIN = "it was not done, and may be sent again"
    NOT_DONE = "it was not done, and would not be done another time"
    TAKEN = "it was not done, unless it was done before: look once"
    UNKNOWN = "nobody knows: look before anything else is sent"


_EVERY = {
    Throttled: Verdict.AGAIN,
    Unavailable: Verdict.AGAIN,
    Unauthorized: Verdict.NOT_DONE,
    NotLicensed: Verdict.NOT_DONE,
    Indeterminate: Verdict.UNKNOWN,
}
# Descope answers 400 where others answer 409: a refused creation may be one that exists already.
TABLE: Mapping[Step, Mapping[type[Fault], Verdict]] = {
    Step.CREATE: {
        **_EVERY,
        Rejected: Verdict.TAKEN,
        Conflict: Verdict.TAKEN,
        NotFound: Verdict.NOT_DONE,
    },
    Step.UPDATE: {
        **_EVERY,
        Rejected: Verdict.NOT_DONE,
        Conflict: Verdict.NOT_DONE,
        NotFound: Verdict.NOT_DONE,
    },
    Step.DELETE: {
        **_EVERY,
        Rejected: Verdict.NOT_DONE,
        Conflict: Verdict.NOT_DONE,
        NotFound: Verdict.DONE,
    },
}


def verdict(step: Step, error: Exception) -> Verdict:
    """Judge a failed call; whatever a provider raises besides faults tells nothing."""
    for kind in type(error).__mro__:
        if kind in TABLE[step]:
            return TABLE[step][kind]
    return Verdict.UNKNOWN
