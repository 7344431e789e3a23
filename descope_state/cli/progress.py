"""Draws how the changes of a run go: a moving picture on a terminal, lines everywhere else.

On a terminal, finished changes scroll by above a bar with what is in flight; in a pipe every change
is one line; with `--json`, one event. Whoever stops reading stops the drawing and nothing else.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from descope_state.cli.terminal import Terminal
from descope_state.cli.ticking import ticking
from descope_state.core.ports import Observer, Silent
from descope_state.model.address import Address
from descope_state.model.event import Step
from descope_state.model.plan import Plan
from descope_state.report.clean import clean
from descope_state.report.json_text import one_line
from descope_state.report.spans import Line, Span, data, line, painted, plain
from descope_state.report.text import duration

Monotonic = Callable[[], float]

_DOING = {Step.CREATE: "creating", Step.UPDATE: "changing", Step.DELETE: "destroying"}
_DONE = {Step.CREATE: "created", Step.UPDATE: "changed", Step.DELETE: "destroyed"}
_NOUN = {Step.CREATE: "Creation", Step.UPDATE: "Modifications", Step.DELETE: "Destruction"}
_REDRAW = 0.125
_STILL = 10.0
_IN_FLIGHT = 8
_SCROLLED = 200
_NARROW = 40


@contextmanager
def observer_for(terminal: Terminal, *, plan: Plan, json: bool) -> Iterator[Observer]:
    """Choose how to show a run, and show it for as long as the block lasts."""
    total = plan.estimate.changes
    now = terminal.surroundings.monotonic
    if not total:
        yield Silent()
    elif json:
        events = JsonLines(terminal, plan, now=now)
        with ticking(events.still, every=_STILL):
            yield events
    elif terminal.err.isatty() and terminal.moving:
        picture = Picture(terminal, total=total, seconds=plan.estimate.seconds, now=now)
        try:
            yield picture
        finally:
            picture.close()
    else:
        lines = PlainLines(terminal, total=total, now=now)
        with ticking(lines.still, every=_STILL):
            yield lines


class _Clocked(Silent):
    """Knows what is in flight, and since when."""

    def __init__(self, terminal: Terminal, *, now: Monotonic) -> None:
        self._terminal = terminal
        self._now = now
        self._since: dict[tuple[Address, Step], float] = {}
        self._finished = 0
        self._failed = 0
        self._begun = now()
        # What still goes on is told by another thread.
        self._telling = Lock()

    def _start(self, address: Address, step: Step) -> None:
        self._since.setdefault((address, step), self._now())

    def _elapsed(self, address: Address, step: Step) -> float:
        since = self._since.pop((address, step), None)
        return 0.0 if since is None else self._now() - since

    def _long(self) -> Iterator[tuple[Address, Step, float]]:
        """Give what has been in flight for long, and for how long."""
        now = self._now()
        for (address, step), since in list(self._since.items()):
            if now - since >= _STILL:
                yield address, step, now - since


class PlainLines(_Clocked):
    """One line for every change that ends, for pipes and logs."""

    def __init__(self, terminal: Terminal, *, total: int, now: Monotonic) -> None:
        super().__init__(terminal, now=now)
        self._total = total
        self._spoken = now()

    def began(self, address: Address, step: Step) -> None:
        """Remember when a step began."""
        self._start(address, step)

    def succeeded(self, address: Address, step: Step, *, id_: str) -> None:
        """Print that a step is done."""
        self._finished += 1
        seconds = self._elapsed(address, step)
        tail = f" [id={clean(id_)}]" if id_ else ""
        words = f": {_NOUN[step]} complete after {seconds:.0f}s{tail}"
        self._say((data(str(address)), Span(f"{words}  ({self._finished:,}/{self._total:,})")))

    def failed(self, address: Address, step: Step, *, error: str) -> None:
        """Print that a step did not succeed."""
        self._finished += 1
        seconds = self._elapsed(address, step)
        words = f": {_NOUN[step]} errored after {seconds:.0f}s: {clean(error)}"
        self._say((data(str(address)), Span(words, "error")))

    def looking(self, address: Address, step: Step, *, error: str) -> None:
        """Print that an answer was lost."""
        words = f": {_DOING[step]}: no answer ({clean(error)}); looking what became of it"
        self._say((data(str(address)), Span(words, "warning")))

    def retrying(self, address: Address, step: Step, *, error: str, seconds: float) -> None:
        """Print that a step is sent again."""
        words = f": {_DOING[step]}: {clean(error)}; again in {seconds:.0f} s"
        self._say((data(str(address)), Span(words, "warning")))

    def paused(self, family: str, *, seconds: float, reason: str) -> None:
        """Print that all wait."""
        self._say(line(f"Waiting {duration(seconds)}: {clean(reason)} ({clean(family)})", "dim"))

    def learned(self, family: str, *, calls: int, seconds: float) -> None:
        """Print that the service allows less than was thought."""
        words = f"The service allows less than was thought: {calls:,} calls in {seconds:g} s"
        self._say(line(f"{words} ({clean(family)})", "warning"))

    def still(self) -> None:
        """Print what goes on for long, where nothing else was said for as long."""
        if self._now() - self._spoken < _STILL:
            return
        for address, step, seconds in self._long():
            words = f": Still {_DOING[step]}... [{seconds:.0f}s elapsed]"
            self._say((data(str(address)), Span(words, "dim")))

    def _say(self, row: Line) -> None:
        with self._telling:
            self._spoken = self._now()
            self._terminal.tell([row])


class JsonLines(_Clocked):
    """One event for every step, in the form of Terraform's machine-readable output."""

    def __init__(self, terminal: Terminal, plan: Plan, *, now: Monotonic) -> None:
        super().__init__(terminal, now=now)
        self._changes = {change.address: change for change in plan.changes}

    def began(self, address: Address, step: Step) -> None:
        """Write that a step begins."""
        from descope_state.report.apply_events import start_event

        self._start(address, step)
        self._write(start_event(self._changes[address], timestamp=self._time()))

    def succeeded(self, address: Address, step: Step, *, id_: str) -> None:
        """Write that a step is done."""
        from descope_state.report.apply_events import complete_event

        self._write(
            complete_event(
                self._changes[address],
                timestamp=self._time(),
                elapsed=self._elapsed(address, step),
                id=id_,
            )
        )

    def failed(self, address: Address, step: Step, *, error: str) -> None:
        """Write that a step did not succeed."""
        from descope_state.report.apply_events import errored_event

        del error  # The diagnostic at the end tells why.
        self._write(
            errored_event(
                self._changes[address],
                timestamp=self._time(),
                elapsed=self._elapsed(address, step),
            )
        )

    def still(self) -> None:
        """Write what goes on for long."""
        from descope_state.report.apply_events import progress_event

        for address, _, seconds in self._long():
            change = self._changes[address]
            self._write(progress_event(change, timestamp=self._time(), elapsed=seconds))

    def _time(self) -> str:
        return self._terminal.surroundings.now()

    def _write(self, event: dict[str, Any]) -> None:
        with self._telling:
            self._terminal.write(one_line(event) + "\n")
            self._terminal.out.flush()


class Picture(_Clocked):
    """A bar with what is in flight below what has ended; for a person who watches."""

    def __init__(
        self,
        terminal: Terminal,
        *,
        total: int,
        seconds: float,
        now: Monotonic,
    ) -> None:
        super().__init__(terminal, now=now)
        from rich.console import Console
        from rich.live import Live

        self._total = total
        self._expected = seconds
        self._pause = ("", 0.0)
        self._console = Console(
            file=terminal.err,
            width=terminal.width,
            no_color=not terminal.colour,
            highlight=False,
            markup=False,
            emoji=False,
            legacy_windows=False,
        )
        self._ascii = not _encodes(terminal, "✓█…")
        self._live: Live | None = Live(
            console=self._console,
            get_renderable=self._drawn,
            refresh_per_second=1 / _REDRAW,
            transient=True,
        )
        self._live.start()

    def close(self) -> None:
        """Take the picture away; what has scrolled by stays."""
        live, self._live = self._live, None
        if live is not None:
            live.stop()

    def began(self, address: Address, step: Step) -> None:
        """Show a step in flight."""
        self._start(address, step)

    def succeeded(self, address: Address, step: Step, *, id_: str) -> None:
        """Let a step that is done scroll by."""
        self._finished += 1
        seconds = self._elapsed(address, step)
        # Of thousands, nobody reads each: they are counted in the bar.
        if self._finished <= _SCROLLED or self._finished % 100 == 0:
            tail = f"  id {clean(id_)}" if id_ else ""
            self._scroll(
                (
                    Span(f"{self._icon('✓', 'ok')} ", "added"),
                    data(str(address)),
                    Span(f" {_DONE[step]}{tail}  {seconds:.1f} s", "dim"),
                )
            )

    def failed(self, address: Address, step: Step, *, error: str) -> None:
        """Let a step that did not succeed scroll by."""
        self._finished += 1
        self._failed += 1
        self._elapsed(address, step)
        self._scroll(
            (
                Span(f"{self._icon('✗', 'x')} ", "error"),
                data(str(address)),
                Span(f" not {_DONE[step]}: {clean(error)}", "error"),
            )
        )

    def looking(self, address: Address, step: Step, *, error: str) -> None:
        """Say that an answer was lost."""
        words = f" {_DOING[step]}: no answer ({clean(error)}); looking what became of it"
        self._scroll((Span("? ", "warning"), data(str(address)), Span(words, "warning")))

    def retrying(self, address: Address, step: Step, *, error: str, seconds: float) -> None:
        """Say that a step is sent again."""
        words = f" {_DOING[step]}: {clean(error)}; again in {seconds:.0f} s"
        self._scroll((Span("? ", "warning"), data(str(address)), Span(words, "warning")))

    def paused(self, family: str, *, seconds: float, reason: str) -> None:
        """Show that all wait."""
        self._pause = (f"{clean(reason)} ({clean(family)})", self._now() + seconds)

    def learned(self, family: str, *, calls: int, seconds: float) -> None:
        """Say that the service allows less than was thought."""
        words = f"The service allows less than was thought: {calls:,} calls in {seconds:g} s"
        self._scroll(line(f"{words} ({clean(family)})", "warning"))

    def _scroll(self, row: Line) -> None:
        from rich.text import Text

        if self._live is None:
            return
        shown = painted([row]) if self._terminal.colour else plain([row])
        try:
            self._console.print(
                Text.from_ansi(shown.rstrip("\n")), overflow="ellipsis", no_wrap=True
            )
        except OSError:
            # Nobody reads any more. The changes go on; only the drawing ends.
            self._live = None

    def _drawn(self) -> Any:  # noqa: ANN401  # whatever rich draws
        from rich.text import Text

        rows = [self._bar(), *self._flights(), *self._waiting()]
        text = painted(rows) if self._terminal.colour else plain(rows)
        return Text.from_ansi(text.rstrip("\n"), no_wrap=True, overflow="ellipsis")

    def _bar(self) -> Line:
        width = self._terminal.width
        share = min(self._finished / self._total, 1.0)
        room = max(10, min(40, width - _NARROW))
        full = int(share * room)
        filled, empty = ("#", "-") if self._ascii else ("█", "░")
        counts = f" {self._finished:,} of {self._total:,}"
        failed = f", {self._failed:,} failed" if self._failed else ""
        return (
            Span(filled * full, "added"),
            Span(empty * (room - full), "dim"),
            Span(counts, "bold"),
            Span(failed, "error"),
            Span(f"  about {duration(self._left())} left", "dim"),
        )

    def _left(self) -> float:
        """Give the seconds that are left: the estimate at first, what was seen more and more."""
        elapsed = self._now() - self._begun
        share = min(self._finished / self._total, 1.0)
        guess = max(self._expected - elapsed, 0.0)
        if not self._finished:
            return guess
        seen = elapsed / share - elapsed
        trust = min(3 * share, 1.0)
        return trust * seen + (1 - trust) * guess

    def _flights(self) -> Iterator[Line]:
        now = self._now()
        flying = sorted(self._since.items(), key=lambda item: item[1])
        icon = self._icon("●", "*")
        for (address, step), since in flying[:_IN_FLIGHT]:
            yield (
                Span(f"{icon} ", "changed"),
                data(str(address)),
                Span(f" {_DOING[step]} {now - since:.1f} s", "dim"),
            )
        if len(flying) > _IN_FLIGHT:
            yield line(f"  {self._icon('…', '...')} and {len(flying) - _IN_FLIGHT} more", "dim")

    def _waiting(self) -> Iterator[Line]:
        reason, until = self._pause
        left = until - self._now()
        if left > 0:
            yield line(f"{self._icon('⏸', '=')} waiting {duration(left)}: {reason}", "warning")

    def _icon(self, icon: str, letters: str) -> str:
        return letters if self._ascii else icon


def _encodes(terminal: Terminal, text: str) -> bool:
    encoding = getattr(terminal.err, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True
