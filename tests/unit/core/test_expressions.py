"""Texts of the stack are answered with their types, their references and their unknowns."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from descope_state.core.expressions import (
    ExpressionError,
    Template,
    compiled,
    escape,
    evaluate,
    parse,
)
from descope_state.model.value import Ref, Secret, Unknown, Value, same
from tests.unit.core.worlds import EACH, KINDS, MemoryScope, world


def read(text: str) -> Template:
    return parse(text, kinds=KINDS)


def answer(text: str, scope: MemoryScope | None = None) -> Value:
    return evaluate(read(text), scope or world(each=EACH))


def refusal(text: str, scope: MemoryScope | None = None) -> ExpressionError:
    with pytest.raises(ExpressionError) as seen:
        answer(text, scope)
    return seen.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("plain", "plain"),
        ("$${vars.seats}", "${vars.seats}"),
        ("${vars.seats}", 5),
        ("${ vars.seats }", 5),
        ("${vars.on}", True),
        ("${vars.empty}", None),
        ("${vars.ratio}", 1.5),
        ("${vars.list[1]}", 2),
        ("${vars.map.a.deep}", "yes"),
        ('${vars.map["a"].deep}', "yes"),
        ("${vars.map['a']['deep']}", "yes"),
        ("${vars.map[each.key].deep}", "yes"),
        ("${each.value}", {"name": "Ay", "seats": 3}),
        ("${tenant.customer[each.key].name}", "Ay"),
        ('${tenant.customer["b"].name}', "Bee"),
        ("${tenant.acme.domains[0]}", "a.example"),
        ("${list.blocked.id}", "L1"),
        ("${1}", 1),
        ("${-1.5}", -1.5),
        ("${'a'}", "a"),
        ("${null}", None),
        ("${true}", True),
        ("${env('HOME_TOWN')}", "Ulm"),
        ("${json(file('a.json'))}", {"x": [1, 2]}),
        ("${yaml(file( 'a.json' ))}", {"x": [1, 2]}),
        ("${json('1')}-${vars.seats}-${vars.ratio}-${vars.on}-${each.key}", "1-5-1.5-true-a"),
        ("${vars.seats + 1} of ${size(vars.list)}", "6 of 2"),
    ],
)
def test_what_texts_say(text: str, expected: Value) -> None:
    assert same(answer(text), expected)


def test_an_answer_is_never_read_as_an_expression_again() -> None:
    assert answer("${vars.text}") == "${vars.seats}"
    assert answer("<${vars.text}>") == "<${vars.seats}>"
    assert answer("${vars.text + '!'}") == "${vars.seats}!"


@pytest.mark.parametrize(
    ("text", "refs"),
    [
        ("${tenant.acme.id}", (Ref("tenant", "acme", None, "id"),)),
        ("${tenant.acme}", (Ref("tenant", "acme"),)),
        ('${tenant.customer["k"].id}', (Ref("tenant", "customer", "k", "id"),)),
        ('${tenant.customer["k"]}', (Ref("tenant", "customer", "k"),)),
        ("${tenant.customer[each.key].id}", (Ref("tenant", "customer", None, "id"),)),
        ("${tenant.acme.domains[0]}", (Ref("tenant", "acme", None, "domains"),)),
        (
            "${tenant.customer.map(k, tenant.customer[k].id)}",
            (Ref("tenant", "customer"), Ref("tenant", "customer", None, "id")),
        ),
        (
            "${role.admin.name}/${tenant.acme.id}/${role.admin.name}",
            (Ref("role", "admin", None, "name"), Ref("tenant", "acme", None, "id")),
        ),
        (
            "${tenant.customer[role.admin.name].id}",
            (Ref("tenant", "customer", None, "id"), Ref("role", "admin", None, "name")),
        ),
    ],
)
def test_references(text: str, refs: tuple[Ref, ...]) -> None:
    assert read(text).refs == refs


def test_what_a_template_tells() -> None:
    template = read("${locals.a}${vars.b + each.key}${locals.c}${locals.a}")
    assert template.roots == {"locals", "vars", "each"}
    assert template.locals == ("a", "c")
    assert not template.constant
    assert not template.whole
    assert read("${vars.a}").whole
    assert read("a").constant
    assert read("").constant
    assert read("$${a}").constant


def test_a_text_is_read_once_but_kinds_still_count() -> None:
    assert read("${tenant.acme.x1}") is read("${tenant.acme.x1}")
    with pytest.raises(ExpressionError, match="`tenant` is neither"):
        parse("${tenant.acme.x1}", kinds=["role"])


@pytest.mark.parametrize(
    ("text", "code", "column", "words", "hint"),
    [
        ("${tenat.acme.id}", "E1402", 3, "`tenat` is neither a kind", "`tenant`"),
        ("a ${tenat.acme.id + 'x'}", "E1402", 5, "`tenat` is neither a kind", "`tenant`"),
        ("${var.seats}", "E1402", 3, "reserved word", ""),
        ("${tenant}", "E1403", 3, "a name must follow", "`tenant.name`"),
        ("${locals}", "E1403", 3, "must be followed by a name", "locals.name"),
        ("${vars.seat}", "E1403", 3, "`vars` has no `seat`", "`seats`"),
        ("${vars.seat + 1}", "E1403", 3, "`vars` has no `seat`", "`seats`"),
        ("${vars.seats.more}", "E1403", 3, "`vars.seats` is a number", ""),
        ("${vars.empty.more}", "E1403", 3, "`vars.empty` is null", ""),
        ("${vars.list[7]}", "E1403", 3, "has 2 elements", ""),
        ("${vars.list.x}", "E1403", 3, "`vars.list` is a list", ""),
        ("${vars.list[vars.on]}", "E1404", 13, "an index must be", ""),
        ("${tenant.acme.nam}", "E1403", 3, "`tenant.acme` has no `nam`", "`name`"),
        ("${tenant.other.id}", "E1403", 3, "no resource `tenant.other`", ""),
        ("${'a' + tenant.other.id}", "E1403", 9, "no resource `tenant.other`", ""),
        ("a${vars.list}", "E1405", 4, "a list cannot stand inside", "pick a part"),
        ("a${vars.empty}", "E1405", 4, "null cannot stand inside", "instead"),
        ("a${vars.map}", "E1405", 4, "a map cannot stand inside", ""),
        ("${file('b')}", "E1408", 3, "there is no file `b`", ""),
        ("${json('{')}", "E1408", 3, "", ""),
        ("${json(1)}", "E1404", 3, "takes a text", ""),
        ("${fil('b')}", "E1402", 3, "no function `fil`", "`file`"),
    ],
)
def test_refusals(
    text: str, code: str, column: int, words: str, hint: str
) -> None:  # one row of the table
    error = refusal(text)
    assert (error.code, error.column) == (code, column)
    assert words in error.message
    assert hint in error.hint


def test_each_outside_for_each_says_so() -> None:
    for text in ("${each.key}", "${each.key + 'x'}", "x${each.key}"):
        assert "only in a resource that has `for_each`" in refusal(text, world()).message


def test_secrets_pass_whole_and_nowhere_else() -> None:
    assert answer("${secret('env:TOKEN')}") == Secret("env:TOKEN")
    assert answer("${secret('keychain:x')}") == Secret("keychain:x")
    assert answer("${vars.secret}") == Secret("env:TOKEN")
    assert answer("${role.admin.key}") == Secret("env:K")
    for text in (
        "a${secret('env:X')}",
        "${secret('env:X')} ",
        "${secret('env:X') + 'a'}",
        "${json(secret('env:X'))}",
        "${[secret('env:X')]}",
        "a${vars.secret}",
        "${vars.secret + 'a'}",
        "${[vars.secret]}",
        "${'x' + role.admin.key}",
        "${secret('http:X')}",
        "${secret('env:')}",
        "${secret(vars.text)}",
    ):
        assert refusal(text).code == "E1406", text


def test_an_unknown_carries_what_it_waits_for_and_what_it_needs() -> None:
    assert answer("${tenant.customer[each.key].id}") == Unknown(
        expression="${tenant.customer[each.key].id}",
        refs=(Ref("tenant", "customer", "a", "id"),),
        bindings=(("each.key", "a"),),
    )
    assert answer(
        "${tenant.acme.id}-${each.value.name}-${size(each.value)}-${vars.seats}"
    ) == Unknown(
        expression="${tenant.acme.id}-${each.value.name}-${size(each.value)}-${vars.seats}",
        refs=(Ref("tenant", "acme", None, "id"),),
        bindings=(("each.value", {"name": "Ay", "seats": 3}), ("vars.seats", 5)),
    )


@pytest.mark.parametrize(
    "text",
    [
        "${tenant.acme.id}",
        "${tenant.acme}",
        "${tenant.customer}",
        "${role.admin.permissions}",
        "${role.admin.permissions[0]}",
        "${tenant.acme.id.deeper}",
        "${tenant.customer[tenant.acme.id].name}",
        "${json(tenant.acme.id)}",
        "x${tenant.acme.id}",
        "${tenant.acme.id + 'x'}",
        "${tenant.customer.map(k, tenant.customer[k].id)}",
        "${false && tenant.acme.id == 'x'}",
        "${true ? 'x' : tenant.acme.id}",
        "${has(tenant.acme.id)}",
        "${[tenant.acme]}",
        "${tenant.acme == tenant.acme}",
        "${size(role.admin.permissions)}",
    ],
)
def test_what_touches_an_unknown_is_unknown_whole(text: str) -> None:
    found = answer(text)
    assert isinstance(found, Unknown)
    assert found.expression == text
    assert found.refs


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${tenant.customer.all(k, size(tenant.customer[k].name) > 0)}", True),
        ("${tenant.customer.map(k, tenant.customer[k].name)}", ["Ay", "Bee"]),
        ("${size(tenant.customer)}", 2),
        ("${'a' in tenant.customer}", True),
        ("${'id' in tenant.acme}", True),
    ],
)
def test_an_unknown_that_is_not_asked_for_does_no_harm(text: str, expected: Value) -> None:
    assert same(answer(text), expected)


def test_mistakes_beside_an_unknown_are_told_at_once() -> None:
    assert "`vars` has no `nope`" in refusal("${tenant.acme.id}${vars.nope}").message


def test_lazy_scopes_are_asked_for_what_is_used_only() -> None:
    class Lazy(dict[str, Value]):
        def __getitem__(self, name: str) -> Value:
            if name == "circle":
                message = "locals refer to each other in a circle"
                raise LookupError(message)
            return super().__getitem__(name)

    scope = world(locals=Lazy(fine="f", circle=None))
    assert answer("${locals.fine + 'x'}", scope) == "fx"
    for text in ("${locals.circle}", "${locals.circle + 'x'}", "a${locals.circle}"):
        assert "in a circle" in refusal(text, scope).message


def test_plain_paths_never_load_the_engine() -> None:
    script = (
        "import sys\n"
        "from descope_state.core.expressions import evaluate, parse\n"
        "from tests.unit.core.worlds import EACH, KINDS, world\n"
        "texts = ['a${vars.seats}', '${tenant.customer[each.key].name}', '$${x}',\n"
        "         \"${json(file('a.json'))}\", \"${secret('env:X')}\", '${tenant.acme.id}']\n"
        "for text in texts:\n"
        "    evaluate(parse(text, kinds=KINDS), world(each=EACH))\n"
        "sys.exit(any(name.split('.')[0] in ('celpy', 'lark', 're2') for name in sys.modules))\n"
    )
    root = Path(__file__).parents[3]
    assert subprocess.run([sys.executable, "-c", script], cwd=root, check=False).returncode == 0


KEYS = st.text("abk \"'$}]", max_size=3)
LEAVES = st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab${}", max_size=4)
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3)
)
STEPS = st.lists(
    st.sampled_from([".a", ".b", ".k", "[0]", "[1]", '["a"]', "['k']", "[vars.k]", "[ vars.n ]"]),
    max_size=4,
)


@given(st.dictionaries(st.sampled_from("abkn"), TREES), STEPS)
def test_plain_paths_answer_as_the_engine_does(tree: dict[str, Value], steps: list[str]) -> None:
    scope = world(vars=tree)
    text = "${vars" + "".join(steps) + "}"

    def outcome(*, plain: bool) -> Value:
        try:
            return evaluate(compiled(text, KINDS, plain=plain), scope)
        except ExpressionError:
            return "refused"

    assert same(outcome(plain=True), outcome(plain=False))


@given(st.text())
def test_literal_texts_say_themselves(text: str) -> None:
    assert answer(escape(text)) == text


GARBAGE = st.lists(
    st.sampled_from(
        [
            "${",
            "}",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            ",",
            ".",
            ":",
            "?",
            "+",
            "-",
            "*",
            "/",
            "%",
            "!",
            "<",
            ">",
            "==",
            "&&",
            "||",
            "in",
            "'",
            '"',
            "\\",
            "//",
            "1",
            "2.5",
            "1u",
            "0x",
            "r",
            'b"a"',
            "'b'",
            "null",
            "true",
            "has(",
            "size(",
            ".map(",
            "k",
            ".all(k,",
            ".filter(",
            ".exists_one(x,",
            "string(",
            "int(",
            "timestamp(",
            "duration(",
            "file(",
            "json(",
            "env(",
            "matches(",
            ".matches(",
            ".size()",
            ".getHours()",
            "type(",
            "dyn(",
            "bytes(",
            "vars.seats",
            "vars.list",
            "vars.map",
            "vars.secret",
            "vars.text",
            "each.key",
            "tenant.acme.id",
            "tenant",
            "tenant.customer",
            "tenant.acme.name",
            "locals.domain",
            "environment.name",
            "list.blocked",
            "var",
        ]
    ),
    max_size=12,
).map(" ".join)


@given(GARBAGE | st.text(max_size=20))
def test_nothing_but_expression_errors_escapes(text: str) -> None:
    for candidate in (text, "${" + text + "}", "a${" + text + "}"):
        try:
            answer(candidate)
        except ExpressionError as error:
            assert error.message  # noqa: PT017  # no error at all is right as well
            assert 1 <= error.column <= len(candidate) + 1  # noqa: PT017  # the same
