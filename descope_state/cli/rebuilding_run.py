"""Runs `state rebuild` and tells what was found."""

from descope_state.app.planning import Reading
from descope_state.app.rebuilding import rebuild
from descope_state.app.workspace import Opening
from descope_state.cli.terminal import Terminal
from descope_state.errors import Exit
from descope_state.report.clean import clean
from descope_state.report.rebuilt import rebuilt_text
from descope_state.report.spans import line
from descope_state.report.values import entries_text


def run_rebuild(
    terminal: Terminal,
    opening: Opening,
    *,
    force: bool,
    parallelism: int,
    capacity: float,
    seconds: float,
) -> Exit:
    """Find everything again; what could be several objects makes it a success in part."""
    done = rebuild(
        terminal.surroundings,
        opening,
        force=force,
        seconds=seconds,
        reading=Reading(parallelism=parallelism, capacity=capacity),
    )
    snapshot = done.mended.snapshot
    terminal.note(f"{snapshot.environment} → project {snapshot.project_id}")
    terminal.answer(rebuilt_text(done.rebuilt))
    if done.mended.kept is not None:
        terminal.note(f"What stood there before is in {clean(str(done.mended.kept))}.")
    if done.copy is not None:
        terminal.note(
            f"A good copy of the state was there, of serial {done.copy}:"
            f" `dstate state rollback {done.copy}` puts it back."
        )
    count = entries_text(len(snapshot.entries))
    terminal.answer([line(f"The state is at serial {snapshot.serial} now, with {count}.", "added")])
    terminal.note("Nothing was written to the project; `dstate plan` shows what differs.")
    return Exit.PARTIAL if done.rebuilt.ambiguous else Exit.DONE
