"""The file of rules: what is added says what was meant, and all that stood there stays."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from descope_state.config.edit import Unwritable
from descope_state.config.rules import day, read_rules, with_rule
from descope_state.core.subjects import subject_of
from descope_state.errors import Invalid
from descope_state.model.finding import Rule, designation
from descope_state.sdk.catalog import described
from tests.support.laws import law
from tests.support.provider import KINDS

CATALOG = {kind.name: described(kind, provider="fake") for kind in KINDS}
NAMES = ("dev", "prod")
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1)
SUBJECTS = st.one_of(
    st.just("label.one"),
    st.just("label.one.description"),
    st.just('label.one["a b"].description'),
    WORDS.map(lambda text: designation("label", text)),
)


def rule(subject: str = "label.one") -> Rule:
    found = subject_of(subject, CATALOG)
    return Rule(
        subject=found.name, field=found.field, reason="known", owner="ana", until="2026-12-31"
    )


def read(root: Path) -> list[Rule]:
    return list(read_rules(root, environments=NAMES, catalog=CATALOG))


def add(root: Path, one: Rule) -> str:
    data = with_rule(root, one)
    (root / "drift.yaml").write_bytes(data)
    return data.decode()


def same(rules: list[Rule]) -> list[tuple[object, ...]]:
    return [(one.about, one.environments, one.reason, one.owner, one.until) for one in rules]


@law(40)
@given(st.lists(st.tuples(SUBJECTS, WORDS, WORDS, st.sampled_from([(), ("dev",), NAMES]))))
def test_what_is_written_is_read_again(rows: list[tuple[str, str, str, tuple[str, ...]]]) -> None:
    with TemporaryDirectory() as folder:
        root, written = Path(folder), []
        for subject, reason, owner, environments in rows:
            found = subject_of(subject, CATALOG)
            one = Rule(
                subject=found.name,
                field=found.field,
                environments=environments,
                reason=reason,
                owner=owner,
                until="2026-12-31",
            )
            add(root, one)
            written.append(one)
        assert same(read(root)) == same(written)


@pytest.mark.parametrize(
    "before",
    [
        "# a\nignore:\n- address: label.one # y\n  reason: 'x'\n  owner: a\n  until: 2026-01-01\n",
        "ignore:\n    - {address: label.one, reason: x, owner: a, until: 2026-01-01}\n# end\n",
        "ignore:\n  - address: label.one\n    reason: x\n    owner: a\n    until: 2026-01-01",
        "# nothing yet\n",
        "",
    ],
)
def test_what_stood_there_stays_as_it_was(tmp_path: Path, before: str) -> None:
    (tmp_path / "drift.yaml").write_text(before)
    earlier = same(read(tmp_path))
    text = add(tmp_path, rule("label.two"))
    assert text.startswith(before)
    assert same(read(tmp_path)) == [*earlier, *same([rule("label.two")])]


@pytest.mark.parametrize(
    "before",
    [
        "ignore: []\n",
        "ignore: [{address: label.one, reason: x, owner: a, until: 2026-01-01}]\n",
        "{ignore: [{address: label.one, reason: x, owner: a, until: 2026-01-01}]}\n",
    ],
)
def test_a_file_that_is_laid_out_otherwise_is_left_alone(tmp_path: Path, before: str) -> None:
    (tmp_path / "drift.yaml").write_text(before)
    with pytest.raises(Unwritable) as refused:
        with_rule(tmp_path, rule())
    assert "- address: label.one" in refused.value.hint
    assert (tmp_path / "drift.yaml").read_text() == before


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("ignore: {}", "must be a list"),
        ("rules: []", "unknown field `rules`"),
        ("- x", "must be a map"),
        ("ignore: [x]", "must be a map"),
        ("ignore: [{address: label.in, reason: x, owner: a, until: 2026-01-01}]", "reserved"),
        ("ignore: [{address: label.one, reason: x, owner: a, until: 20260101}]", "must be text"),
        ("ignore: [{address: label.one, reason: x, owner: a, until: 2026-W01-1}]", "not a day"),
    ],
)
def test_what_cannot_be_a_rule_is_told_with_its_place(
    tmp_path: Path, text: str, about: str
) -> None:
    (tmp_path / "drift.yaml").write_text(text)
    with pytest.raises(Invalid) as invalid:
        read(tmp_path)
    assert any(about in problem.message for problem in invalid.value.problems)
    assert all(problem.origin is not None for problem in invalid.value.problems)


def test_a_link_out_of_the_stack_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text("ignore: []\n")
    root = tmp_path / "stack"
    root.mkdir()
    (root / "drift.yaml").symlink_to(outside)
    with pytest.raises(Invalid):
        read(root)


def test_there_may_be_no_file(tmp_path: Path) -> None:
    assert read(tmp_path) == []


@pytest.mark.parametrize("text", ["", "2026-1-1", "2026-02-30", "tomorrow", "2026-01-01T00:00:00"])
def test_only_a_day_is_a_day(text: str) -> None:
    assert day(text) is None
    assert day("2026-01-01") is not None


@pytest.mark.parametrize(
    "text", ["label", "label.", "label.one.", "label[one]", "label.one[x]", ""]
)
def test_what_is_no_subject_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not an address"):
        subject_of(text, CATALOG)
