"""What a provider may import, read out of the source: every public name, its signature, its words.

The source is read, not the objects: an alias stands there as it is meant, and a signature as it is
laid out.
"""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
SDK = ROOT / "descope_state" / "sdk"
# In the order in which somebody who writes a provider meets them.
FOR_PROVIDERS = (
    "provider", "schema", "faults", "http", "hosts", "emulation", "difference", "citing",
    "conformance",
)  # fmt: skip
FOR_THE_ENGINE = (
    "catalog", "hiding", "validation", "json_schema", "strict_json", "trust", "unpacking",
)  # fmt: skip
_COMMENT = re.compile(r"\s+# .*$")
_TYPE_VARIABLE = re.compile(r"\bTypeVar\(")

Callable_ = ast.FunctionDef | ast.AsyncFunctionDef
Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Source:
    """One module as it is written."""

    path: Path
    lines: list[str]
    tree: ast.Module

    @classmethod
    def of(cls, module: str) -> "Source":
        """Read a module by its dotted name."""
        path = ROOT / Path(*module.split(".")).with_suffix(".py")
        text = path.read_text(encoding="utf-8")
        return cls(path, text.splitlines(), ast.parse(text))

    def text(self, first: int, last: int) -> str:
        """Give lines, counted from one, without what is remarked beside them."""
        return textwrap.dedent(
            "\n".join(_COMMENT.sub("", line) for line in self.lines[first - 1 : last])
        )


@dataclass(slots=True)
class Told:
    """What was told already: a name that two modules hand on stands once."""

    names: set[str] = field(default_factory=set)

    def first(self, name: str) -> bool:
        """Tell whether a name comes up for the first time."""
        new = name not in self.names
        self.names.add(name)
        return new


def page() -> Iterator[str]:
    """Give the page, paragraph by paragraph."""
    yield (
        "# API for providers\n\nEvery public name of `descope_state.sdk`, in the words of its"
        " source. [Writing a provider](../provider-guide.md) says how they go together."
    )
    told = Told()
    for module in FOR_PROVIDERS:
        yield from _module(f"descope_state.sdk.{module}", told)
    yield (
        "## What the engine makes of it\n\nThe engine reads a provider with these; a provider has"
        " no need of them, but may look here to see what becomes of a model or of an answer."
    )
    for module in FOR_THE_ENGINE:
        yield from _module(f"descope_state.sdk.{module}", told)


def undocumented() -> list[str]:
    """Name what is public and has no words of its own."""
    found = []
    for module in (*FOR_PROVIDERS, *FOR_THE_ENGINE):
        source = Source.of(f"descope_state.sdk.{module}")
        for node in _definitions(source.tree.body):
            inner = _definitions(node.body) if isinstance(node, ast.ClassDef) else ()
            found += [
                f"{module}.{node.name}" if one is node else f"{module}.{node.name}.{one.name}"
                for one in (node, *inner)
                if one.name != "__init__" and ast.get_docstring(one) is None
            ]
    return found


def _module(name: str, told: Told) -> Iterator[str]:
    source = Source.of(name)
    yield f"## {name}"
    yield _words(source.tree)
    constants = "\n".join(_constants(source))
    if constants:
        yield f"```python\n{constants}\n```"
    for node in _definitions(source.tree.body):
        if told.first(node.name):
            yield from _definition(source, node)
    for module, names in _handed_on(source.tree):
        yield from _from_elsewhere(module, [one for one in names if told.first(one)])


def _from_elsewhere(module: str, names: Sequence[str]) -> Iterator[str]:
    """Tell of names that a module hands on, where they are made."""
    source = Source.of(module)
    constants = "\n".join(_constants(source, only=names))
    if constants:
        yield f"```python\n{constants}\n```"
    for node in _definitions(source.tree.body):
        if node.name in names:
            yield from _definition(source, node)


def _definition(source: Source, node: Definition) -> Iterator[str]:
    sort = "class" if isinstance(node, ast.ClassDef) else "function"
    yield f"### {sort} `{node.name}`"
    yield f"```python\n{_shown(source, node)}\n```"
    yield _words(node)
    methods = _definitions(node.body) if isinstance(node, ast.ClassDef) else ()
    rows = [
        textwrap.indent(f"`{one.name}`: {_words(one)}", "  ").replace("  ", "- ", 1)
        for one in methods
        if one.name != "__init__"
    ]
    if rows:
        yield "\n".join(rows)


def _shown(source: Source, node: Definition) -> str:
    """Lay out a definition as it begins in the source, without what is in it."""
    head = _head(source, node)
    if not isinstance(node, ast.ClassDef):
        return f"{head} ..."
    members = [
        source.text(one.lineno, one.end_lineno or one.lineno)
        for one in node.body
        if isinstance(one, ast.Assign | ast.AnnAssign) and _name(one)
    ]
    methods = [f"{_head(source, one)} ..." for one in _definitions(node.body)]
    if not members and not methods:
        return f"{head} ..."
    between = [""] if members and methods else []
    return "\n".join(
        (head, *(textwrap.indent(one, "    ") for one in (*members, *between, *methods)))
    )


def _head(source: Source, node: Definition) -> str:
    first = min((node.lineno, *(one.lineno for one in node.decorator_list)))
    return source.text(first, node.body[0].lineno - 1).rstrip()


def _definitions(body: Sequence[ast.stmt]) -> Iterator[Definition]:
    for node in body:
        if isinstance(node, Definition) and (
            not node.name.startswith("_") or node.name == "__init__"
        ):
            yield node


def _constants(source: Source, *, only: Sequence[str] | None = None) -> Iterator[str]:
    for node in source.tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and (name := _name(node)):
            text = source.text(node.lineno, node.end_lineno or node.lineno)
            if not _TYPE_VARIABLE.search(text) and (only is None or name in only):
                yield text


def _name(node: ast.Assign | ast.AnnAssign) -> str:
    """Give the public name that is assigned, if it is one."""
    target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
    name = target.id if isinstance(target, ast.Name) else "_"
    return "" if name.startswith("_") else name


def _handed_on(tree: ast.Module) -> Iterator[tuple[str, list[str]]]:
    """Name what a module lists as its own, and has from another."""
    listed: list[str] = next(
        (
            ast.literal_eval(node.value)
            for node in tree.body
            if isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and node.targets[0].id == "__all__"
        ),
        [],
    )
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [one.name for one in node.names if one.name in listed]
            if names:
                yield node.module, names


def _words(node: ast.Module | Definition) -> str:
    return inspect.cleandoc(ast.get_docstring(node) or "")
