"""The command line: arguments in, text and an exit status out."""

import os
import secrets
import shutil
import sys
import uuid
from pathlib import Path
from typing import Annotated

import typer

from descope_state.app.surroundings import Surroundings
from descope_state.cli import commands
from descope_state.cli.arguments import normalized
from descope_state.cli.terminal import Terminal, wants_colour
from descope_state.errors import DstateError, Exit, UsageError
from descope_state.report.problems import problems_text
from descope_state.report.spans import line
from descope_state.sdk.provider import Provider
from descope_state.version import __version__

_HELP = """Terraform for Descope: the sign-in of your customers as YAML in git.

A stack is a folder of YAML that says what a Descope project is to hold. `plan` reads the project,
compares, and shows what would change; it writes nothing to the project.
"""

_EPILOG = """Exit codes:

\b
  0 done                      5 refused by a guard or check
  1 error                     7 credentials, project or licence
  2 changes (on request)      8 the service was not reachable
  3 stale plan               64 wrong usage or environment
"""


def application() -> typer.Typer:
    """Put all commands together."""
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
    for command in commands.ALL:
        app.command(name=command.name, epilog=command.epilog)(command.function)
    return app


def _top(
    context: typer.Context,
    *,
    chdir: Annotated[
        Path | None, typer.Option("--chdir", "-C", help="The stack's folder.", metavar="DIR")
    ] = None,
    no_color: Annotated[bool, typer.Option("--no-color", help="Print without colour.")] = False,
) -> None:
    terminal: Terminal = context.obj
    terminal.chdir = chdir
    if no_color:
        terminal.colour = False


def run(arguments: list[str], terminal: Terminal) -> int:
    """Run one command line and give its exit status."""
    try:
        command = typer.main.get_command(application())
        status = command.main(
            args=normalized(arguments), prog_name="dstate", standalone_mode=False, obj=terminal
        )
    except DstateError as error:
        terminal.tell(problems_text(error.problems, width=terminal.width))
        return int(error.status)
    except typer.Abort:
        return Exit.INTERRUPTED
    except typer.TyperException as error:
        return _misused(error, terminal)
    except (KeyboardInterrupt, BrokenPipeError) as error:
        return _cut_off(error, terminal)
    return status if isinstance(status, int) else Exit.DONE


def _misused(error: typer.TyperException, terminal: Terminal) -> int:
    message = getattr(error, "message", str(error))
    if message.startswith("Usage:"):
        terminal.write(message + "\n")
        return Exit.USAGE
    context = getattr(error, "ctx", None)
    where = context.command_path if context is not None else "dstate"
    problem = UsageError(message[:1].lower() + message[1:], hint=f"see `{where} --help`")
    terminal.tell(problems_text(problem.problems, width=terminal.width))
    return Exit.USAGE


def _cut_off(error: BaseException, terminal: Terminal) -> int:
    if isinstance(error, BrokenPipeError):
        # Whoever read our output has seen enough; there is nobody left to tell.
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115  # must outlive this function
        return Exit.ERROR
    terminal.tell([line("interrupted; nothing was changed", "warning")])
    return Exit.INTERRUPTED


def from_terminal(arguments: list[str]) -> int:
    """Run a command line in the real world."""
    terminal = Terminal(
        surroundings=real_surroundings(),
        out=sys.stdout,
        err=sys.stderr,
        width=shutil.get_terminal_size((100, 40)).columns,
        colour=wants_colour(os.environ),
    )
    try:
        status = run(arguments, terminal)
    except Exception as error:  # noqa: BLE001  # the last line of defence: no traceback at anybody
        return _bug(error, terminal)
    try:
        sys.stdout.flush()
    except BrokenPipeError as error:
        return _cut_off(error, terminal)
    return status


def _bug(error: Exception, terminal: Terminal) -> int:
    """Own up to a mistake of ours: where it is, and never the values that were at hand."""
    if terminal.surroundings.environ.get("DSTATE_DEBUG"):
        raise error
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    where = ""
    if frame is not None:
        where = f" at {Path(frame.tb_frame.f_code.co_filename).name}:{frame.tb_lineno}"
    problem = DstateError(
        f"a mistake in dstate: {type(error).__name__}{where}; nothing more was done",
        hint="please report it with the command; DSTATE_DEBUG=1 shows the traceback",
    )
    terminal.tell(problems_text(problem.problems, width=terminal.width))
    return Exit.ERROR


def real_surroundings() -> Surroundings:
    """Give the world as it is."""
    return Surroundings(
        environ=dict(os.environ),
        folder=Path.cwd(),
        now=_now,
        providers=_providers,
        version=__version__,
        lineage=lambda: str(uuid.uuid4()),
        key=lambda: secrets.token_bytes(32),
    )


def _now() -> str:
    from datetime import UTC, datetime  # noqa: PLC0415  # only a plan asks for the time

    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _providers() -> dict[str, Provider]:
    from descope_state.app.registry import installed  # noqa: PLC0415  # `--help` needs none

    return installed()
