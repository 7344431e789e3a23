"""Strategies for whole histories: a stack that was applied, what happened since, a stack now.

Everything drawn is plain data, so that a failing example can be read, and typed in again.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import strategies as st

from descope_state.sdk.provider import Tier

Body = dict[str, Any]

KEYS = ("a", "b", "c d", 'q"')
CREDENTIALS = {"env:FIRST": "first-secret-0001", "env:SECOND": "second-secret-0002"}
NAMES = tuple("zcaqmxbe")
ONLY = "only"
TRUTHS = (True, False, "${vars.number > 2}")
# A kind stands here as often as it is to be drawn.
KINDS = (
    "label", "label", "label", "group", "group", "site", "site", "child", "child", "rule_set",
    "document", "credential", "settings", "page", "premium", "record", "record", "batchling",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One block of a stack."""

    kind: str
    name: str
    body: Body

    @property
    def title(self) -> str:
        """Its address."""
        return f"{self.kind}.{self.name}"

    @property
    def keys(self) -> tuple[str, ...] | None:
        """Its instances, or None where there is just one."""
        each = self.body.get("for_each")
        return None if each is None else tuple(each)

    @property
    def wanted(self) -> bool:
        """Tell whether others may refer to it."""
        return self.body.get("when", True) is True


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """What a stack says, whatever files it says it in."""

    blocks: tuple[Written, ...]
    word: str = "w"
    number: int = 2
    removed: tuple[str, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()
    imports: tuple[tuple[str, str], ...] = ()

    @property
    def variables(self) -> Body:
        """The values of its variables."""
        return {"word": self.word, "number": self.number, "names": ["p", "q"]}

    @property
    def locals(self) -> Body:
        """Its named values: one that is known, and one that may have to wait."""
        firsts = [block for block in self.blocks if block.kind == "label" and _plain(block)]
        waiting = f"${{{firsts[0].title}.id}}" if firsts else "none"
        return {"greeting": "hello ${vars.word}", "first": {"id": waiting}}

    @property
    def outputs(self) -> Body:
        """Its outputs: one of every block."""
        return {
            f"o_{block.kind}_{block.name}": {"value": f"${{{block.title}.id}}"}
            for block in self.blocks
            if _plain(block)
        }

    @property
    def checks(self) -> list[Body]:
        """Its checks, of which none fails."""
        return [
            {"name": "word", "assert": '${vars.word != "wrong"}', "message": "it is wrong"},
            {"name": "number", "assert": "${vars.number > 0}", "message": "it is small"},
        ]


def _plain(block: Written) -> bool:
    return block.wanted and block.keys is None


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A stack that was applied, what happened to the project since, and the stack now."""

    before: Stack
    after: Stack
    events: tuple[tuple[str, int, int], ...] = ()
    tier: Tier = Tier.PRO
    seed: int = field(default=0)


# -- blocks ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Draft:
    """What a block may refer to while it is drawn."""

    draw: st.DrawFn
    name: str
    earlier: Sequence[Written]
    repeated: bool

    def one(self, *choices: object) -> Any:  # noqa: ANN401  # whatever was offered
        return self.draw(st.sampled_from(choices))

    def text(self) -> str:
        """Draw a text: as it is, by a plain path, by the expression engine."""
        plain = [
            "",
            "a",
            "two words",
            "ü $${x}",
            "${vars.word}",
            "${locals.greeting}, ${vars.word}",
        ]
        if self.repeated:
            plain += ["${each.key}", "of ${each.key}"]
        unknown = [
            spelled
            for path in self.paths("label", "site", "batchling")
            for spelled in (f"${{{path}.id}}", f"at ${{{path}.id}}.")
        ]
        engine = ['${vars.word + "!"}', '${vars.number > 2 ? "many" : "few"}']
        engine += [f'${{{path}.name + "-" + {path}.id}}' for path in self.paths("label")]
        engine += [f"${{size({block.title})}} of them" for block in self.repeats("label")]
        if any(block.kind == "label" and _plain(block) for block in self.earlier):
            unknown.append("${locals.first.id}")
        return str(self.one(*plain, *plain, *unknown, *engine))

    def number(self) -> object:
        return self.one(1, 2, 3, "${vars.number}", "${vars.number + 1}", "${size(vars.names)}")

    def texts(self) -> object:
        """Draw a list of texts, or one that the engine makes."""
        whole = [
            f"${{{block.title}.map(key, {block.title}[key].id)}}" for block in self.repeats("label")
        ]
        return self.one([self.text(), self.text()], *whole)

    def repeats(self, kind: str) -> list[Written]:
        """Give the earlier blocks that have instances."""
        found = [block for block in self.earlier if block.kind == kind and block.wanted]
        return [block for block in found if block.keys is not None]

    def paths(self, *kinds: str) -> list[str]:
        """Give the paths that lead to earlier resources of some kinds."""
        found: list[str] = []
        for block in self.earlier:
            if block.kind not in kinds or not block.wanted:
                continue
            if block.keys is None:
                found.append(block.title)
            else:
                found.extend(f"{block.title}[{json.dumps(key)}]" for key in block.keys)
        return found

    def given(self, body: Body, *names: str) -> Body:
        """Keep some of the fields that need not be stated."""
        return {name: body[name] for name in body if name not in names or self.draw(st.booleans())}


def _label(draft: _Draft) -> Body:
    return draft.given({"description": draft.text()}, "description")


def _group(draft: _Draft) -> Body:
    names = [f"${{{path}.name}}" for path in draft.paths("label")]
    some = draft.draw(st.lists(st.sampled_from(names), max_size=3)) if names else []
    return draft.given({"description": draft.text(), "labels": some}, "description")


def _site(draft: _Draft) -> Body:
    body = {"title": draft.text(), "region": draft.one("eu", "us"), "code": draft.one("k", "l")}
    return draft.given(body, "title", "region", "code")


def _child(draft: _Draft) -> Body:
    return {"site": f"${{{draft.one(*draft.paths('site'))}.id}}", "size": draft.number()}


def _rule_set(draft: _Draft) -> Body:
    rules = draft.draw(st.lists(st.sampled_from("rst"), max_size=3, unique=True))
    return {"rules": [{"name": rule, "weight": draft.number()} for rule in rules]}


def _document(draft: _Draft) -> Body:
    leaves = st.sampled_from([None, True, 1, 1.5, "t", draft.text()])
    inner = st.recursive(
        leaves, lambda deeper: st.dictionaries(st.sampled_from("pqr"), deeper), max_leaves=4
    )
    return {"content": {"etag": draft.one("e1", "e2"), "body": [draft.draw(inner), draft.text()]}}


def _credential(draft: _Draft) -> Body:
    body = {"password": f"${{secret('{draft.one(*CREDENTIALS)}')}}"}
    return draft.given(body, "password")


def _settings(draft: _Draft) -> Body:
    return draft.given({"language": draft.one("en", "de"), "retries": draft.number()}, "retries")


def _page(draft: _Draft) -> Body:
    return draft.given({"path": draft.one("/", "/x"), "body": draft.text()}, "path", "body")


def _premium(draft: _Draft) -> Body:
    return {"seats": draft.number()}


def _record(draft: _Draft) -> Body:
    body = {
        "tags": {"t": draft.text(), draft.one("u", "v"): draft.text()},
        "place": {"street": draft.text(), "floor": draft.one(None, 1)},
        "ratio": draft.one(0.5, 1, 2.5),
        "count": draft.number(),
        "enabled": draft.one(*TRUTHS),
        "color": draft.one("red", "green"),
        "note": draft.one(None, draft.text()),
        "steps": draft.texts(),
    }
    return draft.given(body, *body)


def _batchling(draft: _Draft) -> Body:
    return draft.given({"note": draft.text()}, "note")


_BODIES: dict[str, Callable[[_Draft], Body]] = {
    "label": _label, "group": _group, "site": _site, "child": _child, "rule_set": _rule_set,
    "document": _document, "credential": _credential, "settings": _settings, "page": _page,
    "premium": _premium, "record": _record, "batchling": _batchling,
}  # fmt: skip
# What may be left to the console; others refer to the rest, or the service insists on it.
_IGNORABLE = {"label": "description", "site": "title", "record": "tags.t", "page": "body"}


def _written(
    draw: st.DrawFn, kind: str, name: str, *, earlier: Sequence[Written]
) -> Written | None:
    """Draw one block, or None where it cannot be written after the earlier ones."""
    repeated = kind != "settings" and draw(st.integers(0, 5)) == 0
    draft = _Draft(draw, name, earlier, repeated)
    if kind == "child" and not draft.paths("site"):
        return None
    if kind == "settings" and any(block.kind == kind for block in earlier):
        return None
    body = _BODIES[kind](draft)
    if kind != "settings":
        body["name"] = f"{name} ${{each.key}}" if repeated else name
    if repeated:
        body["for_each"] = sorted(draw(st.sets(st.sampled_from(KEYS), max_size=3)))
    _add_meta(draw, kind, body, draft=draft)
    # There is one; the state under two names, of which one plan lets go, is another story.
    return Written(kind=kind, name=ONLY if kind == "settings" else name, body=body)


def _add_meta(draw: st.DrawFn, kind: str, body: Body, *, draft: _Draft) -> None:
    chance = draw(st.integers(0, 19))
    paths = draft.paths(*_BODIES)
    lifecycle: Body = {}
    if chance in (1, 2) and kind != "settings":
        lifecycle["prevent_destroy"] = True
    if chance in (2, 3) and kind in _IGNORABLE:
        lifecycle["ignore_changes"] = [_IGNORABLE[kind]]
    if chance in (3, 4) and kind == "credential":
        lifecycle["create_before_destroy"] = True
    if chance in (5, 6) and paths and kind != "settings":
        lifecycle["replace_triggered_by"] = [draft.one(*paths)]
    if lifecycle:
        body["lifecycle"] = lifecycle
    if chance in (7, 8) and paths:
        body["depends_on"] = [draft.one(*paths)]
    if chance == 9:
        body["when"] = draft.one(*TRUTHS[1:])


# -- stacks ---------------------------------------------------------------------------------------


@st.composite
def stacks(draw: st.DrawFn, most: int = 6) -> Stack:
    """Draw a stack that is valid."""
    names = draw(st.permutations(NAMES))[: draw(st.integers(1, most))]
    blocks = _blocks(draw, names, earlier=[])
    return Stack(
        blocks=tuple(blocks),
        word=draw(st.sampled_from(["w", "v"])),
        number=draw(st.sampled_from([2, 3])),
    )


def _blocks(draw: st.DrawFn, names: Sequence[str], *, earlier: list[Written]) -> list[Written]:
    for name in names:
        block = _written(draw, draw(st.sampled_from(KINDS)), name, earlier=earlier)
        if block is not None:
            earlier.append(block)
    return earlier


@st.composite
def edited(draw: st.DrawFn, stack: Stack) -> Stack:
    """Draw what may become of a stack: blocks redrawn, renamed, removed, added, let go of."""
    kept: list[Written] = []
    removed: list[str] = []
    fates = {block.title: draw(st.sampled_from("kkkkreeerd")) for block in stack.blocks}
    for block in stack.blocks:
        fate = fates[block.title]
        if fate in "rd":
            # A child that is let go of would keep its site from being deleted, and rightly so.
            if fate == "d" and block.kind != "child":
                removed.append(block.title)
            continue
        fresh = (
            _written(draw, block.kind, block.name, earlier=kept)
            if fate == "e"
            else _repaired(block, kept)
        )
        if fresh is not None:
            kept.append(fresh)
    names = [name for name in NAMES if name not in {block.name for block in stack.blocks}]
    blocks = _blocks(draw, names[: draw(st.integers(0, 2))], earlier=kept)
    return replace(
        stack,
        blocks=tuple(blocks),
        # A singleton has one name only, and may have been drawn anew.
        removed=tuple(title for title in removed if title not in {one.title for one in blocks}),
        word=draw(st.sampled_from(["w", "v"])),
        number=draw(st.sampled_from([2, 3])),
    )


def _repaired(block: Written, kept: Sequence[Written]) -> Written | None:
    """Keep a block if all it refers to is still as it was; else it goes too."""
    text = json.dumps(block.body)
    there = {other.title for other in kept if other.wanted}
    mentioned = {
        f"{kind}.{name}" for kind in _BODIES for name in (*NAMES, ONLY) if f"{kind}.{name}" in text
    }
    if not mentioned <= there:
        return None
    for other in kept:
        keys = other.keys
        many = any(f"{start}{other.title}{end}" in text for start, end in _MANY)
        if other.title in mentioned and (keys is not None) != many:
            return None
        lacking = [key for key in KEYS if keys is not None and key not in keys]
        if any(_quoted(f"{other.title}[{json.dumps(key)}]") in text for key in lacking):
            return None
    if "locals.first" in text and not any(o.kind == "label" and _plain(o) for o in kept):
        return None
    return block


_MANY = (("", "["), ("size(", ")"), ("", ".map("))


def _quoted(text: str) -> str:
    return json.dumps(text)[1:-1]


@st.composite
def histories(draw: st.DrawFn, most: int = 6, *, eventful: bool = True) -> History:
    """Draw a history: an old stack, what happened, and a stack that is new or the same."""
    before = draw(stacks(most))
    after = draw(edited(before)) if draw(st.integers(0, 4)) else before
    event = st.tuples(
        st.sampled_from(["edit", "edit", "drop", "rename", "squat", "taint"]),
        st.integers(0, 30),
        st.integers(0, 3),
    )
    return History(
        before=before,
        after=after,
        events=tuple(draw(st.lists(event, max_size=4))) if eventful else (),
        tier=draw(st.sampled_from([Tier.PRO, Tier.PRO, Tier.FREE])),
        seed=draw(st.integers(0, 9)),
    )
