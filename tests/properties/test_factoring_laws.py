"""Laws of `import --all --factor`: one stack says of every environment what is there."""

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from descope_state.config.edit import formatted
from tests.support.effort import examples, repeatable
from tests.support.projects import made
from tests.support.several import Desks, Project, families


@settings(
    max_examples=examples(2, 200, soak=2000),
    derandomize=repeatable(),
    deadline=None,
    phases=[Phase.generate],  # each example takes seconds: smaller ones are not looked for
    suppress_health_check=list(HealthCheck),
)
@given(families(), st.data())
def test_every_environment_has_an_empty_plan_and_the_order_of_names_says_nothing(
    family: dict[str, Project], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desks = Desks(folder=Path(folder))
        desks.hold({name: made(project) for name, project in family.items()})
        seen, outcomes = desks.factored(list(family), "one/copy")
        assert set(outcomes) == set(family)
        for name in family:
            plan = desks.plan("one/copy", name)
            assert plan.summary.empty
            assert plan.drift == ()
            assert plan.unmanaged == {}
        files = desks.files("one/copy")
        assert {name for name in files if not name.startswith("state")} == set(seen.files)
        for name, text in files.items():
            if name.endswith(".yaml"):
                assert formatted(text, file=name) == text
        desks.factored(data.draw(st.permutations(list(family))), "other/copy")
        assert desks.files("other/copy") == files
        for one in seen.factored.variables:
            assert set(one.values) <= set(family)
            assert one.values
