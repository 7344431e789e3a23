"""A stack's files for one environment: read once, checked together, handed on without copying."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path

from descope_state.config.blocks import Contents
from descope_state.config.files import read_inside, resource_files, variable_file_names
from descope_state.config.findings import Section, suggestion
from descope_state.config.settings import (
    SETTINGS_FILE,
    Settings,
    choose,
    interpret,
    read_settings,
    settings_bytes,
)
from descope_state.config.source import invisible
from descope_state.config.variables import Given, Values, values
from descope_state.config.yaml import Document, parse
from descope_state.errors import Invalid, Origin, Problem, UnsafeFile, UsageError
from descope_state.frozen import dataclass
from descope_state.model.stack import Block, Documents, Environment


class Unsound(Invalid):
    """A stack with problems; `documents` are there where every file could be read."""

    def __init__(self, problems: Iterable[Problem], *, documents: Documents | None) -> None:
        super().__init__(problems)
        self.documents = documents


@dataclass(slots=True, kw_only=True)
class _Reading:
    """What was read so far."""

    root: Path
    drafts: Mapping[str, bytes] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    digests: dict[str, str] = field(default_factory=dict)
    complete: bool = True

    def document(self, name: str, data: bytes | None = None) -> Document | None:
        try:
            data = self.drafts.get(name, data)
            data = read_inside(self.root, name) if data is None else data
            self.digests[name] = hashlib.sha256(data).hexdigest()
            document = parse(data, file=name)
        except UnsafeFile as error:
            origin = Origin(file=name, line=1)
            self.problems += [replace(problem, origin=origin) for problem in error.problems]
        except Invalid as error:
            self.problems += error.problems
        else:
            self.warnings += invisible(document.source)
            return document
        self.complete = False
        return None

    def unsafe(self, error: UnsafeFile) -> None:
        """Refuse the folder as a whole, at what everybody finds first in it."""
        origin = Origin(file=SETTINGS_FILE, line=1)
        self.problems += [replace(problem, origin=origin) for problem in error.problems]
        self.complete = False

    def warn(self, name: str, message: str, *, hint: str) -> None:
        origin = Origin(file=name, line=1)
        self.warnings.append(
            Problem(code="E1210", message=message, hint=hint, origin=origin, warning=True)
        )


def load(
    root: Path,
    *,
    environment: str | None,
    environ: Mapping[str, str],
    variable_files: Sequence[Path] = (),
    variables: Mapping[str, str] | None = None,
    folder: Path = Path(),
    drafts: Mapping[str, bytes] | None = None,
) -> Documents:
    """Read a stack for one environment; Unsound holds all problems of all files together.

    Variable files are named relative to the folder. Drafts are read in the place of files of
    their names: what the stack would say if they were written.
    """
    reading = _Reading(root=root, drafts=drafts or {})
    settings_document = reading.document(SETTINGS_FILE, settings_bytes(root))
    contents = _contents(reading)
    if settings_document is None:
        raise Invalid([*reading.problems, *contents.problems])
    settings = interpret(settings_document, root=root, problems=reading.problems)
    _add_locals(contents, settings_document)
    chosen = _choose(settings, environment, environ=environ, found=[reading, contents])
    given = Given(
        environ=environ,
        files=variable_files,
        folder=folder,
        texts=variables or {},
        environment_file=_environment_file(reading, settings, environment=chosen.name),
    )
    final = values(settings, chosen.name, given=given, document=settings_document)
    problems = [*reading.problems, *contents.problems, *final.problems]
    documents = _documents(settings, chosen, reading=reading, contents=contents, final=final)
    if problems:
        raise Unsound(problems, documents=documents if reading.complete else None)
    return documents


def outline(root: Path, *, environment: str | None, environ: Mapping[str, str]) -> Documents:
    """Read `dstate.yaml` alone, for commands that never read what a stack wants."""
    settings = read_settings(root)
    return Documents(
        name=settings.name,
        environment=choose(settings, asked=environment, environ=environ),
        environments=tuple(settings.environments),
        safety=settings.safety,
        retention=settings.retention,
        state_path=settings.state_path,
    )


def blocks_of(root: Path) -> tuple[Block, ...]:
    """Read the blocks of a stack as far as they can be read, and complain of nothing."""
    return tuple(_contents(_Reading(root=root)).blocks)


def _contents(reading: _Reading) -> Contents:
    contents = Contents()
    try:
        names = resource_files(reading.root)
    except UnsafeFile as error:
        reading.unsafe(error)
        return contents
    for name in names:
        if name.endswith(".yml"):
            reading.warn(name, f"`{name}` is not read", hint="its name must end in `.yaml`")
        elif (document := reading.document(name)) is not None:
            contents.add(document)
    return contents


def _add_locals(contents: Contents, document: Document) -> None:
    # That `dstate.yaml` and its `locals` are maps was checked with the other settings.
    data = document.data if isinstance(document.data, dict) else {}
    stated = data.get("locals")
    section = Section(document, stated, path=("locals",), problems=contents.problems)
    contents.add_named("locals", section)


def _choose(
    settings: Settings,
    asked: str | None,
    *,
    environ: Mapping[str, str],
    found: Sequence[_Reading | Contents],
) -> Environment:
    """Choose the environment; where the files are broken, that is told instead of a bad choice."""
    try:
        return choose(settings, asked=asked, environ=environ)
    except UsageError:
        problems = [problem for one in found for problem in one.problems]
        if problems:
            raise Invalid(problems) from None
        raise


def _environment_file(
    reading: _Reading, settings: Settings, *, environment: str
) -> Document | None:
    """Read `vars/<environment>.yaml` if it exists; one of no environment is pointed out."""
    try:
        names = variable_file_names(reading.root)
    except UnsafeFile as error:
        reading.unsafe(error)
        return None
    for name in names:
        stem = name.removeprefix("vars/").removesuffix(".yaml")
        if stem not in settings.environments:
            hint = suggestion(stem, settings.environments)
            reading.warn(name, f"`{name}` belongs to no environment", hint=hint)
    name = f"vars/{environment}.yaml"
    return reading.document(name) if name in names or name in reading.drafts else None


def _documents(
    settings: Settings,
    environment: Environment,
    *,
    reading: _Reading,
    contents: Contents,
    final: Values,
) -> Documents:
    items = contents.items
    return Documents(
        name=settings.name,
        environment=environment,
        environments=tuple(settings.environments),
        variables=final.found,
        safety=settings.safety,
        retention=settings.retention,
        state_path=settings.state_path,
        blocks=tuple(contents.blocks),
        locals=tuple(items["locals"]),
        outputs=tuple(items["outputs"]),
        moved=tuple(items["moved"]),
        removed=tuple(items["removed"]),
        imports=tuple(items["imports"]),
        checks=tuple(items["checks"]),
        warnings=tuple(sorted([*reading.warnings, *final.warnings], key=lambda one: one.place)),
        digest=combined_digest(reading.digests),
    )


def combined_digest(*digests: Mapping[str, str]) -> str:
    """Name the contents of a set of files: a digest over their sorted names and digests."""
    every = sorted({pair for one in digests for pair in one.items()})
    return hashlib.sha256(repr(every).encode()).hexdigest()
