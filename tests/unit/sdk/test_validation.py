"""What a stack states is judged as the model says, with room for what is not known yet."""

from typing import Annotated

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import Field

from descope_state.app.registry import catalog_of, installed
from descope_state.model.value import Path, Secret, Unknown, Value, canonical
from descope_state.sdk.schema import Config, Schema, Sensitive, fields_of
from descope_state.sdk.validation import Check, checker, dotted
from tests.support.provider import FakeProvider, FakeWorld

CATALOG = catalog_of({"fake": FakeProvider(FakeWorld())})
LATER, PASSWORD = Unknown("label.a.id"), Secret("env:PASSWORD")


class Server(Config):
    """An object that hides a secret."""

    host: str = Field(description="Where it is.")
    password: Annotated[str | None, Sensitive()] = Field(default=None, description="Hidden.")


class Mail(Config):
    """A secret at every depth."""

    name: str = Field(description="What it is called.")
    token: Annotated[str | None, Sensitive()] = Field(default=None, description="Hidden.")
    server: Server | None = Field(default=None, description="The one.")
    servers: list[Server] = Field(default_factory=list, description="The many.")
    by_name: dict[str, Server] = Field(default_factory=dict, description="The named.")


MAIL = checker(Mail, Schema(kind="mail", provider="fake", fields=fields_of(Mail)))


def complaints(kind: str | Check, attributes: dict[str, Value]) -> list[tuple[Path, str, str]]:
    check = CATALOG[kind].check if isinstance(kind, str) else kind
    found = check(attributes).complaints
    return [(one.path, one.message, one.hint) for one in found]


def complaint(kind: str | Check, attributes: dict[str, Value]) -> tuple[Path, str, str]:
    (found,) = complaints(kind, attributes)
    return found


# -- sound ----------------------------------------------------------------------------------------


def test_only_what_is_stated_comes_back() -> None:
    found = CATALOG["site"].check({"title": "T", "name": "n"})
    assert found.attributes == {"title": "T", "name": "n"}
    assert found.complaints == ()


def test_absent_inside_a_stated_object_is_its_default() -> None:
    found = CATALOG["record"].check({"name": "n", "place": {"floor": 2}})
    assert found.attributes["place"] == {"street": "", "floor": 2}


def test_numbers_take_the_spelling_of_the_model() -> None:
    found = CATALOG["record"].check({"name": "n", "ratio": 1})
    assert canonical(found.attributes["ratio"]) == b"1.0"


# -- holes ----------------------------------------------------------------------------------------

HOLES = st.sampled_from([LATER, Unknown("role.b.id")])
TEXTS = st.text(max_size=5) | HOLES
RECORDS = st.fixed_dictionaries(
    {"name": st.text(min_size=1, max_size=5) | HOLES},
    optional={
        "tags": st.dictionaries(st.text(max_size=3), TEXTS, max_size=3) | HOLES,
        "place": st.fixed_dictionaries({}, optional={"street": TEXTS, "floor": st.none() | HOLES}),
        "count": st.integers(-5, 5) | HOLES,
        "enabled": st.booleans() | HOLES,
        "note": st.none() | TEXTS,
        "steps": st.lists(TEXTS, max_size=4) | HOLES,
    },
)


@given(RECORDS)
def test_unknowns_come_back_exactly_where_they_stood(attributes: dict[str, Value]) -> None:
    found = CATALOG["record"].check(attributes)
    assert found.complaints == ()
    place = attributes.get("place")
    if isinstance(place, dict):
        attributes = {**attributes, "place": {"street": "", "floor": None, **place}}
    assert canonical(found.attributes) == canonical(attributes)


@given(RECORDS, st.data())
def test_a_mistake_beside_an_unknown_is_told_at_its_own_place(
    attributes: dict[str, Value], data: st.DataObject
) -> None:
    steps = attributes.get("steps")
    assume(isinstance(steps, list))
    assert isinstance(steps, list)
    place = data.draw(st.integers(0, len(steps)))
    wrong: dict[str, Value] = {**attributes, "steps": [*steps[:place], 5, *steps[place:]]}
    path, message, hint = complaint("record", wrong)
    assert path == ("steps", place)
    assert message == f"`steps[{place}]` must be text"
    assert hint == "quote it, so that YAML reads it as text"


@given(st.lists(st.sampled_from([None, PASSWORD, LATER]), max_size=4))
def test_secrets_come_back_exactly_where_they_stood(passwords: list[Value]) -> None:
    servers: list[Value] = [{"host": "h", "password": one} for one in passwords]
    named: dict[str, Value] = {str(index): one for index, one in enumerate(servers)}
    stated: dict[str, Value] = {"name": "n", "servers": servers, "by_name": named}
    found = MAIL(stated)
    if LATER in passwords:
        assert found.complaints
        return
    assert found.complaints == ()
    assert canonical(found.attributes) == canonical(stated)


def test_what_is_required_may_be_unknown_but_not_absent() -> None:
    assert complaints("child", {"name": "n", "site": LATER}) == []
    assert complaint("child", {"name": LATER}) == ((), "`site` is required", "add `site`")


@pytest.mark.parametrize(
    ("kind", "attributes", "path", "near"),
    [
        ("label", {"name": "n", "descripton": LATER}, ("descripton",), "description"),
        ("record", {"name": "n", "plac": {"x": LATER}}, ("plac",), "place"),
        ("record", {"name": "n", "place": {"stret": LATER}}, ("place", "stret"), "street"),
        (
            "rule_set",
            {"name": "n", "rules": [LATER, {"name": "r", "efect": LATER}]},
            ("rules", 1, "efect"),
            "effect",
        ),
    ],
)
def test_a_field_that_there_is_not_is_told_though_its_value_is_unknown(
    kind: str, attributes: dict[str, Value], path: Path, near: str
) -> None:
    message = f"unknown field `{dotted(path)}`"
    assert complaint(kind, attributes) == (path, message, f"did you mean `{near}`?")


def test_what_holds_an_unknown_must_still_be_of_the_right_sort() -> None:
    stated: dict[str, Value] = {"name": "n", "labels": {"a": LATER}}
    assert complaint("group", stated) == (("labels",), "`labels` must be a list", "")
    stated = {"name": "n", "tags": [LATER]}
    assert complaint("record", stated) == (("tags",), "`tags` must be a map", "")


def test_below_free_json_anything_may_be_unknown() -> None:
    stated: dict[str, Value] = {"name": "n", "content": {"a": [LATER, 1, {"b": LATER}]}}
    found = CATALOG["document"].check(stated)
    assert (found.attributes, found.complaints) == (stated, ())


# -- secrets --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stated", "path"),
    [
        ({"token": "clear"}, ("token",)),
        ({"token": LATER}, ("token",)),
        ({"server": {"host": "h", "password": "clear"}}, ("server", "password")),
        ({"servers": [{"host": "h", "password": "clear"}]}, ("servers", 0, "password")),
        ({"by_name": {"a": {"host": "h", "password": "clear"}}}, ("by_name", "a", "password")),
    ],
)
def test_a_sensitive_field_takes_nothing_but_a_secret(stated: dict[str, Value], path: Path) -> None:
    (found,) = MAIL({"name": "n", **stated}).complaints
    assert found.path == path
    assert found.message == f"`{dotted(path)}` is sensitive and takes nothing but a secret"
    assert "secret('env:NAME')" in found.hint
    assert found.in_clear
    assert "clear" not in found.message + found.hint


@pytest.mark.parametrize(
    ("stated", "path"),
    [
        ({"name": PASSWORD}, ("name",)),
        ({"name": "n", "server": {"host": PASSWORD}}, ("server", "host")),
        ({"name": "n", "servers": [{"host": PASSWORD}]}, ("servers", 0, "host")),
    ],
)
def test_a_secret_goes_nowhere_but_into_a_sensitive_field(
    stated: dict[str, Value], path: Path
) -> None:
    found, message, hint = complaint(MAIL, stated)
    assert found == path
    assert message.startswith(f"`{dotted(path)}` is not a sensitive field")
    assert hint == "use `secret()` only for sensitive fields"


def test_null_empties_a_sensitive_field_and_needs_no_secret() -> None:
    assert complaints(MAIL, {"name": "n", "token": None, "server": None}) == []


# -- mistakes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "attributes", "path", "message", "hint"),
    [
        ("label", {}, (), "`name` is required", "add `name`"),
        ("label", {"name": 5}, ("name",), "`name` must be text", "quote it"),
        ("label", {"name": True}, ("name",), "`name` must be text", "quote it"),
        ("label", {"name": 1.5}, ("name",), "`name` must be text", "quote it"),
        ("label", {"name": None}, ("name",), "`name` must be text", ""),
        ("label", {"name": []}, ("name",), "`name` must be text", ""),
        ("label", {"name": ""}, ("name",), "`name` must have at least 1 character", ""),
        ("label", {"name": "n", "naem": 1}, ("naem",), "unknown field `naem`", "mean `name`?"),
        ("label", {"name": "n", "zzz": 1}, ("zzz",), "unknown field `zzz`", "it has `name`,"),
        ("site", {"name": "n", "url": "u"}, ("url",), "`url` is made by the service", "remove"),
        ("record", {"name": "n", "count": "5"}, ("count",), "`count` must be a whole number", ""),
        ("record", {"name": "n", "count": 5.0}, ("count",), "`count` must be a whole number", ""),
        ("record", {"name": "n", "ratio": "5"}, ("ratio",), "`ratio` must be a number", ""),
        ("record", {"name": "n", "enabled": 1}, ("enabled",), "`enabled` must be true or", ""),
        (
            "record",
            {"name": "n", "steps": "s"},
            ("steps",),
            "`steps` must be a list",
            "put it into `[ ]`: a list has one element or several",
        ),
        ("record", {"name": "n", "tags": []}, ("tags",), "`tags` must be a map", ""),
        ("record", {"name": "n", "place": "p"}, ("place",), "`place` must be a map", ""),
        (
            "record",
            {"name": "n", "color": "pink"},
            ("color",),
            "`color` must be 'red', 'green'",
            "",
        ),
        (
            "record",
            {"name": "n", "tags": {"a": 5}},
            ("tags", "a"),
            "`tags.a` must be text",
            "quote it",
        ),
        (
            "rule_set",
            {"name": "n", "rules": [{"name": "a"}, {"name": 5}]},
            ("rules", 1, "name"),
            "`rules[1].name` must be text",
            "quote it",
        ),
        ("settings", {"retries": -1}, ("retries",), "`retries` must be greater than or", ""),
    ],
)
def test_a_mistake_is_told_at_its_place_with_what_to_do(
    kind: str, attributes: dict[str, Value], path: Path, message: str, hint: str
) -> None:
    found = complaint(kind, attributes)
    assert found[0] == path
    assert found[1].startswith(message)
    assert hint in found[2]


def test_all_mistakes_are_told_at_once() -> None:
    stated: dict[str, Value] = {"count": "x", "steps": [1, "ok", 2], "zzz": None}
    found = {path for path, _, _ in complaints("record", stated)}
    assert found == {(), ("count",), ("steps", 0), ("steps", 2), ("zzz",)}


def test_no_value_is_said_back() -> None:
    canary = "canary-9d1e"
    stated: dict[str, Value] = {"name": "n", "count": canary, "color": canary, "steps": canary}
    assert canary not in repr(CATALOG["record"].check(stated).complaints)


def test_what_is_wrong_with_the_whole_is_told_without_the_name_of_a_field() -> None:
    described = catalog_of(installed())["sso_application"]
    stated: dict[str, Value] = {"name": "n", "type": "saml", "login_page_url": "https://a.example"}
    (found,) = described.check(stated).complaints
    assert found.path == ()
    assert found.message == "an application of `type: saml` needs its `saml` settings"


def test_what_does_not_fit_with_the_rest_is_told_where_it_stands() -> None:
    described = catalog_of(installed())["list"]
    stated: dict[str, Value] = {"name": "n", "type": "json", "entries": ["a"]}
    (found,) = described.check(stated).complaints
    assert found.path == ("entries",)
    assert found.message == (
        "`entries`: a list of `type: json` has a `document` instead of `entries`"
    )


def test_every_item_that_is_not_of_its_type_is_told() -> None:
    described = catalog_of(installed())["list"]
    stated: dict[str, Value] = {
        "name": "n",
        "type": "ips",
        "entries": ["10.0.0.1", "a", LATER, "b"],
    }
    assert [one.path for one in described.check(stated).complaints] == [
        ("entries", 1),
        ("entries", 3),
    ]
