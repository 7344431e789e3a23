"""The rules of the house that no other tool checks, over the tree as it is."""

import ast
import io
import re
import statistics
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRODUCT = ("descope_state", "providers")
EVERYWHERE = (*PRODUCT, "tests", "benchmarks")
DOCUMENTS = ("*.md", "*.toml", "*.lock", "*.txt", "Makefile", ".ci/*", "docs/**/*", "examples/**/*")

LONGEST_FUNCTION = 50
LONGEST_FILE = 400
MEDIAN_FUNCTION = 10
NINTH_DECILE_FUNCTION = 30
BANNED_NAMES = {"utils", "util", "common", "helpers", "helper", "manager", "base", "misc"}

# How many complaints of the tools are silenced. These numbers may only shrink.
SUPPRESSIONS = {"product": 87, "tests": 57}

REASONED = re.compile(
    r"# (noqa: [A-Z]+\d+(, [A-Z]+\d+)*|type: ignore\[[a-z-]+(, ?[a-z-]+)*\]|pragma: no cover)"
    r"( {1,2}# noqa: [A-Z]+\d+(, [A-Z]+\d+)*)?  # \S.{5,}"
)
SUPPRESSION = re.compile(r"#\s*(noqa|type:\s*ignore|pragma:\s*no)", re.IGNORECASE)
ABSOLUTE_PATH = re.compile(r"(?<![\w.~:/}-])/(?:home|root|Users|work|mnt|tmp/v\d)/\w")


def _modules(*folders: str) -> list[Path]:
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in found if "__pycache__" not in path.parts)


@cache
@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _place(path: Path, line: int = 1) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def _functions(*folders: str) -> Iterator[tuple[str, int]]:
    for path in _modules(*folders):
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                yield f"{_place(path, node.lineno)} {node.name}", length


@cache
def _comments(path: Path) -> tuple[tuple[int, str], ...]:
    return tuple(_read_comments(path))


def _read_comments(path: Path) -> Iterator[tuple[int, str]]:
    reader = io.StringIO(path.read_text(encoding="utf-8")).readline
    for token in tokenize.generate_tokens(reader):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def _suppressions(*folders: str) -> dict[str, str]:
    return {
        _place(path, line): text
        for path in _modules(*folders)
        for line, text in _comments(path)
        if SUPPRESSION.search(text)
    }


def _imports(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def test_no_function_is_longer_than_a_screen() -> None:
    long = {name: length for name, length in _functions(*EVERYWHERE) if length > LONGEST_FUNCTION}
    assert long == {}


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    lengths = {_place(path): len(path.read_text().splitlines()) for path in _modules(*EVERYWHERE)}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_most_functions_are_small() -> None:
    lengths = [length for _, length in _functions(*PRODUCT)]
    assert statistics.median(lengths) <= MEDIAN_FUNCTION
    assert statistics.quantiles(lengths, n=10)[8] <= NINTH_DECILE_FUNCTION


def test_every_module_begins_with_a_docstring() -> None:
    silent = [
        _place(path)
        for path in _modules(*EVERYWHERE)
        if _tree(path).body and ast.get_docstring(_tree(path)) is None
    ]
    assert silent == []


def test_only_an_empty_package_file_may_be_empty() -> None:
    empty = [_place(path) for path in _modules(*EVERYWHERE) if not _tree(path).body]
    assert [name for name in empty if not name.endswith("__init__.py:1")] == []


def test_no_module_is_named_for_leftovers() -> None:
    paths = _modules(*EVERYWHERE)
    named = {name for path in paths for name in path.relative_to(ROOT).with_suffix("").parts}
    assert named & BANNED_NAMES == set()


def test_fakes_are_ours() -> None:
    mocks = [
        _place(path, line)
        for path in _modules(*EVERYWHERE)
        for line, name in _imports(path)
        if name.startswith(("unittest.mock", "pytest_mock")) or name == "mock"
    ]
    assert mocks == []


def test_every_suppression_has_a_code_and_a_reason() -> None:
    bare = {
        place: text
        for place, text in _suppressions(*EVERYWHERE).items()
        if not REASONED.match(text)
    }
    assert bare == {}


@pytest.mark.parametrize(
    "text",
    [
        "# noqa: A002  # the service's word for it",
        "# noqa: A002, PLR0913  # the service's word for it",
        "# type: ignore[call-arg]  # pydantic's factories take no data here",
        "# pragma: no cover  # only on a machine without flock",
    ],
)
def test_a_reasoned_suppression_is_recognised(text: str) -> None:
    assert SUPPRESSION.search(text)
    assert REASONED.match(text)


@pytest.mark.parametrize(
    "text",
    ["# noqa", "# noqa: A002", "# type: ignore", "# type: ignore[x]", "#noqa:A002  # reason"],
)
def test_a_bare_suppression_is_recognised(text: str) -> None:
    assert SUPPRESSION.search(text)
    assert not REASONED.match(text)


def test_the_number_of_suppressions_only_shrinks() -> None:
    counted = {
        "product": len(_suppressions(*PRODUCT)),
        "tests": len(_suppressions("tests", "benchmarks")),
    }
    grown = {where: count for where, count in counted.items() if count > SUPPRESSIONS[where]}
    assert grown == {}


def test_only_the_command_line_prints() -> None:
    voices = {ROOT / "descope_state" / "__main__.py", *_modules("descope_state/cli")}
    prints = [
        _place(path, node.lineno)
        for path in _modules(*PRODUCT)
        if path not in voices
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
    ]
    assert prints == []


def test_few_parameters_are_positional() -> None:
    """After the second, parameters have names at the call; a private function may take a third."""
    crowded = [
        f"{_place(path, node.lineno)} {node.name}"
        for path in _modules(*PRODUCT)
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if not (node.name.startswith("__") or node.decorator_list)
        if len(_own_parameters(node)) > _positional_at_most(node.name)
    ]
    assert crowded == []


def _positional_at_most(name: str) -> int:
    # `update` is the provider contract's: what is there, what is wanted, what differs; `open` is
    # the system call's: where, how, and who may use it.
    return 3 if name.startswith("_") or name in ("update", "open") else 2


def _own_parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    return names[1:] if names[:1] in (["self"], ["cls"]) else names


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    texts = {path for pattern in DOCUMENTS for path in ROOT.glob(pattern) if path.is_file()}
    named = [
        _place(path, number)
        for path in sorted(texts.union(_modules(*EVERYWHERE)))
        for number, line in enumerate(path.read_text(errors="ignore").splitlines(), start=1)
        if ABSOLUTE_PATH.search(line)
    ]
    assert named == []
