"""Runs `init --from-env`: credentials at hand become a stack of all that their project holds."""

import shlex
from pathlib import Path

from descope_state.app.founding import AtHand, Foundation, at_hand, chosen, founded
from descope_state.cli.beginning_run import Wanted, answer, named, tell_unignored, typed
from descope_state.cli.importing_run import Intaking, print_imported, status_of_import
from descope_state.cli.stepping import place_of
from descope_state.cli.terminal import Terminal
from descope_state.config.settings import SETTINGS_FILE
from descope_state.errors import DstateError, Exit, UsageError
from descope_state.report.clean import clean
from descope_state.report.problems import problems_text
from descope_state.report.spans import BLANK, line


def run_from_env(terminal: Terminal, wanted: Wanted) -> int:
    """Found a stack, and say what to type next; where that fails, say what stands."""
    place = place_of(terminal, wanted.folder)
    at = _at_hand(terminal, wanted, place=place)
    one = chosen(at)
    name = named(terminal, wanted, place=place)
    foundation = Foundation(place=place, name=name, at=at, one=one, baseline=wanted.baseline)
    try:
        came = founded(terminal.surroundings, foundation, watch=Intaking(terminal=terminal))
    except DstateError as error:
        terminal.tell(problems_text(error.problems, width=terminal.width))
        return _failed(terminal, foundation, status=error.status)
    except KeyboardInterrupt:
        return _failed(terminal, foundation, status=Exit.INTERRUPTED)
    print_imported(terminal, came)
    tell_unignored(terminal, place)
    _tell_next(terminal, wanted, foundation=foundation)
    return status_of_import(came)


def _at_hand(terminal: Terminal, wanted: Wanted, *, place: Path) -> AtHand:
    """Look for credentials; somebody who is there is asked which of them, or of what."""
    if len(wanted.environments or ()) > 1:
        message = "one project is brought in at a time, and --env is there more than once"
        hint = "the others whose credentials are at hand come into dstate.yaml by themselves"
        raise UsageError(message, hint=hint)
    asked = next(iter(wanted.environments or ()), "")
    at = at_hand(terminal.surroundings, place, asked=asked)
    question = ""
    if at.choice:
        question = f"Which project is to be brought in: {', '.join(at.choice)}? "
    elif at.nameless:
        question = "What is the environment of these credentials called, such as dev or prod? "
    told = answer(terminal, wanted, question=question) if question else ""
    return at_hand(terminal.surroundings, place, asked=told) if told else at


def _failed(terminal: Terminal, foundation: Foundation, *, status: Exit) -> Exit:
    """Say what stands now: nothing, or what is not whole."""
    remains = [clean(str(one)) for one in foundation.remains]
    told = "Nothing was written, and the project was not changed."
    if remains:
        told = (
            f"What was written into {' and '.join(remains)} is not whole: remove it, and say the"
            " command again. The project was not changed."
        )
    terminal.tell([line(told)])
    terminal.explained = True
    return status


def _tell_next(terminal: Terminal, wanted: Wanted, *, foundation: Foundation) -> None:
    stack, others = typed(terminal, wanted), foundation.beginning.environments[1:]
    told = [
        "Put it into git: .gitignore leaves out what dstate remembers, and `.env`.",
        f"`{stack} plan` says what a change in it would do.",
        f"`{stack} drift --who` says what was changed in the console.",
    ]
    if others:
        names = ", ".join(f"`{name}`" for name in others)
        told.append(f"Pinned in {SETTINGS_FILE} as well, and not read: {names}.")
    if variable := foundation.address_variable:
        told.append(f"`{variable}` says where the service is; {SETTINGS_FILE} could: `endpoint`.")
    if foundation.keys_elsewhere:
        there = shlex.quote(clean(str((terminal.chdir or Path()) / wanted.folder)))
        told.append(f"Its credentials are in the `.env` of this folder: `mv .env {there}/`")
    terminal.answer([BLANK, *map(line, told)])
