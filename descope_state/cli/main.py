"""The command line: arguments in, text and an exit status out."""

import errno
import os
import shutil
import signal
import sys
from collections.abc import Callable
from functools import cache, wraps
from io import BufferedWriter, FileIO, TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from descope_state.app.surroundings import Surroundings
from descope_state.cli import commands, completing
from descope_state.cli.arguments import first_word, normalized
from descope_state.cli.catalogue.command import Command
from descope_state.cli.grouping import grouped
from descope_state.cli.misuse import misuse
from descope_state.cli.terminal import Terminal, wants_colour
from descope_state.errors import DstateError, Exit, UsageError
from descope_state.model.unspoken import Unspoken
from descope_state.report.problems import problems_text
from descope_state.report.spans import line
from descope_state.version import __version__

if TYPE_CHECKING:
    # For annotations only: pydantic comes with it, and `--help` does without.
    from descope_state.sdk.provider import Provider

_HELP = """Terraform for Descope: the sign-in of your customers as YAML in git.

A stack is a folder of YAML that says what a Descope project is to hold. `plan` reads the project,
compares, and shows what would change; `apply` carries that out. New here? `dstate quickstart`
makes a first stack with you, without an account.
"""

_EPILOG = """Exit codes:

\b
  0 done                      6 somebody else holds the state
  1 error                     7 credentials, project or licence
  2 changes or drift          8 the service was not reachable
  3 stale plan               64 wrong usage or environment
  4 done in part            130 interrupted
  5 refused by a guard or check
"""


_KEY_BYTES = 32
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EIO)


def application(word: str | None = None) -> typer.Typer:
    """Put the commands together that begin with a word; without one, all."""
    app = typer.Typer(
        name="dstate",
        help=_HELP,
        epilog=_EPILOG,
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    app.callback()(_top)
    groups: dict[str, typer.Typer] = {}
    for command in commands.beginning_with(word) if word else commands.every():
        group, _, name = command.name.rpartition(" ")
        if command.name in commands.GROUPS:
            _lead(_group(groups, command.name, app=app), command)
        else:
            place = _group(groups, group, app=app) if group else app
            place.command(name=name, epilog=command.epilog)(grouped(command.function))
    return app


def _group(groups: dict[str, typer.Typer], name: str, *, app: typer.Typer) -> typer.Typer:
    if name not in groups:
        groups[name] = typer.Typer(
            no_args_is_help=True, rich_markup_mode=None, help=commands.GROUPS[name]
        )
        app.add_typer(groups[name], name=name)
    return groups[name]


def _lead(group: typer.Typer, command: Command) -> None:
    """Let a group be a command as well: `drift` looks, `drift accept` does something about it."""
    group.info.no_args_is_help = False
    group.info.help = command.function.__doc__

    function = grouped(command.function)

    @wraps(function)
    def led(context: typer.Context, **options: object) -> None:
        if context.invoked_subcommand is None:
            function(context=context, **options)
        else:
            _refuse_lost(context)

    group.callback(invoke_without_command=True, epilog=command.epilog)(led)


def _refuse_lost(context: typer.Context) -> None:
    """Refuse options that stand before the name of a command, where nobody reads them."""
    for parameter in context.command.params:
        source = context.get_parameter_source(parameter.name or "")
        if source is not None and source.name == "COMMANDLINE":
            option = parameter.opts[0]
            message = f"`{option}` stands before `{context.invoked_subcommand}`"
            hint = f"write `{context.command_path} {context.invoked_subcommand} … {option} …`"
            raise UsageError(message, hint=hint)


def _top(
    context: typer.Context,
    *,
    chdir: Annotated[
        Path | None, typer.Option("--chdir", "-C", help="The stack's folder.", metavar="DIR")
    ] = None,
    no_color: Annotated[bool, typer.Option("--no-color", help="Print without colour.")] = False,
    debug: Annotated[
        bool,
        typer.Option("--debug", help="Show the traceback of a mistake in dstate; or DSTATE_DEBUG."),
    ] = False,
    log: Annotated[
        Path | None,
        typer.Option(
            "--log", help="Log what is written to the project; else DSTATE_LOG.", metavar="FILE"
        ),
    ] = None,
) -> None:
    terminal: Terminal = context.obj
    terminal.chdir = chdir
    stated = terminal.surroundings.environ.get("DSTATE_LOG")
    terminal.log = log or (Path(stated) if stated else None)
    terminal.debug = debug or bool(terminal.surroundings.environ.get("DSTATE_DEBUG"))
    if no_color:
        terminal.colour = False


def run(arguments: list[str], terminal: Terminal) -> int:
    """Run one command line and give its exit status."""
    try:
        told = normalized(arguments)
        word = first_word(told)
        status = _main(word if word in commands.PLACES else None)(
            args=told, prog_name="dstate", standalone_mode=False, obj=terminal
        )
    except DstateError as error:
        return _told(error, terminal)
    except typer.Abort:
        return Exit.INTERRUPTED
    except typer.TyperException as error:
        return _misused(error, terminal)
    except SystemExit as error:
        # So typer ends a command whose output nobody reads any more.
        raise BrokenPipeError from error
    if status == Exit.INTERRUPTED and not terminal.explained:
        terminal.tell([line("interrupted; nothing was changed", "warning")])
    return status if isinstance(status, int) else Exit.DONE


@cache
def _main(word: str | None) -> Callable[..., object]:
    """Put commands together once: `demo` runs dozens of them in one process."""
    group = typer.main.get_group(application(word))
    # The order of the help; typer puts the groups first.
    group.commands = {
        name: group.commands[name] for name in commands.PLACES if name in group.commands
    }
    return group.main


def _misused(error: typer.TyperException, terminal: Terminal) -> int:
    message = error.format_message()
    if message.startswith("Usage:"):
        terminal.write(message + "\n")
        return Exit.USAGE
    context = getattr(error, "ctx", None)
    where = context.command_path if context is not None else "dstate"
    return _told(misuse(error, command=where), terminal)


def _told(error: DstateError, terminal: Terminal) -> int:
    terminal.tell(problems_text(error.problems, width=terminal.width))
    return error.status


def from_terminal(arguments: list[str]) -> int:
    """Run a command line in the real world."""
    sys.stdout = _robust(sys.stdout)
    terminal = Terminal(
        surroundings=real_surroundings(),
        out=sys.stdout,
        err=sys.stderr,
        width=shutil.get_terminal_size((100, 40)).columns,
        colour=wants_colour(os.environ),
        moving=os.environ.get("TERM", "dumb") != "dumb",
        ask=_asked if sys.stdin.isatty() else None,
    )
    for number in (signal.SIGTERM, signal.SIGHUP):
        # To be told to end is the same as Ctrl-C, whoever says it.
        signal.signal(number, signal.default_int_handler)
    try:
        if completing.asked(os.environ):
            return completing.answer(application(), terminal)
        status = run(arguments, terminal)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has seen enough; there is nobody left to tell.
        _silence(sys.stdout, sys.stderr)
        return Exit.ERROR
    except Exception as error:  # noqa: BLE001  # the last line of defence: no traceback at anybody
        return _bug(error, terminal)
    return status


def _asked(question: str) -> str:
    """Ask on the side where talk goes, so that a pipe gets answers only."""
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline()


def _robust(stream: TextIO) -> TextIO:
    """Let a stream print whatever its encoding, and report whatever is not printed.

    Where PYTHONUNBUFFERED is set, as in many containers, Python drops without a word what a closed
    pipe or a full disk did not take; a buffer between does not.
    """
    if not isinstance(stream, TextIOWrapper):
        return stream
    if isinstance(stream.buffer, FileIO):
        whole = BufferedWriter(FileIO(stream.fileno(), "w", closefd=False))
        return TextIOWrapper(
            whole,
            encoding=stream.encoding,
            errors="backslashreplace",
            line_buffering=stream.isatty(),
        )
    stream.reconfigure(errors="backslashreplace")
    return stream


def _silence(*streams: TextIO) -> None:
    """Let what a stream still holds go nowhere, so that leaving does not fail as well."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in streams:
        os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _bug(error: Exception, terminal: Terminal) -> int:
    """Own up to a mistake of ours: where it is, and never the values that were at hand."""
    if terminal.debug:
        raise error
    if isinstance(error, OSError) and error.errno in _FULL:
        _silence(sys.stdout)
        return _told(DstateError(f"the output cannot be written: {error.strerror}"), terminal)
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    where = ""
    if frame is not None:
        where = f" at {Path(frame.tb_frame.f_code.co_filename).name}:{frame.tb_lineno}"
    problem = DstateError(
        f"a mistake in dstate: {type(error).__name__}{where}; nothing more was done",
        hint="please report it with the command; --debug shows the traceback",
    )
    return _told(problem, terminal)


def real_surroundings() -> Surroundings:
    """Give the world as it is."""
    return Surroundings(
        environ=Unspoken(os.environ),
        folder=Path.cwd(),
        now=_now,
        providers=_providers,
        version=__version__,
        lineage=_lineage,
        key=_key,
    )


def _lineage() -> str:
    from uuid import uuid4

    return str(uuid4())


def _key() -> bytes:
    return os.urandom(_KEY_BYTES)


def _now() -> str:
    from datetime import UTC, datetime

    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _providers() -> "dict[str, Provider]":
    from descope_state.app.registry import installed

    return installed()
