"""What the plan could not know is answered by apply, from the unknown itself and what was made."""

from collections.abc import Mapping

import pytest

from descope_state.core.expressions import ExpressionError, evaluate, parse, scope_of
from descope_state.model.value import Ref, Unknown, Value, same
from tests.unit.core.worlds import EACH, KINDS, MemoryScope, MemorySources, world


def answer(text: str, scope: MemoryScope | None = None) -> Value:
    return evaluate(parse(text, kinds=KINDS), scope or world(each=EACH))


def made(kind: str, name: str) -> Mapping[str, Value]:
    """Give every resource as apply would once it was made."""
    resources: dict[tuple[str, str], Mapping[str, Value]] = {
        ("tenant", "acme"): {"id": "T1", "name": "Acme", "tags": '["x"]'},
        ("tenant", "customer"): {"a": {"id": "TA"}, "b": {"id": "TB"}},
    }
    return resources[(kind, name)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${tenant.acme.id}", "T1"),
        ("${tenant.customer[each.key].id}", "TA"),
        ("${tenant.acme.id}-${each.value.name}-${vars.seats}", "T1-Ay-5"),
        ("${tenant.acme.id + each.value.name + string(vars.seats)}", "T1Ay5"),
        ("${tenant.customer.map(k, tenant.customer[k].id)}", ["TA", "TB"]),
        ("${tenant.acme.id + file('a.json')}", 'T1{"x": [1, 2]}'),
        ("${tenant.acme.id}${env('HOME_TOWN')}", "T1Ulm"),
        ("${[tenant.acme.id, string(json(file('a.json')).x[1])]}", ["T1", "2"]),
        ("${has(each.value.nick) ? each.value.nick : tenant.acme.id}", "T1"),
        ('${tenant.acme.id + vars["map"]["a"].deep}', "T1yes"),
        ("$${a}${tenant.acme.id}", "${a}T1"),
    ],
)
def test_apply_answers_an_unknown_without_the_stack(text: str, expected: Value) -> None:
    found = answer(text)
    assert isinstance(found, Unknown)
    template = parse(found.expression, kinds={"tenant"})
    assert same(evaluate(template, scope_of(found, made)), expected)


def test_a_local_that_is_unknown_itself_waits_for_the_same() -> None:
    inner = answer("${tenant.acme.id + each.key}")
    outer = answer("<${locals.label}>", world(locals={"label": inner}))
    assert isinstance(outer, Unknown)
    assert outer.refs == (Ref("tenant", "acme", None, "id"),)
    template = parse(outer.expression, kinds=())
    assert evaluate(template, scope_of(outer, made)) == "<T1a>"


def test_documents_that_come_after_apply_are_read_after_apply() -> None:
    scope = world()
    scope.resources = {("tenant", "acme"): {"tags": Unknown()}}
    found = answer("${json(tenant.acme.tags)}", scope)
    assert isinstance(found, Unknown)
    template = parse(found.expression, kinds={"tenant"})
    assert evaluate(template, scope_of(found, made, sources=MemorySources())) == ["x"]
    with pytest.raises(ExpressionError, match="no answer of `json`"):
        evaluate(template, scope_of(found, made))


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("${file(tenant.acme.id)}", 3),
        ("${'x' + file(tenant.acme.id)}", 9),
        ("${tenant.customer.map(k, tenant.customer[k].id + file(k))}", 50),
    ],
)
def test_apply_reads_no_files_for_an_unknown(text: str, column: int) -> None:
    with pytest.raises(ExpressionError, match="only after apply") as seen:
        answer(text)
    assert seen.value.column == column
