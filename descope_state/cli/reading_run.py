"""Runs `validate`, `why`, `impact` and `graph` and prints what came of it."""

import json as jsonlib

from descope_state.app.relations import edges_of, found_in, uses
from descope_state.app.ruling import rules_of
from descope_state.app.wishing import address_of
from descope_state.app.workspace import Opening, Workspace, opened
from descope_state.cli.terminal import Terminal
from descope_state.core.planner import Wishes
from descope_state.core.resolve import Resolution
from descope_state.errors import DstateError, Exit, Problem, UsageError
from descope_state.model.nearness import meant
from descope_state.model.value import Json
from descope_state.report.graph import dot, graph_json, mermaid
from descope_state.report.json_events import diagnostic
from descope_state.report.json_text import one_line
from descope_state.report.problems import problems_text
from descope_state.report.spans import line
from descope_state.report.why import impact_text, why_text


def run_validate(terminal: Terminal, opening: Opening, *, json: bool) -> Exit:
    """Check a stack and tell what is wrong with it."""
    if json:
        return _validate_json(terminal, opening)
    workspace, resolution = _valid(terminal, opening)
    warnings = workspace.excerpted(resolution.warnings)
    if warnings:
        terminal.tell(problems_text(warnings, width=terminal.width))
    count = len(resolution.desired)
    resources = "1 resource" if count == 1 else f"{count:,} resources"
    where = f"`{workspace.documents.name}` for `{workspace.environment}`"
    terminal.answer([line(f"{where} is valid: {resources}.", "added")])
    return Exit.DONE


def _validate_json(terminal: Terminal, opening: Opening) -> Exit:
    problems: tuple[Problem, ...] = ()
    status = Exit.DONE
    try:
        workspace, resolution = _valid(terminal, opening)
        problems = workspace.excerpted(resolution.warnings)
    except UsageError:
        raise
    except DstateError as error:
        problems, status = error.problems, error.status
    errors = [problem for problem in problems if not problem.warning]
    answer: Json = {
        "format_version": "1.0",
        "valid": not errors,
        "error_count": len(errors),
        "warning_count": len(problems) - len(errors),
        "diagnostics": [diagnostic(problem) for problem in problems],
    }
    terminal.write(one_line(answer) + "\n")
    return status


def _valid(terminal: Terminal, opening: Opening) -> tuple[Workspace, Resolution]:
    """Check all that a stack holds, the rules of drift as well."""
    found = _resolved(terminal, opening)
    rules_of(terminal.surroundings, opening)
    return found


def _resolved(terminal: Terminal, opening: Opening) -> tuple[Workspace, Resolution]:
    workspace = opened(terminal.surroundings, opening)
    return workspace, workspace.resolution()


def run_why(terminal: Terminal, opening: Opening, *, text: str) -> None:
    """Explain what is planned for one address."""
    from descope_state.app.explaining import chain
    from descope_state.app.planning import planned

    address = address_of(text, option="ADDRESS")
    workspace = opened(terminal.surroundings, opening)
    result = planned(workspace, terminal.surroundings, wishes=Wishes())
    found = chain(workspace, result, address=address)
    if found is None:
        known = [str(change.address) for change in result.plan.changes]
        message = f"neither the stack nor the state has `{address}`"
        raise UsageError(message, hint=meant(text, known) or "`dstate graph` lists what there is")
    terminal.answer(why_text(found, result.plan, width=terminal.width))


def run_impact(terminal: Terminal, opening: Opening, *, text: str) -> None:
    """List what uses one address."""
    address = address_of(text, option="ADDRESS")
    workspace, resolution = _resolved(terminal, opening)
    start = found_in(workspace, resolution, address=address)
    terminal.answer(impact_text(address, uses(resolution, start)))


def run_graph(terminal: Terminal, opening: Opening, *, language: str) -> None:
    """Print which resource needs which."""
    _, resolution = _resolved(terminal, opening)
    edges = edges_of(resolution)
    match language:
        case "mermaid":
            terminal.write(mermaid(edges))
        case "json":
            terminal.write(jsonlib.dumps(graph_json(edges), ensure_ascii=False) + "\n")
        case _:
            terminal.write(dot(edges))
