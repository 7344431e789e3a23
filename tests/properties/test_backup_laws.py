"""Laws of backups: whatever a project held, what was kept of it comes back."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings

from descope_state.app.applying import Applied, Manner, apply_fresh
from descope_state.app.backing import create
from descope_state.app.planning import Reading
from descope_state.app.restoring import Choice, Return, apply_return, restoring, undoing
from descope_state.app.workspace import Opening
from descope_state.core.planner import Wishes
from descope_state.sdk.schema import Config
from tests.support.effort import examples, repeatable
from tests.support.projects import Desk, Quiet, made, projects


def searched(sample: int, full: int) -> settings:
    return settings(
        max_examples=examples(sample, full, soak=10 * full),
        derandomize=repeatable(),
        deadline=None,
        phases=[Phase.generate],  # each example takes a second: smaller ones are not looked for
        suppress_health_check=list(HealthCheck),
    )


@contextmanager
def desk(project: list[tuple[str, Config]]) -> Iterator[Desk]:
    with tempfile.TemporaryDirectory() as folder:
        one = Desk(folder=Path(folder))
        one.hold(made(project))
        one.imported()
        assert one.plan().summary.empty
        yield one


def manner(one: Desk) -> Manner:
    secrets = one.folder / "state" / "secrets"
    return Manner(automatic=True, secrets_into=str(secrets), overrides={"max_deletes": 999})


def silent(_: Sequence[str]) -> None:
    """Hear what is lost."""


def destroyed(one: Desk) -> str:
    """Destroy all that the state holds; gives the name of the run, if it did anything."""
    came = apply_fresh(
        one.surroundings,
        Opening(),
        wishes=Wishes(mode="destroy"),
        manner=manner(one),
        watch=Quiet(),
    )
    assert errors(came) == []
    return came.outcome.run if any(change.writes for change in came.plan.changes) else ""


def errors(came: Applied) -> list[str]:
    return [f"{one.address}: {one.error}" for one in came.outcome.results if one.error]


def brought_back(one: Desk, back: Return) -> None:
    came = apply_return(one.surroundings, Opening(), back=back, manner=manner(one), watch=Quiet())
    assert errors(came) == []
    plan = one.plan()
    assert [(str(one.address), one.action, one.fields) for one in plan.effective] == []


@searched(4, 200)
@given(projects())
def test_what_was_destroyed_comes_back_from_a_backup(project: list[tuple[str, Config]]) -> None:
    with desk(project) as one:
        create(one.surroundings, Opening(), reading=Reading())
        destroyed(one)
        here = one.surroundings
        name = "1"
        back = restoring(here, Opening(), name=name, choice=Choice(), overrides={}, told=silent)
        brought_back(one, back)


@searched(3, 100)
@given(projects())
def test_a_destruction_is_undone(project: list[tuple[str, Config]]) -> None:
    with desk(project) as one:
        run = destroyed(one)
        if run:
            back = undoing(one.surroundings, Opening(), run=run, overrides={}, told=silent)
            brought_back(one, back)
