"""What holds for every plan: it can be printed at any width, and no secret is in it."""

import json
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from descope_state.model.address import Address
from descope_state.model.change import Action, Change, Edit, FieldChange, Mark, Reason
from descope_state.model.plan import OutputValue, Plan
from descope_state.model.value import Fingerprint, Ref, Secret, Unknown, Value
from descope_state.report.json_events import plan_events
from descope_state.report.json_text import one_line
from descope_state.report.spans import plain
from descope_state.report.terraform_json import represent
from descope_state.report.text import plan_text
from tests.unit.report import harm, kinds, samples

CANARY = "canary-4f1c"

texts = st.text(max_size=200) | st.sampled_from(["a\nb", "", "x" * 300, *harm.NAMES[:4]])
leaves: st.SearchStrategy[Value] = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
    | st.builds(Unknown, texts, st.just((Ref("role", "a", None, "id"),)))
    | st.builds(Secret, texts)
    | st.builds(Fingerprint, st.just(CANARY))
)
values: st.SearchStrategy[Value] = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
paths = st.lists(texts | st.integers(0, 9), max_size=3).map(tuple)
edits = st.builds(Edit, mark=st.sampled_from(Mark), path=paths, before=values, after=values)
open_fields = st.builds(
    FieldChange,
    name=texts.filter(lambda name: name != "token"),
    before=values,
    after=values,
    edits=st.lists(edits, max_size=3).map(tuple),
    hidden=st.integers(0, 2),
    forces_replacement=st.booleans(),
)
secret_fields = st.builds(
    FieldChange,
    name=st.just("token"),
    before=st.just(CANARY),
    after=st.sampled_from([CANARY, None, [CANARY], {"inner": CANARY}, Secret("env:X")]),
    edits=st.just((Edit(mark=Mark.CHANGED, path=("inner",), before=CANARY, after=CANARY),)),
    sensitive=st.sampled_from([True]),
)
attributes = st.dictionaries(texts, values, max_size=3).map(
    lambda known: {**known, "token": CANARY}
)
changes = st.builds(
    Change,
    address=st.builds(Address, st.just("tenant"), texts, st.none() | texts),
    provider=texts,
    action=st.sampled_from(Action),
    reason=st.sampled_from(Reason),
    fields=st.lists(open_fields, max_size=3).flatmap(
        lambda fields: secret_fields.map(lambda secret: (*fields, secret))
    ),
    before=st.none() | attributes,
    after=st.none() | attributes,
    stated=st.sampled_from([(), ("token",)]),
    id=texts,
    blocked=st.just("") | texts,
    moved_from=st.none() | st.just(Address("tenant", "old")),
    importing=st.booleans(),
    create_first=st.booleans(),
)
plans = st.builds(
    Plan,
    bindings=st.just(samples.BINDINGS),
    changes=st.lists(changes, max_size=3).map(tuple),
    outputs=st.just((OutputValue(name="o", value=CANARY, sensitive=True),)),
)


@settings(max_examples=150, deadline=None)
@given(plan=plans, width=st.integers(20, 200), verbose=st.booleans())
def test_every_plan_prints_at_every_width_without_its_secrets(
    plan: Plan, width: int, *, verbose: bool
) -> None:
    text = plain(plan_text(plan, width=width, verbose=verbose))
    assert CANARY not in text
    assert harm.HARMFUL.findall(text) == []


@settings(max_examples=100, deadline=None)
@given(plan=plans)
def test_every_plan_has_a_representation_without_its_secrets(plan: Plan) -> None:
    represented = represent(plan, kinds.SCHEMAS)
    texts_of_plan = [one_line(represented), *map(one_line, plan_events(plan, timestamp="T"))]
    assert [text for text in texts_of_plan if CANARY in text or not text.isascii()] == []
    assert json.loads(texts_of_plan[0]) == represented


def test_of_three_thousand_changes_every_one_is_told() -> None:
    some = (samples.creation(), samples.replacement(), samples.deletion())
    many = tuple(
        replace(some[number % 3], address=Address("tenant", "customer", f"c{number}"))
        for number in range(3_000)
    )
    plan = Plan(bindings=samples.BINDINGS, changes=many)
    text = plain(plan_text(plan, width=80))
    assert text.count("tenant.customer") == 3_000
