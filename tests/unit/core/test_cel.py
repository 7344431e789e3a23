"""The CEL engine answers as the language is defined, in plain values and plain words."""

import sys

import pytest

from descope_state.core.cel import program
from descope_state.core.plain import Untold
from descope_state.core.templates import ExpressionError
from descope_state.model.value import Ref, Value, same
from tests.unit.core.worlds import EACH, KINDS, world


def run(text: str) -> Value:
    return program(text, KINDS, start=0).value(world(each=EACH))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("vars.seats + 1", 6),
        ("vars.seats * 2 - 3 % 2", 9),
        ("7 / 2", 3),
        ("1.5 * 2.0", 3.0),
        ("2u + 3u", 5),
        ('environment.name == "prod"', True),
        ('environment.name == "prod" ? "yes" : "no"', "yes"),
        ("!vars.on", False),
        ("-vars.seats", -5),
        ("vars.empty == null", True),
        ("vars.seats == null", False),
        ("vars.seats != null", True),
        ("vars.empty == null || vars.empty + 1 > 2", True),
        ("vars.seats == 'five'", False),
        ("true == 1", False),
        ("1 == 1.0", True),
        ("1 < 1.5", True),
        ("[1, 'a'] == [1, 'a']", True),
        ("[1, 2] != [1, 3]", True),
        ("{'a': [1]} == {'a': [1]}", True),
        ("vars.list.map(x, x * 2)", [2, 4]),
        ("vars.list.filter(x, x > 1)", [2]),
        ("vars.list.all(x, x > 0)", True),
        ("vars.list.exists(x, x > 1)", True),
        ("vars.list.exists_one(x, x > 1)", True),
        ("vars.map.map(k, k)", ["a", "b"]),
        ("vars.map", {"a": {"deep": "yes"}, "b": 1}),
        ("vars.list + [3]", [1, 2, 3]),
        ("2 in vars.list", True),
        ("'z' in vars.map", False),
        ("has(vars.map.z)", False),
        ("has(vars.map.a)", True),
        ("size(vars.list) + size('abc')", 5),
        ("'abc'.contains('b') && 'abc'.startsWith('a') && 'abc'.endsWith('c')", True),
        ("'abc'.matches('^a.c$')", True),
        ("string(vars.on) + string(1) + string(1.5)", "true11.5"),
        ("int('12') + int(1.9)", 13),
        ("type(1) == int", True),
        ("{'a': 1}['a']", 1),
        ("{'k': vars.seats}", {"k": 5}),
        ("timestamp('2020-01-01T00:00:00Z')", "2020-01-01T00:00:00Z"),
        ("timestamp('2020-01-01T00:00:00Z').getFullYear()", 2020),
        ("duration('90s')", "90s"),
        ("json(file('a.json')).x[1] + 1", 3),
        ("env('HOME_TOWN') + '!'", "Ulm!"),
        ("list.blocked.id + list.blocked.id", "L1L1"),
        ("vars.map.map(vars, vars)", ["a", "b"]),
        ("[[1, 2], [3]].map(x, x.map(y, y + size(x)))", [[3, 4], [4]]),
    ],
)
def test_answers(text: str, expected: Value) -> None:
    assert same(run(text), expected)


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("1 +", 4, "ends too early"),
        ("1 + * 2", 5, "does not read as an expression from `* 2` on"),
        ("1 +\n)", 5, "from `)` on"),
        ("vars.seats / 0", 1, "division by zero"),
        ("vars.seats % 0", 1, "division by zero"),
        ("1 + 'a'", 1, "`+` does not go between int and string"),
        ("'a' * 1000000000", 1, "`*` does not go between string and int"),
        ("'%1000000000d' % 1", 1, "`%` does not go between string and int"),
        ("true + 1", 1, "`+` does not go between bool and int"),
        ("'a' < 1", 1, "`<` does not go between string and int"),
        ("1 ? 2 : 3", 1, "before `?`"),
        ("vars.nope > 1 ? 2 : 3", 1, "`vars` has no `nope`"),
        ("{'a': 1}['b']", 1, "there is no `b`"),
        ("{'a': 1}.b", 1, "there is no `b`"),
        ("vars.list[-1]", 1, "has no `[-1]`"),
        ("vars.list[9]", 1, "has no `[9]`"),
        ("1 + vars.list['a']", 5, "list cannot be indexed by string"),
        ("'a'.matches('(')", 5, "not a regular expression"),
        ("int('x')", 1, "a text does not convert"),
        ("9223372036854775807 + 1", 1, "too large"),
        ("9007199254740993", 1, "beyond 2^53"),
        ("1.0 / 0.0", 1, "not a finite number"),
        ("b'abc'", 1, "neither a text"),
        ("type(1)", 1, "neither a text"),
        ("{1: 2}", 1, "keys of a map must be texts"),
        ("{'a': 1, 'a': 2}", 2, "a key stands twice"),
        ("string([1])", 1, "cannot spell list"),
        ("'a' in 'abc'", 1, "looks into a list or a map"),
        ("vars.seats.map(x, x)", 1, "cannot be done with `int`"),
        ("vars.list.map(x, x / 0)", 18, "division by zero"),
        ("vars.text.x + 'a'", 1, "`vars.text` is a text"),
        ("'a'.x", 1, "only a map or a resource has fields"),
        ("!vars.map", 1, "cannot be done with values of these types"),
        ("vars.nope && vars.text", 1, "cannot be done"),
        ("vars.list.map(x)", 1, "takes a variable and an expression"),
        ("vars.list.map(1, 2)", 1, "takes a variable and an expression"),
        ("vars.list.mapp(x, x)", 1, "no method `mapp`"),
        ("vars.list.reduce(a, b, 0, a + b)", 1, "no method `reduce`"),
        ("1 + siz('a')", 5, "no function `siz`"),
        (".vars", 1, "begin with a dot"),
        ("vars.a{b: 1}", 1, "messages cannot be made"),
        ("1 + x", 5, "`x` is neither a kind"),
        ("size(tenant)", 6, "a name must follow"),
        ("'x' + file(1)", 7, "takes a text"),
        ("'x' + file('a', 'b')", 7, "takes one text"),
        ("'x' + file('none')", 7, "there is no file `none`"),
        ("'x' + env('NONE')", 7, "`NONE` is not set"),
        ("vars.secret == 'a'", 1, "a secret cannot be part"),
    ],
)
def test_refusals(text: str, column: int, words: str) -> None:
    with pytest.raises(ExpressionError) as seen:
        run(text)
    assert words in seen.value.message
    assert "celpy" not in seen.value.message
    assert seen.value.column == column


def test_columns_count_from_the_start_of_the_whole_text() -> None:
    with pytest.raises(ExpressionError) as seen:
        program("1 / 0", KINDS, start=10).value(world())
    assert seen.value.column == 11


def test_bound_variables_are_no_references() -> None:
    found = program("[1].map(tenant, tenant + vars.seats)", KINDS, start=0)
    assert [use.root for use in found.uses] == ["vars"]
    nested = program("tenant.customer.map(k, [k].map(j, tenant.customer[j].id))", KINDS, start=0)
    assert nested.refs(world()) == (
        Ref("tenant", "customer"),
        Ref("tenant", "customer", None, "id"),
    )


def test_an_unknown_ends_the_evaluation() -> None:
    for text in ("tenant.acme.id + 'x'", "tenant.customer.exists(k, tenant.customer[k].id == '')"):
        with pytest.raises(Untold):
            run(text)


@pytest.mark.parametrize(
    "text",
    ["1" + "+1" * 4_000, "[" * 60 + "]" * 60, "(" * 64 + "1" + ")" * 64, "!" * 3_000 + "true"],
)
def test_depth_never_breaks_the_interpreter(text: str) -> None:
    limit = sys.getrecursionlimit()
    try:
        run(text)
    except ExpressionError as error:
        assert error.code == "E1407"  # noqa: PT017  # an answer is right as well
    assert sys.getrecursionlimit() == limit


def test_sixty_levels_of_brackets_are_answered() -> None:
    assert run("size(" + "[" * 60 + "]" * 60 + ")") == 1
    assert run("(" * 64 + "1" + ")" * 64) == 1
