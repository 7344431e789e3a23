"""Writes and lists the rules that hide findings of drift."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from descope_state.app.registry import catalog_of
from descope_state.app.surroundings import Surroundings
from descope_state.app.workspace import Opening, Workspace, opened, outlined
from descope_state.config.excerpts import excerpted
from descope_state.config.files import RULES_FILE
from descope_state.config.location import find_stack
from descope_state.config.rules import day, read_rules, with_rule
from descope_state.config.settings import Settings, choose, read_settings
from descope_state.core.subjects import Subject, subject_of
from descope_state.errors import DstateError, Invalid, UsageError
from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.finding import Rule
from descope_state.model.nearness import meant
from descope_state.store.disk import DISK


def ruled(surroundings: Surroundings, opening: Opening) -> tuple[Settings, tuple[Rule, ...]]:
    """Give the settings of a stack and its rules; every problem comes with its line."""
    root = find_stack(surroundings.folder, chdir=opening.chdir)
    try:
        settings = read_settings(root)
        rules = read_rules(
            root,
            environments=settings.environments,
            catalog=catalog_of(surroundings.providers()),
        )
    except Invalid as error:
        raise Invalid(excerpted(root, error.problems)) from None
    return settings, rules


def rules_of(surroundings: Surroundings, opening: Opening) -> tuple[Rule, ...]:
    """Give the rules of a stack."""
    return ruled(surroundings, opening)[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a command line asks to be ignored."""

    about: str
    reason: str
    owner: str
    until: str
    environments: tuple[str, ...] = ()


def ignore(surroundings: Surroundings, opening: Opening, *, asked: Asked) -> Rule:
    """Write a rule into the stack, once it is sure what it is about."""
    root = find_stack(surroundings.folder, chdir=opening.chdir)
    settings = read_settings(root)
    for name in asked.environments:
        choose(settings, asked=name, environ={})
    subject = _subject(surroundings, asked.about)
    _check_known(surroundings, opening, subject, names=tuple(settings.environments))
    _check_words(asked, today=surroundings.now()[:10])
    rule = Rule(
        subject=subject.name,
        field=subject.field,
        environments=asked.environments,
        reason=asked.reason,
        owner=asked.owner,
        until=asked.until,
    )
    _refuse_twin(rule, rules_of(surroundings, opening), today=surroundings.now()[:10])
    (surroundings.disk or DISK).publish(root / RULES_FILE, with_rule(root, rule))
    return rule


def _subject(surroundings: Surroundings, about: str) -> Subject:
    try:
        return subject_of(about, catalog_of(surroundings.providers()))
    except ValueError as error:
        raise UsageError(str(error)) from None


def _check_words(asked: Asked, *, today: str) -> None:
    for option, text in (("--reason", asked.reason), ("--owner", asked.owner)):
        if not text.strip():
            message = f"`{option}` is empty: whoever meets the rule later wants to know"
            raise UsageError(message)
    until = day(asked.until)
    if until is None:
        message = f"`--until {asked.until}` is not a day"
        raise UsageError(message, hint=f"write `--until {_later(today)}`")
    if asked.until < today:
        message = f"`--until {asked.until}` is over: today is {today}"
        raise UsageError(message, hint=f"write `--until {_later(today)}`")


def _later(today: str) -> str:
    """Give the last day of the year as an example."""
    return date(int(today[:4]), 12, 31).isoformat()


def _check_known(
    surroundings: Surroundings, opening: Opening, subject: Subject, *, names: tuple[str, ...]
) -> None:
    """Refuse a rule about nothing: a mistyped address would hide nothing, and nobody would know."""
    if subject.address is None:
        return
    known = set(_addresses(surroundings, opening, names))
    if subject.address not in known and subject.address.block not in known:
        message = f"neither the stack nor a state has `{subject.address}`"
        raise UsageError(message, hint=meant(str(subject.address), map(str, known)))


def _addresses(
    surroundings: Surroundings, opening: Opening, names: tuple[str, ...]
) -> Iterator[Address]:
    for name in names:
        place = replace(opening, environment=name)
        yield from _remembered(outlined(surroundings, place))
        try:
            blocks = opened(surroundings, place).documents.blocks
        except DstateError:
            continue  # Another environment may be in order; what is not is told by `validate`.
        for block in blocks:
            yield Address(block.kind, block.name)


def _remembered(workspace: Workspace) -> Iterator[Address]:
    snapshot = workspace.store.snapshot()
    if snapshot is not None:
        for address in snapshot.entries:
            yield from (address, address.block)


def _refuse_twin(rule: Rule, rules: tuple[Rule, ...], *, today: str) -> None:
    for other in rules:
        same = (other.about, other.environments) == (rule.about, rule.environments)
        if same and other.until >= today:
            message = f"`{rule.about}` is ignored already, until {other.until}"
            hint = f"change {RULES_FILE}:{other.line} instead"
            raise UsageError(message, hint=hint)
