"""`drift.yaml`: which findings of drift are known, why, to whom, and until when."""

import json
import os
import re
from collections.abc import Collection
from dataclasses import replace
from datetime import date
from pathlib import Path

from descope_state.config.edit import Unwritable
from descope_state.config.files import RULES_FILE, read_inside
from descope_state.config.findings import Section, sort_of, suggestion
from descope_state.config.yaml import Document, parse
from descope_state.core.subjects import subject_of
from descope_state.errors import Invalid, Origin, Problem, UnsafeFile
from descope_state.model.finding import Rule
from descope_state.model.value import Value, canonical
from descope_state.sdk.catalog import Catalog

_HEAD = "# Findings of `dstate drift` that are known, each until a day.\n"
_FIELDS = ("address", "environments", "owner", "reason", "until")
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_.@/-]*")
_WORDS = frozenset({"null", "true", "false"})
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_rules(root: Path, *, environments: Collection[str], catalog: Catalog) -> tuple[Rule, ...]:
    """Read the rules of a stack; Invalid holds all that is wrong with them."""
    document = _document(root)
    if document is None:
        return ()
    problems: list[Problem] = []
    top = Section(document, document.data, path=(), problems=problems)
    top.known(("ignore",))
    rules = [
        _rule(Section(document, element, path=("ignore", number), problems=problems), catalog)
        for number, element in enumerate(top.elements("ignore"))
    ]
    for number, rule in enumerate(rules):
        _check_environments(document, number, rule, known=environments, problems=problems)
    if problems:
        raise Invalid(problems)
    return tuple(rules)


def _document(root: Path) -> Document | None:
    if not os.path.lexists(root / RULES_FILE):
        return None
    try:
        return parse(read_inside(root, RULES_FILE), file=RULES_FILE)
    except UnsafeFile as error:
        origin = Origin(file=RULES_FILE, line=1)
        raise Invalid(replace(problem, origin=origin) for problem in error.problems) from None


def _rule(section: Section, catalog: Catalog) -> Rule:
    section.known(_FIELDS)
    for name in ("address", "owner", "reason", "until"):
        _require(section, name)
    subject, field = _subject(section, catalog)
    until = section.text("until") if isinstance(section.data.get("until"), str) else ""
    if until and day(until) is None:
        message = f"`until: {until}` is not a day"
        section.complain("E1202", ("until",), message=message, hint="write `2026-12-31`")
    origin = section.document.origin(section.path)
    return Rule(
        subject=subject,
        field=field,
        environments=tuple(_texts(section, "environments")),
        reason=_text(section, "reason"),
        owner=_text(section, "owner"),
        until=until,
        line=origin.line if origin is not None else 0,
    )


def _require(section: Section, name: str) -> None:
    value = section.data.get(name)
    if value is None or value == "":
        message = f"`{name}` is missing: a rule says what, why, whose and until when"
        section.complain("E1203", (name,), message=message)
    elif not isinstance(value, str):
        section.wrong(name, "text")


def _text(section: Section, name: str) -> str:
    value = section.data.get(name)
    return value if isinstance(value, str) else ""


def _subject(section: Section, catalog: Catalog) -> tuple[str, str]:
    text = _text(section, "address")
    if not text:
        return "", ""
    try:
        found = subject_of(text, catalog)
    except ValueError as error:
        section.complain("E1204", ("address",), message=str(error))
        return "", ""
    return found.name, found.field


def _texts(section: Section, name: str) -> list[str]:
    found: list[str] = []
    for number, value in enumerate(section.elements(name)):
        if isinstance(value, str):
            found.append(value)
        else:
            message = f"`{name}` must hold texts, not {sort_of(value)}"
            section.complain("E1202", (name, number), message=message)
    return found


def _check_environments(
    document: Document,
    number: int,
    rule: Rule,
    *,
    known: Collection[str],
    problems: list[Problem],
) -> None:
    for position, name in enumerate(rule.environments):
        if name not in known:
            path = ("ignore", number, "environments", position)
            message = f"there is no environment `{name}`"
            hint = suggestion(name, known)
            problems.append(document.problem("E1208", path, message=message, hint=hint))


def day(text: str) -> date | None:
    """Read a day as `2026-12-31`, or give None."""
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def with_rule(root: Path, rule: Rule) -> bytes:
    """Give the text of `drift.yaml` with one rule more; all that stands there stays as it is."""
    document = _document(root)
    item = _item(rule)
    if document is None:
        return _checked(f"{_HEAD}ignore:\n{_block(item, 2)}", [item])
    text = document.source.text
    before = document.data if isinstance(document.data, dict) else {}
    rows = before.get("ignore")
    if text and not text.endswith("\n"):
        text += "\n"
    if isinstance(rows, list) and rows:
        origin = document.origin(("ignore", 0))
        indent = origin.column - 3 if origin is not None else 2
        return _checked(text + _block(item, max(indent, 0)), [*rows, item])
    if "ignore" in before:
        raise _unwritable(item)
    return _checked(f"{text}ignore:\n{_block(item, 2)}", [item])


def _checked(text: str, wanted: list[Value]) -> bytes:
    """Read what is about to be written, and refuse it if it says anything else."""
    data = text.encode()
    try:
        said = parse(data, file=RULES_FILE).data
    except Invalid:
        said = None
    if canonical(said) != canonical({"ignore": wanted}):
        raise _unwritable(wanted[-1])
    return data


def _unwritable(item: Value) -> Unwritable:
    block = _block(item, 2) if isinstance(item, dict) else ""
    message = f"`{RULES_FILE}` is not laid out so that a rule can be added to it; it was left alone"
    hint = f"write below `ignore:` by hand:\n{block}"
    return Unwritable(message, hint=hint, origin=Origin(file=RULES_FILE, line=1))


def _item(rule: Rule) -> dict[str, Value]:
    item: dict[str, Value] = {"address": rule.about}
    if rule.environments:
        item["environments"] = list(rule.environments)
    return item | {"reason": rule.reason, "owner": rule.owner, "until": rule.until}


def _block(item: dict[str, Value], indent: int) -> str:
    lines = [f"{name}: {_spelled(value)}" for name, value in item.items()]
    marks = ["- ", *["  "] * (len(lines) - 1)]
    return "".join(f"{'':{indent}}{mark}{text}\n" for mark, text in zip(marks, lines, strict=True))


def _spelled(value: Value) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_spelled, value))}]"
    text = str(value)
    if (_PLAIN.fullmatch(text) and text.lower() not in _WORDS) or _DAY.fullmatch(text):
        return text
    return json.dumps(text, ensure_ascii=False)
