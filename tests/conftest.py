"""What holds for every test: the event loop, and how hard hypothesis searches.

The network guard is in `pyproject.toml`: pytest-socket lets loopback and unix sockets through.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support.effort import level
from tests.support.laws import EXAMPLES

ROOT = Path(__file__).parents[1]

# A sample is the same in every run, so that a red build is red again at home.
settings.register_profile(
    "sample", max_examples=40, stateful_step_count=20, deadline=None, derandomize=True
)
settings.register_profile(
    "full", max_examples=1_000, stateful_step_count=50, deadline=None, print_blob=True
)
settings.register_profile(
    "soak",
    max_examples=50_000,
    stateful_step_count=100,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(level())


@pytest.fixture(autouse=True, scope="session")
def _own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what commands remember of projects out of the home of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("DSTATE_DATA_DIR", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy what pages and the examples of the help work on: where a fresh clone has it."""
    return cloned(tmp_path_factory.mktemp("clone"))


def cloned(copy: Path) -> Path:
    """Lay out in a folder what a fresh clone has of examples, and where their state is kept."""
    shutil.copytree(ROOT / "examples", copy / "examples")
    (copy / "state").mkdir()
    project = (ROOT / "pyproject.toml").read_text()
    table = project.partition("[tool.dstate]\n")[2].partition("\n\n")[0]
    (copy / "pyproject.toml").write_text(f"[tool.dstate]\n{table}\n")
    return copy


@pytest.fixture
def anyio_backend() -> str:
    """Run async tests on asyncio only: the engine uses nothing else."""
    return "asyncio"


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
        if name == EXAMPLES
    ]
    _tell_faults(terminalreporter)
    if tried:
        terminalreporter.write_line(f"laws: {len(tried)} laws, {sum(tried):,} examples")


def _tell_faults(reporter: pytest.TerminalReporter) -> None:
    """Say how many crashes and kills were survived, and which planted bugs were caught."""
    found: dict[str, list[object]] = {}
    for reports in reporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport) and report.when == "call":
                for name, value in report.user_properties:
                    found.setdefault(name, []).append(value)
    for name in ("crashes", "kills", "signals", "contests", "storms", "lost answers"):
        if name in found:
            reporter.write_line(f"faults: {sum(int(str(one)) for one in found[name]):,} {name}")
    for line in sorted(map(str, found.get("planted", ()))):
        reporter.write_line(f"planted: {line}")
