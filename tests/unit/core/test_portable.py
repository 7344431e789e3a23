"""Objects free of the ids of their project: their keys, what they name, and what they need."""

from collections.abc import Iterable, Mapping

from descope_state.core.observation import Observation
from descope_state.core.portable import Atlas, stable
from descope_state.model.resource import Live
from descope_state.model.value import Value
from descope_state.sdk.citing import Citation
from tests.support.pipeline import CATALOG


def live(kind: str, id_: str, identity: str, **attributes: Value) -> Live:
    return Live(kind=kind, id=id_, identity=identity, attributes=attributes)


DOCS = live("label", "label-1", "Docs", name="Docs")
SITE = live("site", "site-9", "main", name="main", title="Hi", code="c1")
CHILD = live("child", "child-1", "site-9/One", name="One", site="site-9", size=1)
GROUP = live("group", "group-1", "Readers", name="Readers", labels=["Docs", "Gone"])


def atlas(*objects: Live, **baseline: frozenset[str]) -> Atlas:
    found: dict[str, dict[str, Live]] = {}
    for one in objects:
        found.setdefault(one.kind, {})[one.id] = one
    return Atlas(Observation(live=found, baseline=baseline), CATALOG)


def test_an_id_in_a_natural_key_is_told_by_the_key_of_what_it_means() -> None:
    seen = atlas(SITE, CHILD)
    assert seen.key(CHILD) == "main/One"
    assert set(seen.objects) == {("site", "main"), ("child", "main/One")}
    assert atlas(CHILD).key(CHILD) == "site-9/One"


def test_of_several_objects_with_one_key_each_is_numbered() -> None:
    first, second = (live("credential", f"c-{number}", "Robot", name="Robot") for number in "12")
    keys = [key for _, key in atlas(second, first).objects]
    assert keys == ["Robot", "Robot (2)"]


def test_an_object_is_portable_without_its_ids_and_what_the_service_makes() -> None:
    assert atlas(SITE, CHILD).portable(CHILD) == {"name": "One", "site": "main", "size": 1}
    assert atlas(SITE).portable(SITE) == {"name": "main", "title": "Hi"}
    credential = stable(CATALOG["credential"].schema)
    assert credential == ["name"]


def test_what_is_needed_comes_along_and_what_every_project_has_does_not() -> None:
    seen = atlas(DOCS, SITE, CHILD, GROUP)
    assert seen.needs(GROUP) == (DOCS,)
    assert seen.closure([CHILD, GROUP]) == (CHILD, GROUP, DOCS, SITE)
    usual = atlas(DOCS, GROUP, label=frozenset({"Docs"}))
    assert usual.closure([GROUP]) == (GROUP,)
    assert usual.closure([DOCS]) == (DOCS,)


def test_a_circle_of_needs_has_an_end() -> None:
    def cites(kind: str, attributes: Mapping[str, Value]) -> Iterable[Citation]:
        del attributes
        target = "one" if kind == "page" else "two"
        other = "document" if kind == "page" else "page"
        return [Citation(kind=other, field="name", value=target)]

    page, document = live("page", "p", "two", name="two"), live("document", "d", "one", name="one")
    held = {"page": {"p": page}, "document": {"d": document}}
    seen = Atlas(Observation(live=held), CATALOG, cites=cites)
    assert seen.closure([page]) == (document, page)


def test_ids_inside_documents_are_told_by_the_provider_and_rewritten() -> None:
    def cites(kind: str, attributes: Mapping[str, Value]) -> Iterable[Citation]:
        del attributes
        return (
            [Citation(kind="site", field="id", value="site-9", path=("content", "at", 0))]
            if kind == "document"
            else []
        )

    content: Value = {"at": ["site-9"], "same": "site-9"}
    document = live("document", "d", "one", name="one", content=content)
    held = {"document": {"d": document}, "site": {"site-9": SITE}}
    seen = Atlas(Observation(live=held), CATALOG, cites=cites)
    told = seen.translated(document, lambda _: "site-1")
    assert told["content"] == {"at": ["site-1"], "same": "site-9"}
    assert document.attributes["content"] == content
