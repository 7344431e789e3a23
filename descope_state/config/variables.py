"""The values of a stack's variables for one environment, the weakest source first."""

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path

from descope_state.config.files import read_anywhere
from descope_state.config.findings import Section, sort_of, suggestion
from descope_state.config.settings import Settings, Variable
from descope_state.config.yaml import Document, parse
from descope_state.errors import Invalid, Origin, Problem, UnsafeFile
from descope_state.frozen import dataclass
from descope_state.model.value import Path as ValuePath
from descope_state.model.value import Unknown, Value

PREFIX = "DSTATE_VAR_"


@dataclass(slots=True, kw_only=True)
class Values:
    """The values found so far, the problems and the warnings."""

    declared: Mapping[str, Variable]
    found: dict[str, Value] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What this run brings besides the files of the stack, and the file of the environment."""

    environ: Mapping[str, str]
    files: Sequence[Path] = ()
    folder: Path = Path()
    texts: Mapping[str, str] = field(default_factory=dict)
    environment_file: Document | None = None


def values(settings: Settings, environment: str, *, given: Given, document: Document) -> Values:
    """Give every variable's value for one environment, with the problems and the warnings."""
    state = Values(declared=settings.variables)
    _defaults(state, document)
    for name, stated in settings.values.items():
        chosen = name == environment
        place = ("environments", name, "vars")
        _from_document(state, stated, document=document, path=place, keep=chosen)
    if given.environment_file is not None:
        _from_file(state, given.environment_file)
    _from_environ(state, given.environ, document=document)
    for path in given.files:
        _from_path(state, path, folder=given.folder)
    for name, text in given.texts.items():
        _from_text(state, name, text, source=f"-var {name}", document=document)
    _refuse_missing(state, document)
    return state


def _defaults(state: Values, document: Document) -> None:
    for name, variable in state.declared.items():
        if variable.required:
            continue
        if variable.default is None or _fits(variable.type, variable.default):
            state.found[name] = variable.default
            continue
        message = _unfit(f"the default of `{name}`", variable, variable.default)
        path = ("variables", name, "default")
        state.problems.append(document.problem("E1208", path, message=message))
        state.found[name] = Unknown()


def _from_file(state: Values, document: Document) -> None:
    section = Section(document, document.data, path=(), problems=state.problems)
    _from_document(state, section.data, document=document, path=(), keep=True)


def _from_document(
    state: Values,
    stated: Mapping[str, Value],
    *,
    document: Document,
    path: ValuePath,
    keep: bool,
) -> None:
    for name, value in stated.items():
        place = (*path, name)
        variable = state.declared.get(name)
        if variable is None:
            message, hint = _undeclared(state, name)
            problem = document.problem("E1206", place, message=message, hint=hint, key=True)
            state.problems.append(problem)
        elif value is not None and not _fits(variable.type, value):
            message = _unfit(f"the variable `{name}`", variable, value)
            state.problems.append(document.problem("E1208", place, message=message))
            value = Unknown()  # noqa: PLW2901  # what is wrong is told once
        if keep:
            state.found[name] = value


def _from_path(state: Values, path: Path, *, folder: Path) -> None:
    try:
        document = parse(read_anywhere(folder / path, name=str(path)), file=str(path))
    except UnsafeFile as error:
        origin = Origin(file=str(path), line=1)
        state.problems += [replace(problem, origin=origin) for problem in error.problems]
    except Invalid as error:
        state.problems += error.problems
    else:
        _from_file(state, document)


def _from_environ(state: Values, environ: Mapping[str, str], *, document: Document) -> None:
    for key in sorted(environ):
        if not key.startswith(PREFIX):
            continue
        name = key.removeprefix(PREFIX)
        if name in state.declared:
            _from_text(state, name, environ[key], source=key, document=document)
        else:
            message, hint = _undeclared(state, name)
            message = f"{key} is ignored: {message}"
            state.warnings.append(Problem(code="E1206", message=message, hint=hint, warning=True))


def _from_text(state: Values, name: str, text: str, *, source: str, document: Document) -> None:
    variable = state.declared.get(name)
    if variable is None:
        message, hint = _undeclared(state, name)
        message = f"`{source}`: {message}"
        place: ValuePath = ("variables",)
        state.problems.append(
            document.problem("E1206", place, message=message, hint=hint, key=True)
        )
        return
    try:
        state.found[name] = read_text(variable.type, text)
    except ValueError:
        # The text itself is not shown: it may come from the environment.
        message = f"`{source}` must be {_WORDS[variable.type]}"
        place = ("variables", name)
        state.problems.append(document.problem("E1208", place, message=message, key=True))
        state.found[name] = Unknown()


def read_text(kind: str, text: str) -> Value:
    """Turn a text from a command line or an environment variable into a value of a type."""
    if kind == "string":
        return text
    try:
        value = parse(text.encode("utf-8", "surrogateescape"), file="").data
    except Invalid:
        value = text if kind == "any" else None
    if kind != "any" and not _fits(kind, value):
        raise ValueError(kind)
    return value


def _undeclared(state: Values, name: str) -> tuple[str, str]:
    message = f"the variable `{name}` is not declared"
    hint = suggestion(name, state.declared)
    return message, hint or "declare it under `variables` in dstate.yaml"


def _refuse_missing(state: Values, document: Document) -> None:
    for name in state.declared:
        if name not in state.found:
            message = f"the variable `{name}` has no value"
            hint = f"give it a default, or set it with `-var {name}=…` or `{PREFIX}{name}`"
            place = ("variables", name)
            problem = document.problem("E1207", place, message=message, hint=hint, key=True)
            state.problems.append(problem)
            state.found[name] = Unknown()


_WORDS: Mapping[str, str] = {
    "string": "text",
    "int": "a whole number",
    "number": "a number",
    "bool": "true or false",
    "list": "a list",
    "map": "a map",
    "any": "a value",
}
_CLASSES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "int": (int,),
    "number": (int, float),
    "bool": (bool,),
    "list": (list,),
    "map": (dict,),
}


def _fits(kind: str, value: Value) -> bool:
    if kind == "any":
        return True
    if isinstance(value, bool):
        return kind == "bool"
    return isinstance(value, _CLASSES[kind])


def _unfit(what: str, variable: Variable, value: Value) -> str:
    advice = "; quote it" if variable.type == "string" else ""
    return f"{what} must be {_WORDS[variable.type]}, not {sort_of(value)}{advice}"
