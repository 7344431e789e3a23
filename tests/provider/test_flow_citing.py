"""What a flow names of other objects, and how its ids are rewritten for another project."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from descope_state.app.citing import citing
from descope_state.app.registry import catalog_of
from descope_state.core.observation import Observation
from descope_state.core.portable import Atlas
from descope_state.model.resource import Live
from descope_state.model.value import Value
from descope_state.sdk.citing import Citing
from dstate_descope import Descope
from dstate_descope.flow_citing import cites
from tests.support.laws import law

PROVIDERS = {"descope": Descope()}
CATALOG = catalog_of(PROVIDERS)


def named(definition: Value) -> set[tuple[str, str, str]]:
    return {(one.kind, one.field, one.value) for one in cites(definition, ())}


def test_references_name_roles_attributes_and_connectors() -> None:
    references: Value = {
        "roles": {"Editor": "ROL1", "Reader": ""},
        "userAttributes": ["plan"],
        "connectors": {"Mailer": "CI1"},
        "oauth": ["google"],
    }
    assert named({"references": references}) == {
        ("role", "name", "Editor"),
        ("role", "id", "ROL1"),
        ("role", "name", "Reader"),
        ("user_attribute", "name", "plan"),
        ("connector", "name", "Mailer"),
    }


def test_tasks_name_lists_roles_permissions_and_other_flows() -> None:
    tasks: Value = {
        "1": {"type": "condition", "listId": "LI1", "args": {"roleNames": ["Editor"]}},
        "2": {"rules": [{"permissions": ["docs.read"], "list": "Office"}]},
        "3": {"type": "subflow", "subflowId": "step-up", "roles": {"not": "a name"}},
    }
    assert named({"contents": {"tasks": tasks}}) == {
        ("list", "id", "LI1"),
        ("role", "name", "Editor"),
        ("permission", "name", "docs.read"),
        ("list", "name", "Office"),
        ("list", "id", "Office"),
        ("flow", "id", "step-up"),
    }


def test_ids_in_a_flow_become_those_of_the_other_project_and_names_stay() -> None:
    definition: Value = {
        "contents": {"tasks": {"1": {"listId": "LI1", "name": "LI1"}}},
        "references": {"roles": {"Editor": "ROL1"}},
    }
    flow = Live(kind="flow", id="f", identity="f", attributes={"id": "f", "definition": definition})
    role = Live(kind="role", id="ROL1", identity="Editor", attributes={"name": "Editor"})
    office = Live(kind="list", id="LI1", identity="Office", attributes={"name": "Office"})
    seen = Observation(live={one.kind: {one.id: one} for one in (flow, role, office)})
    atlas = Atlas(seen, CATALOG, cites=citing(PROVIDERS))
    assert atlas.needs(flow) == (role, office)
    assert atlas.translated(flow, lambda one: f"new {one.id}")["definition"] == {
        "contents": {"tasks": {"1": {"listId": "new LI1", "name": "LI1"}}},
        "references": {"roles": {"Editor": "new ROL1"}},
    }


def test_only_flows_have_documents_that_name_something() -> None:
    provider = Descope()
    assert isinstance(provider, Citing)
    definition: Value = {"references": {"roles": {"Editor": ""}}}
    assert len(list(provider.cites("flow", {"definition": definition}))) == 1
    assert list(provider.cites("theme", {"definition": definition})) == []
    assert list(provider.cites("flow", {})) == []


NAMES = st.sampled_from(["contents", "references", "roles", "listId", "screens", "connectors", "x"])
ANYTHING: st.SearchStrategy[Value] = st.recursive(
    st.none() | st.booleans() | st.integers() | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


@law(60)
@given(ANYTHING)
def test_whatever_a_document_is_its_citations_stand_where_they_say(document: Value) -> None:
    for one in cites(document, ()):
        here: Any = document
        for part in one.path:
            here = here[part]
        assert one.path == () or here == one.value
