"""Runs `quickstart`: tells a step, shows what is typed, waits for Enter, and does it."""

from pathlib import Path

from descope_state.app.tutoring import refuse_filled, wrote
from descope_state.cli.lessons import CLOSING, LESSONS, OPENING, Lesson
from descope_state.cli.stepping import carry_out, command, named, place_of, show
from descope_state.cli.terminal import Terminal
from descope_state.errors import Exit
from descope_state.report.spans import BLANK, Line, line
from descope_state.store.disk import DISK

_LEAVING = frozenset({"q", "quit", "exit"})


def run_quickstart(terminal: Terminal, folder: Path, *, wait: bool) -> Exit:
    """Go through the lessons; whoever leaves is told how to go on."""
    place, name = place_of(terminal, folder), named(terminal, folder)
    refuse_filled(place)
    # Where the answers go into a pipe, nobody reads the step that a question would be about.
    waiting = wait and terminal.ask is not None and terminal.out.isatty()
    terminal.answer(_lines(OPENING.format(count=len(LESSONS))))
    if waiting:
        terminal.answer([BLANK, line("Enter does what a step shows, q leaves.", "dim")])
    for number, lesson in enumerate(LESSONS, start=1):
        _tell(terminal, lesson, number=number, name=name)
        try:
            if waiting and not _awaited(terminal):
                return _left(terminal, Exit.DONE, lesson=lesson, place=place, name=name)
            status = _done(terminal, lesson, place=place)
        except KeyboardInterrupt:
            status = Exit.INTERRUPTED
        if status:
            return _left(terminal, status, lesson=lesson, place=place, name=name)
        terminal.answer(_lines(lesson.after))
    terminal.answer([BLANK, *_lines(CLOSING.format(place=name))])
    return Exit.DONE


def _tell(terminal: Terminal, lesson: Lesson, *, number: int, name: str) -> None:
    title = f"{number} of {len(LESSONS)}: {lesson.title}"
    terminal.answer([BLANK, line(title, "bold"), *_lines(lesson.told)])
    for file, text in lesson.files.items():
        terminal.answer(_shown(f"{name}/{file}", text, instead=lesson.instead))
    if lesson.files:
        terminal.answer([BLANK])
    if lesson.step is not None:
        show(terminal, lesson.step)


def _awaited(terminal: Terminal) -> bool:
    """Wait until somebody wants the step; an input that ends wants no more."""
    terminal.out.flush()
    answer = terminal.ask("[Enter] ") if terminal.ask is not None else ""
    return answer != "" and answer.strip().lower() not in _LEAVING


def _done(terminal: Terminal, lesson: Lesson, *, place: Path) -> Exit:
    """Do what a step shows; DONE is what it was to come to, whatever its own status."""
    for name, text in lesson.files.items():
        wrote(place, name, text=text, disk=terminal.surroundings.disk or DISK)
    if lesson.step is None:
        return Exit.DONE
    status = carry_out(terminal, lesson.step, place=place)
    return Exit.DONE if status == lesson.step.status else status or Exit.ERROR


def _left(terminal: Terminal, status: Exit, *, lesson: Lesson, place: Path, name: str) -> Exit:
    """Say what stands, and how to go on without this command."""
    terminal.explained = True
    told = [f"Left at step {LESSONS.index(lesson) + 1} of {len(LESSONS)}: {lesson.title}."]
    if place.exists():
        typed = [command(lesson.step)] if lesson.step is not None else []
        ways = [f"cd {name}", *(f"# write {file} as shown" for file in lesson.files), *typed]
        told += ["What was done stays. To go on by hand:", "", *(f"  {way}" for way in ways), ""]
    else:
        told += ["Nothing was written."]
    told += ["`dstate quickstart FOLDER` begins anew, in another folder."]
    terminal.tell([BLANK, *map(line, told)])
    return status


def _shown(name: str, text: str, *, instead: str) -> list[Line]:
    """Lay out a file that is new, or what becomes another line in one."""
    if not instead:
        whole = [line(f"    {one}") for one in text.splitlines()]
        return [BLANK, line(f"  + {name}", "added"), *whole]
    changed = [
        shown
        for old, new in zip(instead.splitlines(), text.splitlines(), strict=True)
        if old != new
        for shown in (line(f"  - {old}", "removed"), line(f"  + {new}", "added"))
    ]
    return [BLANK, line(f"  ~ {name}", "changed"), *changed]


def _lines(text: str) -> list[Line]:
    return [line(one) for one in text.splitlines()]
