"""Runs `doctor`: each finding as soon as it is there."""

import json as jsonlib

from descope_state.app.examining import Finding, examined, worst
from descope_state.app.workspace import Opening
from descope_state.cli.terminal import Terminal
from descope_state.errors import Exit
from descope_state.report.spans import Line, Span, data, folded, line

_ABOUT = 13


def run_doctor(terminal: Terminal, opening: Opening, *, json: bool) -> Exit:
    """Look at everything, and give the status of the worst of it."""
    findings = []
    for finding in examined(terminal.surroundings, opening):
        findings.append(finding)
        if not json:
            terminal.answer(_lines(finding, terminal.width))
            terminal.out.flush()
    if json:
        shown = [
            {"about": one.about, "text": one.text, "well": one.well, "way": one.way}
            for one in findings
        ]
        terminal.write(jsonlib.dumps(shown, ensure_ascii=False) + "\n")
        return worst(findings)
    ill = sum(not one.well for one in findings)
    if ill:
        terminal.tell([line(f"{ill} to mend.", "warning")])
    return worst(findings)


def _lines(finding: Finding, width: int) -> list[Line]:
    mark = Span("ok  ", "added") if finding.well else Span("!!  ", "error")
    first, *rest = folded(finding.text, max(width - _ABOUT - 4, 30)) or [""]
    lines: list[Line] = [(mark, Span(f"{finding.about:<{_ABOUT}}", "bold"), data(first))]
    indent = " " * (_ABOUT + 4)
    lines += [(Span(indent), data(text)) for text in rest]
    for number, text in enumerate(folded(finding.way, max(width - len(indent) - 2, 30))):
        arrow = "→ " if number == 0 else "  "
        lines.append((Span(indent + arrow), data(text, "dim" if finding.well else "")))
    return lines
