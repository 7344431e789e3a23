"""Laws of import: whatever a project holds, what is written of it says what is there."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import HealthCheck, given, settings

from descope_state.config.edit import formatted
from descope_state.sdk.schema import Config
from tests.support.effort import examples, repeatable
from tests.support.projects import Desk, made, projects

KNOWN = ("every new project holds it", "nobody changed it", "it holds something")


def searched(sample: int, full: int) -> settings:
    return settings(
        max_examples=examples(sample, full, soak=10 * full),
        derandomize=repeatable(),
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


@contextmanager
def desk() -> Iterator[Desk]:
    with tempfile.TemporaryDirectory() as folder:
        yield Desk(folder=Path(folder))


@searched(7, 500)
@given(projects())
def test_a_project_that_was_brought_in_has_an_empty_plan_and_is_written_alike(
    project: list[tuple[str, Config]],
) -> None:
    world = made(project)
    with desk() as one, desk() as other:
        one.hold(world)
        found = one.imported()
        assert [left for left in found.intake.left if not left.why.startswith(KNOWN)] == []
        plan = one.plan()
        assert plan.summary.empty
        assert plan.drift == ()
        assert plan.unmanaged == {}
        files = one.files()
        for name, data in files.items():
            if name.endswith(".yaml") and name != "dstate.yaml":
                assert formatted(data, file=name) == data
        assert one.imported().intake.taken == ()
        assert one.files() == files
        other.hold(world)
        assert other.imported().imports == found.imports
        assert other.files() == files


@searched(4, 300)
@given(projects())
def test_what_was_written_makes_the_same_project_elsewhere(
    project: list[tuple[str, Config]],
) -> None:
    """What was left out is a default there as well: an empty plan alone would not show that."""
    with desk() as one, desk() as other, desk() as third:
        one.hold(made(project))
        one.imported()
        files = one.files()
        other.hold(made([]))
        for name, data in files.items():
            path = other.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        came = other.apply()
        assert [one.error for one in came.outcome.results if one.error] == []
        third.hold(other.held())
        third.imported()
        assert third.files() == files
