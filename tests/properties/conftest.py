"""Counts what the laws tried: a law that ran on no example proves nothing."""

from collections.abc import Iterator

import pytest

from tests.support.laws import Count, handle

_EXAMPLES = "examples"


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
        item.user_properties.append((_EXAMPLES, count.examples))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many examples all laws were tried on."""
    reports = (
        report
        for reports in terminalreporter.stats.values()
        for report in reports
        if isinstance(report, pytest.TestReport) and report.when == "call"
    )
    tried = [
        int(str(value))
        for report in reports
        for name, value in report.user_properties
        if name == _EXAMPLES
    ]
    if tried:
        terminalreporter.write_line(f"laws: {len(tried)} laws, {sum(tried):,} examples")
