"""How a law is searched for counter-examples, and how many examples were tried."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from hypothesis import HealthCheck, settings

from tests.support.effort import examples, repeatable

P = ParamSpec("P")
R = TypeVar("R")

EXAMPLES = "examples"


def law(sample: int) -> settings:
    """Search for a while every day, ten times as long before a release."""
    return settings(
        max_examples=examples(sample, 10 * sample, soak=500 * sample),
        derandomize=repeatable(),
        deadline=None,
        # A history is a large thing to draw; that is what it is for.
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


class Count:
    """Counts the examples of one law."""

    def __init__(self) -> None:
        self.examples = 0

    def counting(self, test: Callable[P, R]) -> Callable[P, R]:
        """Count the runs of what hypothesis calls for every example."""

        @wraps(test)
        def counted(*args: P.args, **kwargs: P.kwargs) -> R:
            self.examples += 1
            return test(*args, **kwargs)

        return counted


def handle(test: object) -> Any:  # noqa: ANN401  # hypothesis types none of it
    """Give what hypothesis hangs on a test it runs, or None."""
    return getattr(test, "hypothesis", None)
