"""How a document reads that a provider describes, and what is shown where it cannot."""

from collections.abc import Sequence

from descope_state.app.differing import differing
from descope_state.model.change import Edit, FieldChange, Mark
from descope_state.report.fields import Differ, Page
from descope_state.report.flows import described_lines
from descope_state.report.spans import plain
from descope_state.sdk.difference import Difference, Item, Section
from tests.support.provider import FakeProvider, FakeWorld

TEXT = """\
      ~ content = {
          screens:
            - Old (SC1)
            ~ Welcome (SC0)
                ~ label = "a" -> "b"
          and 1 difference elsewhere:
            ~ theme = 1 -> 2
          # 2 layout moves hidden
        }
"""


def edit(*path: str | int, before: int | str = 1, after: int | str = 2) -> Edit:
    return Edit(mark=Mark.CHANGED, path=path, before=before, after=after)


def change(*edits: Edit, sensitive: bool = False) -> FieldChange:
    return FieldChange(
        name="content", before={"a": 1}, after={"a": 2}, edits=edits, sensitive=sensitive
    )


def section(title: str, *items: Item) -> Section:
    return Section(title=title, items=items)


def item(name: str, edits: Sequence[Edit], mark: Mark = Mark.CHANGED) -> Item:
    return Item(mark=mark, name=name, edits=tuple(edits))


def drawn(
    found: Difference | None, field: FieldChange, *, width: int = 80, whole: bool = False
) -> str:
    page = Page(width=width, whole=whole, differ=lambda _kind, _field: found)
    return plain(described_lines("document", [field], page=page))


def test_sections_what_is_elsewhere_and_what_is_hidden() -> None:
    gone = Edit(mark=Mark.REMOVED, path=(), before={"b": 1})
    found = Difference(
        sections=(
            section(
                "screens",
                item("Old (SC1)", [gone], Mark.REMOVED),
                item("Welcome (SC0)", [edit("label", before="a", after="b")]),
            ),
        ),
        elsewhere=(edit("theme"),),
        moved=2,
        layout=4,
    )
    assert drawn(found, change(edit("a"))) == TEXT
    assert "b: 1" in drawn(found, change(edit("a")), whole=True)


def test_what_there_is_no_room_for_is_counted() -> None:
    many = [item(f"Task {number}", [edit("a")]) for number in range(20)]
    long = item("Screen", [edit("a", number) for number in range(9)])
    found = Difference(sections=(section("tasks", *many), section("screens", long)))
    text = drawn(found, change(edit("a")))
    assert "# 4 more of the tasks" in text
    assert "# 3 more differences" in text
    whole = drawn(found, change(edit("a")), whole=True)
    assert "Task 19" in whole
    assert "more" not in whole


def test_names_are_made_harmless() -> None:
    found = Difference(sections=(section("screens", item("a\x1b[31m", [edit("a")])),))
    assert "\x1b" not in drawn(found, change(edit("a")))


def test_where_nobody_describes_it_a_document_is_shown_as_json() -> None:
    assert (
        drawn(None, change(edit("a"))) == "      ~ content = {\n          ~ a = 1 -> 2\n        }\n"
    )
    sensitive = drawn(Difference(), change(edit("a"), sensitive=True))
    assert sensitive == "      ~ content = (sensitive) -> (sensitive)\n"


class _Provider(FakeProvider):
    """A provider that says what it is told to."""

    answer: Difference | Exception | None = None

    def difference(self, kind: str, change: FieldChange) -> Difference | None:
        del kind, change
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def asked(answer: Difference | Exception | None) -> Differ:
    provider = _Provider(FakeWorld())
    provider.answer = answer
    return differing({"fake": provider})


def test_a_provider_that_leaves_something_out_or_stumbles_is_not_believed() -> None:
    whole = Difference(elsewhere=(edit("a"), edit("b")))
    field = change(edit("a"), edit("b"))
    assert asked(whole)("document", field) == whole
    assert asked(Difference(elsewhere=(edit("a"),)))("document", field) is None
    assert asked(KeyError("tasks"))("document", field) is None
    assert asked(RecursionError())("document", field) is None
    assert asked(whole)("no_kind_of_its", field) is None
    assert asked(whole)("document", change(edit("a"), edit("b"), sensitive=True)) is None
    assert differing({"fake": FakeProvider(FakeWorld())})("document", field) is None
