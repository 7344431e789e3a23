"""Runs the commands of `emulator`."""

import json as jsonlib
from dataclasses import replace
from pathlib import Path

from descope_state.app.emulating import KEY, called, dumped, reset, serve
from descope_state.app.workspace import Opening
from descope_state.cli.terminal import Terminal
from descope_state.errors import DstateError, Refused, UsageError
from descope_state.frozen import dataclass
from descope_state.sdk.emulation import Call, Serving
from descope_state.sdk.provider import Tier

_GOOD = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the command line says of `emulator start`."""

    port: int
    db: Path | None
    tier: str
    seed: Path | None
    faults: tuple[str, ...]
    limits: tuple[str, ...]
    limited: bool
    lag: float
    switches: tuple[str, ...]


def run_start(terminal: Terminal, asked: Asked) -> None:
    """Serve until interrupted."""
    plans = {tier.name.lower(): tier for tier in Tier}
    if asked.tier not in plans:
        message = f"`{asked.tier}` is no plan"
        raise UsageError(message, hint=f"there are {', '.join(plans)}")
    surroundings = terminal.surroundings
    serving = Serving(
        port=asked.port,
        database=str(surroundings.folder / asked.db) if asked.db else "",
        seed=str(surroundings.folder / asked.seed) if asked.seed else "",
        tier=int(plans[asked.tier]),
        lag=asked.lag,
        limited=asked.limited,
        key=surroundings.environ.get(KEY, ""),
        faults=asked.faults,
        limits=asked.limits,
        switches=asked.switches,
    )

    def ready(url: str) -> None:
        terminal.write(f"{url}\n")
        limits = "with the documented limits" if asked.limited else "without limits"
        terminal.note(f"Descope is emulated at {url}, on the {asked.tier} plan, {limits}.")
        terminal.note(f"Point a client at it: DESCOPE_BASE_URL={url}. Ctrl-C ends it.")

    try:
        serve(surroundings, serving, ready=ready)
    except KeyboardInterrupt:
        # There is no other end to it: this one is as good as any.
        terminal.note("The emulator has ended.")


def run_dump(terminal: Terminal, opening: Opening) -> None:
    """Print what a project holds."""
    terminal.write(_spelled(dumped(terminal.surroundings, opening)))


def run_reset(terminal: Terminal, opening: Opening, *, yes: bool) -> None:
    """Make a project new."""
    if not yes:
        message = "all that the emulated project holds would be lost"
        raise Refused(message, hint="say `dstate emulator reset --yes`")
    name = reset(terminal.surroundings, opening)
    terminal.note(f"The emulated project of {name} is new.")


def run_call(terminal: Terminal, opening: Opening, *, asked: Call) -> None:
    """Send one call and print its answer."""
    try:
        body = jsonlib.loads(asked.body) if asked.body else None
    except ValueError:
        message = "the body is not JSON"
        raise UsageError(message, hint='quote it for the shell: \'{"name": "x"}\'') from None
    status, answer = called(terminal.surroundings, opening, call=replace(asked, body=body))
    terminal.write(_spelled(answer))
    if status != _GOOD:
        said = answer.get("errorMessage", "") if isinstance(answer, dict) else ""
        message = f"`{asked.method} {asked.path}` was answered {status}: {said}"
        raise DstateError(message)


def _spelled(value: object) -> str:
    return jsonlib.dumps(value, ensure_ascii=False) + "\n"
