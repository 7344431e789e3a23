"""Runs `import` and prints what came of it."""

from descope_state.app.adopting import One, Pasted, import_one
from descope_state.app.applying import Manner
from descope_state.app.wishing import address_of
from descope_state.app.workspace import Opening
from descope_state.cli.applying_run import print_outcome, status_of
from descope_state.cli.attendant import Attendant
from descope_state.cli.plan_run import tell_events
from descope_state.cli.terminal import Terminal
from descope_state.errors import DstateError, UsageError
from descope_state.model.address import Address, for_shell
from descope_state.report.clean import clean


def run_import(
    terminal: Terminal,
    opening: Opening,
    *,
    what: tuple[str, str, str],
    manner: Manner,
    attendant: Attendant,
) -> int:
    """Put one object under an address; where the stack has no block, print it and refuse."""
    place, id_, write = what
    address = address_of(place, option="import")
    try:
        came = import_one(
            terminal.surroundings,
            opening,
            one=One(address=address, id=id_, write=write),
            manner=manner,
            watch=attendant,
        )
    except DstateError as error:
        if attendant.json:
            tell_events(terminal, error)
        raise
    if isinstance(came, Pasted):
        _print_block(terminal, came)
        raise _without_block(address, id_)
    print_outcome(terminal, came, json=attendant.json)
    terminal.explained = True
    return status_of(came.outcome)


def _print_block(terminal: Terminal, came: Pasted) -> None:
    terminal.write(came.text)
    for name, text in came.files.items():
        terminal.note(f"and into {name}, {len(text):,} characters: `--write` does both")
    if came.secrets:
        terminal.note(f"The secrets cannot be read: {clean(', '.join(came.secrets))}")


def _without_block(address: Address, id_: str) -> UsageError:
    again = f"dstate import {for_shell(address)} {id_}"
    return UsageError(
        f"the stack has no block for {address}, and nothing was imported; it is printed above",
        hint=f"paste it and run the command again, or let dstate write it: {again} --write FILE",
    )
