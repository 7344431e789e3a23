"""Runs the commands about the state and prints what came of it."""

import json as jsonlib
from collections.abc import Sequence
from pathlib import Path

from descope_state.app.stating import (
    changing,
    copies,
    entry_of,
    file_of,
    lock_holder,
    looked_at,
    matching,
    mended,
    moved,
    output_of,
    pushed,
    removed,
    text_of,
    verified,
)
from descope_state.app.wishing import address_of
from descope_state.app.workspace import Opening
from descope_state.cli.terminal import Terminal
from descope_state.errors import Exit, UsageError
from descope_state.model.codec import plain, plain_entry
from descope_state.report.clean import clean
from descope_state.report.json_text import one_line
from descope_state.report.outcome import outputs_text
from descope_state.report.spans import data, line
from descope_state.report.values import entries_text
from descope_state.store.mending import Mended

_ADDRESS = "ADDRESS"


def run_list(terminal: Terminal, opening: Opening, *, pattern: str | None, json: bool) -> None:
    """List addresses."""
    sight = looked_at(terminal.surroundings, opening)
    _note_open(terminal, sight.open_run)
    found = matching(sight.snapshot, pattern)
    if json:
        rows = [
            {"address": str(address), "id": sight.snapshot.entries[address].id} for address in found
        ]
        terminal.write(jsonlib.dumps(rows, ensure_ascii=False) + "\n")
        return
    terminal.answer([(data(str(address)),) for address in found])


def _note_open(terminal: Terminal, run: str) -> None:
    if run:
        terminal.note(
            f"Run {clean(run)} was interrupted or still goes on; this is the state before it."
        )


def run_show(terminal: Terminal, opening: Opening, *, text: str, json: bool) -> None:
    """Show one entry."""
    sight = looked_at(terminal.surroundings, opening)
    _note_open(terminal, sight.open_run)
    entry = entry_of(sight.snapshot, address_of(text, option=_ADDRESS))
    raw = plain_entry(entry)
    if json:
        terminal.write(one_line(raw) + "\n")
        return
    shown = jsonlib.dumps(raw, indent=2, ensure_ascii=False, sort_keys=True)
    terminal.answer([(data(row),) for row in shown.splitlines()])


def run_move(
    terminal: Terminal, opening: Opening, *, source: str, target: str, seconds: float
) -> None:
    """Move an entry."""
    old, new = (address_of(text, option=_ADDRESS) for text in (source, target))
    command = f"state mv {old} {new}"
    with changing(terminal.surroundings, opening, command=command, seconds=seconds) as (_, held):
        held.commit(moved(held.snapshot, old, target=new))
    terminal.answer([(data(f"{old} is {new} now."),)])


def run_remove(
    terminal: Terminal, opening: Opening, *, texts: Sequence[str], seconds: float
) -> None:
    """Forget entries."""
    addresses = [address_of(text, option=_ADDRESS) for text in texts]
    command = "state rm " + " ".join(map(str, addresses))
    with changing(terminal.surroundings, opening, command=command, seconds=seconds) as (_, held):
        held.commit(removed(held.snapshot, addresses))
    terminal.answer(
        [(data(f"{address} is forgotten; the object stays."),) for address in addresses]
    )


def run_pull(terminal: Terminal, opening: Opening) -> None:
    """Print the state."""
    sight = looked_at(terminal.surroundings, opening)
    _note_open(terminal, sight.open_run)
    terminal.write(text_of(sight.snapshot))


def run_push(terminal: Terminal, opening: Opening, *, file: Path, seconds: float) -> None:
    """Put a file in the state's place."""
    content = file_of(terminal.surroundings.folder / file)
    with changing(terminal.surroundings, opening, command="state push", seconds=seconds) as (
        workspace,
        held,
    ):
        current = held.snapshot
        wanted = pushed(content, current, workspace=workspace)
        committed = held.commit(wanted)
    terminal.answer([line(f"The state is at serial {committed.serial} now.", "added")])


def run_history(terminal: Terminal, opening: Opening, *, json: bool) -> None:
    """List the copies of a state."""
    found = copies(terminal.surroundings, opening)
    if json:
        rows = [{"serial": one.serial, "size": one.size, "wrong": one.wrong} for one in found]
        terminal.write(jsonlib.dumps(rows, ensure_ascii=False) + "\n")
        return
    for one in found:
        count = len(one.snapshot.entries) if one.snapshot is not None else 0
        worth = f"damaged: {clean(one.wrong)}" if one.wrong else entries_text(count)
        row = f"serial {one.serial:>6}  {one.size:>10,} bytes  {worth}"
        terminal.answer([line(row, "error" if one.wrong else "")])


def run_rollback(
    terminal: Terminal, opening: Opening, *, serial: int | None, seconds: float
) -> None:
    """Put a copy back."""
    done = mended(
        terminal.surroundings,
        opening,
        how=lambda mending: mending.rollback(serial),
        command="state rollback",
        seconds=seconds,
    )
    _told(terminal, done)
    terminal.note("The objects stay as they are; `dstate plan` shows how they differ.")


def run_repair(terminal: Terminal, opening: Opening, *, seconds: float) -> None:
    """Seal a state that was edited by hand."""
    done = mended(
        terminal.surroundings,
        opening,
        how=lambda mending: mending.repair(),
        command="state repair",
        seconds=seconds,
    )
    _told(terminal, done)


def _told(terminal: Terminal, done: Mended) -> None:
    snapshot = done.snapshot
    count = entries_text(len(snapshot.entries))
    terminal.answer([line(f"The state is at serial {snapshot.serial} now, with {count}.", "added")])
    if done.kept is not None:
        terminal.note(f"What stood there before is in {clean(str(done.kept))}.")


def run_verify(terminal: Terminal, opening: Opening) -> Exit:
    """Check the files of a state."""
    found = verified(terminal.surroundings, opening)
    for wrong in found:
        terminal.answer([line(clean(wrong), "error")])
    if not found:
        terminal.answer([line("The state, its copies and its journal are sound.", "added")])
    return Exit.ERROR if found else Exit.DONE


def run_output(
    terminal: Terminal, opening: Opening, *, name: str | None, json: bool, raw: bool
) -> None:
    """Show outputs."""
    snapshot = looked_at(terminal.surroundings, opening).snapshot
    if name is None:
        _all_outputs(terminal, opening, json=json)
        return
    found = output_of(snapshot, name)
    if raw:
        if not isinstance(found.value, str | int | float) or isinstance(found.value, bool):
            message = f"output `{name}` is no text and no number"
            raise UsageError(message, hint=f"write `dstate output --json {name}`")
        terminal.pass_on(str(found.value))
    elif json:
        terminal.write(one_line(plain(found.value)) + "\n")
    else:
        terminal.answer(outputs_text([found], width=terminal.width))


def _all_outputs(terminal: Terminal, opening: Opening, *, json: bool) -> None:
    outputs = looked_at(terminal.surroundings, opening).snapshot.outputs
    if not json:
        terminal.answer(outputs_text(outputs.values(), width=terminal.width))
        if not outputs:
            terminal.note("The last apply left no outputs; `outputs` in the stack states some.")
        return
    shown = {
        name: {
            "sensitive": output.sensitive,
            "value": None if output.sensitive else plain(output.value),
        }
        for name, output in outputs.items()
    }
    terminal.write(jsonlib.dumps(shown, ensure_ascii=False) + "\n")


def run_force_unlock(terminal: Terminal, opening: Opening) -> Exit:
    """Say who holds the lock, and why nothing has to be forced."""
    holder = lock_holder(terminal.surroundings, opening)
    if holder is None:
        terminal.answer(
            [
                line("Nobody holds the state."),
                line("A lock ends with its process, however that ended: there is none to break."),
            ]
        )
        return Exit.DONE
    terminal.answer(
        [
            line(f"The state is held by {clean(str(holder))}.", "warning"),
            line("That process is alive. Wait for it, or end it: its lock ends with it."),
        ]
    )
    return Exit.LOCKED
