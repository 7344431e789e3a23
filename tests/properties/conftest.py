"""Counts what the laws tried: a law that ran on no example proves nothing."""

from collections.abc import Iterator

import pytest

from tests.support.laws import EXAMPLES, Count, handle


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Count the examples of one test; the number travels with its report, from workers too."""
    hypothesis = handle(getattr(item, "obj", None))
    if hypothesis is None:
        return (yield)
    count, inner = Count(), hypothesis.inner_test
    hypothesis.inner_test = count.counting(inner)
    try:
        return (yield)
    finally:
        hypothesis.inner_test = inner
        item.user_properties.append((EXAMPLES, count.examples))
