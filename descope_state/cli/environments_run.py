"""Runs `env list`, `show`, `diff`, `matrix` and `promote`, and prints what came of it."""

from collections.abc import Sequence
from dataclasses import asdict

from descope_state.app.differing import differing
from descope_state.app.environments import (
    Detail,
    Profile,
    View,
    detailed,
    profiles,
    seen,
    viewed,
    workspaces,
)
from descope_state.app.planning import Reading
from descope_state.app.promoting import promoted
from descope_state.app.wishing import address_of
from descope_state.app.workspace import Opening
from descope_state.cli.plan_run import Printing, present, settle_before, tell_events
from descope_state.cli.terminal import Terminal
from descope_state.core.comparing import compared, matrix
from descope_state.errors import DstateError, Exit
from descope_state.frozen import dataclass
from descope_state.model.plan import Plan
from descope_state.model.value import Value
from descope_state.report.clean import clean
from descope_state.report.environments import (
    comparison_text,
    freight_text,
    matrix_text,
    variables_text,
)
from descope_state.report.environments_json import comparison_json, detail_variables, matrix_json
from descope_state.report.fields import Page
from descope_state.report.json_text import Json, one_line
from descope_state.report.spans import line
from descope_state.report.table import table
from descope_state.report.values import counted

_HEAD = ("environment", "project", "endpoint", "marks", "serial", "resources")


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """How much of a comparison is to be shown, and how."""

    everything: bool
    verbose: bool
    json: bool


def run_list(terminal: Terminal, opening: Opening, *, json: bool) -> Exit:
    """List environments."""
    found = profiles(terminal.surroundings, opening)
    if json:
        terminal.write(one_line([asdict(one) for one in found]) + "\n")
    else:
        terminal.answer(table([_row(one) for one in found], _HEAD, width=terminal.width))
        for one in found:
            _warn(terminal, one)
    return Exit.ERROR if any(one.wrong for one in found) else Exit.DONE


def _warn(terminal: Terminal, profile: Profile) -> None:
    if profile.wrong:
        terminal.tell([line(f"{profile.name}: {clean(profile.wrong)}", "error")])


def _row(profile: Profile) -> dict[str, Value]:
    words = ("default" if profile.default else "", "protected" if profile.protected else "")
    if profile.wrong:
        state = ("damaged", "?")
    elif profile.serial is None:
        state = ("no state yet", "")
    else:
        state = (str(profile.serial), _held(profile))
    marks = ", ".join(filter(None, words))
    cells = (profile.name, profile.project_id or "-", profile.endpoint, marks, *state)
    return dict(zip(_HEAD, cells, strict=True))


def _held(profile: Profile) -> str:
    pending = f", {profile.pending:,} unknown" if profile.pending else ""
    return f"{profile.resources:,}{pending}"


def run_show(terminal: Terminal, opening: Opening, *, json: bool) -> Exit:
    """Show one environment."""
    found = detailed(terminal.surroundings, opening)
    if json:
        terminal.write(one_line(_plain_detail(found)) + "\n")
    else:
        _show(terminal, found)
        _warn(terminal, found.profile)
    return Exit.ERROR if found.profile.wrong else Exit.DONE


def _show(terminal: Terminal, found: Detail) -> None:
    profile = found.profile
    state = "none yet" if profile.serial is None else f"serial {profile.serial}"
    kinds = ", ".join(f"{kind} ({number:,})" for kind, number in found.kinds.items())
    pinned = " (pinned by the stack)" if profile.pinned else ""
    facts = (
        ("project", (profile.project_id or "not known before the first plan") + pinned),
        ("endpoint", profile.endpoint),
        ("protected", "yes" if profile.protected else "no"),
        ("default", "yes" if profile.default else "no"),
        ("excludes", ", ".join(found.exclude)),
        ("state", "damaged" if profile.wrong else f"{state}, in {found.folder}"),
        ("holds", f"{counted(profile.resources, 'resource')}: {kinds}" if kinds else ""),
        ("unknown", counted(profile.pending, "open call") if profile.pending else ""),
        *((name, "set" if there else "not set") for name, there in found.credentials.items()),
    )
    terminal.answer([line(profile.name, "bold")])
    width = max(len(name) for name, fact in facts if fact)
    terminal.answer(line(f"  {name.ljust(width)}  {clean(fact)}") for name, fact in facts if fact)
    if found.variables:
        terminal.answer([line("  variables")])
        terminal.answer(variables_text(found.variables, found.masked, width=terminal.width))


def _plain_detail(found: Detail) -> Json:
    return {
        **asdict(found.profile),
        "folder": found.folder,
        "variables": detail_variables(found.variables, found.masked),
        "exclude": list(found.exclude),
        "kinds": dict(found.kinds),
        "credentials": dict(found.credentials),
    }


def run_difference(
    terminal: Terminal,
    opening: Opening,
    *,
    names: tuple[str, str],
    reading: Reading,
    showing: Showing,
) -> bool:
    """Compare two environments; gives whether they differ."""
    spaces = workspaces(terminal.surroundings, opening, names=names)
    first, second = seen(spaces, terminal.surroundings, reading=reading)
    catalog = spaces[0].catalog
    found = compared(first.side, second.side, catalog=catalog, everything=showing.everything)
    if showing.json:
        projects = [view.observation.project_id for view in (first, second)]
        terminal.write(one_line(comparison_json(found, names, projects=projects)) + "\n")
    else:
        _note_targets(terminal, (first, second))
        page = Page(
            width=terminal.width,
            whole=showing.verbose,
            differ=differing(spaces[0].providers),
        )
        terminal.answer(comparison_text(found, names, page=page))
    return bool(found.twins)


def _note_targets(terminal: Terminal, views: Sequence[View]) -> None:
    for view in views:
        terminal.note(f"{view.side.name} → project {view.observation.project_id}")
        counts = [f"{kind} ({number:,})" for kind, number in sorted(view.unread.items())]
        if counts:
            terminal.note(f"{view.side.name}: not read, for nobody manages it: {', '.join(counts)}")


def run_matrix(
    terminal: Terminal,
    opening: Opening,
    *,
    names: tuple[str, ...],
    reading: Reading,
    differing: bool,
    json: bool,
) -> Exit:
    """Show which environments hold what; gives the status of the worst that could not be read."""
    chosen = names or tuple(one.name for one in profiles(terminal.surroundings, opening))
    spaces = workspaces(terminal.surroundings, opening, names=chosen)
    answers = dict(zip(chosen, viewed(spaces, terminal.surroundings, reading=reading), strict=True))
    views = [view for view in answers.values() if isinstance(view, View)]
    errors = {name: one for name, one in answers.items() if isinstance(one, DstateError)}
    failed = {name: one.message for name, one in errors.items()}
    rows = matrix([view.side for view in views], catalog=spaces[0].catalog)
    shown = [row for row in rows if not differing or not row.alike(len(views))]
    if json:
        terminal.write(one_line(matrix_json(shown, chosen, failed=failed)) + "\n")
    else:
        _note_targets(terminal, views)
        for name, message in failed.items():
            terminal.tell([line(f"{name}: {clean(message)}", "error")])
        terminal.answer(matrix_text(shown, chosen, failed=failed, width=terminal.width))
    return max((one.status for one in errors.values()), default=Exit.DONE)


def run_promote(
    terminal: Terminal,
    opening: Opening,
    *,
    names: tuple[str, str],
    texts: Sequence[str],
    reading: Reading,
    printing: Printing,
) -> Plan:
    """Plan a promotion, save it where asked, and print it."""
    try:
        return _promote(
            terminal, opening, names=names, texts=texts, reading=reading, printing=printing
        )
    except DstateError as error:
        if printing.json:
            tell_events(terminal, error)
        raise


def _promote(
    terminal: Terminal,
    opening: Opening,
    *,
    names: tuple[str, str],
    texts: Sequence[str],
    reading: Reading,
    printing: Printing,
) -> Plan:
    addresses = [address_of(text, option="ADDRESS") for text in texts]
    here, there = workspaces(terminal.surroundings, opening, names=names)
    settle_before(terminal, there, reading=reading)
    made = promoted(
        terminal.surroundings, here=here, there=there, addresses=addresses, reading=reading
    )
    if not printing.json:
        _note_targets(terminal, [made.source])
    present(terminal, there, result=made.planned, printing=printing)
    if not printing.json:
        terminal.tell(freight_text(made.freight, names[1], width=terminal.width))
    return made.planned.plan
