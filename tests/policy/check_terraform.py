"""What Terraform itself prints, against what we print: key by key, and type by type.

Not part of `make test`: it needs a `terraform` on PATH, and nothing but its built-in provider. The
shapes are recorded in `tests/unit/report/golden`, so that unit tests know them without Terraform;
`DSTATE_GOLDEN=write` records them anew.
"""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from descope_state.report.json_text import one_line
from tests.policy.made_plans import HERE, Shown, acme_plan, fake_plan, run
from tests.support.json_shapes import differences, event_shapes, gathered, read, spelled
from tests.unit.report import golden_file

OURS = {
    "version",
    "planned_change",
    "change_summary",
    "resource_drift",
    "outputs",
    "diagnostic",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terraform:
    """A folder in which the real thing is run."""

    folder: Path

    def plan(self, *files: str, more: tuple[str, ...] = ()) -> Shown:
        """Plan one configuration with JSON events, and show the plan where there is one."""
        self._configured(*files)
        told = self.run("plan", "-json", "-input=false", "-out", "plan.out", *more)
        # Terraform would take a name that ends in `.tf.json` for a part of the configuration.
        file = self.folder / f"{'-'.join((*files, *more))}.shown"
        file.write_text(self.run("show", "-json", "plan.out"), encoding="utf-8")
        return Shown(file=file, events=tuple(map(json.loads, told.splitlines())))

    def problems(self, *files: str) -> tuple[Any, ...]:
        """Plan a configuration that is wrong, and give the events."""
        self._configured(*files)
        told = self.run("plan", "-json", "-input=false", status=1)
        return tuple(map(json.loads, told.splitlines()))

    def run(self, *arguments: str, status: int = 0) -> str:
        """Run one command."""
        done = run(("terraform", *arguments), folder=self.folder)
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout

    def _configured(self, *files: str) -> None:
        for old in self.folder.glob("*.tf"):
            old.unlink()
        for name in files:
            shutil.copy(HERE / "terraform" / name, self.folder / name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """Plans and events of one tool."""

    plans: tuple[Any, ...]
    events: tuple[Any, ...]


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Printed:
    reason = "there is no `terraform` on PATH, so nothing can be compared with what it prints"
    assert shutil.which("terraform"), reason
    terraform = Terraform(folder=tmp_path_factory.mktemp("terraform"))
    small = terraform.plan("small.tf")
    first = terraform.plan("before.tf")
    terraform.run("init", "-input=false")
    terraform.run("apply", "-auto-approve", "-input=false")
    second = terraform.plan("after.tf")
    drifted = terraform.plan("after.tf", more=("-refresh-only",))
    broken = ("broken.tf", "unknown.tf", "absent.tf")
    problems = [event for name in broken for event in terraform.problems(name)]
    shown = (small, first, second, drifted)
    told = [event for each in shown for event in each.events]
    return Printed(plans=tuple(each.plan for each in shown), events=(*told, *problems))


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Printed:
    shown = (fake_plan(tmp_path_factory.mktemp("fake")), acme_plan(tmp_path_factory.mktemp("acme")))
    return Printed(
        plans=tuple(each.plan for each in shown),
        events=tuple(event for each in shown for event in each.events),
    )


def test_the_plan_has_the_shape_of_terraforms(ours: Printed, theirs: Printed) -> None:
    found, wanted = gathered(ours.plans), gathered(theirs.plans)
    assert list(differences(found, wanted)) == []
    assert len(found.keys() & wanted.keys()) > 15
    assert {"$.resource_changes[].change", "$.planned_values.root_module.resources[]"} <= set(found)


def test_the_events_have_the_shape_of_terraforms(ours: Printed, theirs: Printed) -> None:
    assert {event["type"] for event in ours.events} == OURS
    assert {event["type"] for event in theirs.events} >= OURS
    assert list(differences(event_shapes(ours.events), event_shapes(theirs.events))) == []


def test_the_shapes_are_as_recorded_for_those_who_have_no_terraform(theirs: Printed) -> None:
    told = [event for event in theirs.events if event["type"] in OURS]
    shapes = {
        "plan": spelled(gathered(theirs.plans)),
        "events": spelled(event_shapes(told)),
    }
    golden_file.check(golden_file.SHAPES, json.dumps(shapes, indent=1) + "\n")
    assert spelled(read(shapes["plan"])) == shapes["plan"]


def test_a_key_that_is_missing_or_strange_is_found(ours: Printed, theirs: Printed) -> None:
    """The comparison can fail: one key fewer, one more, one of another type."""
    (plan, *_) = json.loads(one_line(list(ours.plans)))
    del plan["resource_changes"][0]["change"]["after_unknown"]
    plan["planned_values"]["more"] = 1
    plan["complete"] = "yes"
    assert list(differences(gathered([plan]), gathered(theirs.plans))) == [
        "$.complete: ['string'], and not ['boolean']",
        "$.planned_values.more: a key of ours alone",
        "$.resource_changes[].change.after_unknown: not always there",
    ]
