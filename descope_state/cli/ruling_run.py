"""Runs `drift ignore` and `drift rules`."""

from descope_state.app.ruling import Asked, ignore, rules_of
from descope_state.app.workspace import Opening
from descope_state.cli.terminal import Terminal
from descope_state.report.drift import rule_text, rules_text
from descope_state.report.drift_json import FORMAT_VERSION, rule_shape
from descope_state.report.json_text import one_line
from descope_state.report.spans import data, line


def run_ignore(
    terminal: Terminal,
    opening: Opening,
    *,
    about: str,
    words: tuple[str, str, str],
    environments: tuple[str, ...],
) -> None:
    """Write a rule, and say what it hides."""
    reason, owner, until = words
    asked = Asked(about=about, reason=reason, owner=owner, until=until, environments=environments)
    rule = ignore(terminal.surroundings, opening, asked=asked)
    terminal.answer([(*line("Ignored: "), data(rule_text(rule)))])
    terminal.note("Written to drift.yaml; `dstate drift rules` lists all.")


def run_rules(terminal: Terminal, opening: Opening, *, json: bool) -> None:
    """List the rules of a stack."""
    rules = rules_of(terminal.surroundings, opening)
    today = terminal.surroundings.now()[:10]
    if not json:
        terminal.answer(rules_text(rules, today=today, width=terminal.width))
        return
    shapes = [{**rule_shape(rule), "expired": rule.until < today} for rule in rules]
    terminal.write(one_line({"format_version": FORMAT_VERSION, "rules": [*shapes]}) + "\n")
