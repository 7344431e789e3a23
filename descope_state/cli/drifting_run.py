"""Runs `drift` and prints what was found, once or for as long as somebody watches."""

from collections.abc import Sequence

from descope_state.app.differing import differing
from descope_state.app.drifting import Looked, Looking, look
from descope_state.app.watching import Post, Round, keep_looking
from descope_state.cli.attendant import Attendant
from descope_state.cli.terminal import Terminal
from descope_state.core.telling import status_of
from descope_state.errors import DstateError, Exit
from descope_state.frozen import dataclass
from descope_state.model.finding import Sighting
from descope_state.report.drift import environment_text
from descope_state.report.drift_matrix import matrix_text, title
from descope_state.report.json_text import one_line
from descope_state.report.problems import problems_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """In which form to tell, how much, and what counts as drift."""

    form: str = "text"
    verbose: bool = False
    strict: bool = False


def run_drift(terminal: Terminal, looking: Looking, *, telling: Telling) -> Exit:
    """Tell what changed outside dstate, and give the status that says it."""
    try:
        looked = look(terminal.surroundings, looking, watch=Attendant(terminal=terminal))
    except DstateError as error:
        if telling.form == "json":
            _write_error(terminal, error)
        raise
    sightings = tuple(one.sighting for one in looked)
    if telling.form == "text" and len(sightings) == 1 and sightings[0].error is not None:
        raise sightings[0].error
    _warn(terminal, looked)
    _print(terminal, sightings, telling=telling)
    if telling.form != "text":
        _tell_errors(terminal, sightings)
    return status_of(sightings, strict=telling.strict)


def _warn(terminal: Terminal, looked: Sequence[Looked]) -> None:
    warnings = {problem: None for one in looked for problem in one.warnings}
    if warnings:
        terminal.tell(problems_text(warnings, width=terminal.width))


def _tell_errors(terminal: Terminal, sightings: Sequence[Sighting]) -> None:
    """Say on the side as well what could not be told: a machine may read the answer alone."""
    for one in sightings:
        if one.error is not None:
            terminal.note(f"{one.environment}:")
            terminal.tell(problems_text(one.error.problems, width=terminal.width))


def _print(terminal: Terminal, sightings: Sequence[Sighting], *, telling: Telling) -> None:
    match telling.form:
        case "json":
            terminal.write(_json(terminal, sightings, strict=telling.strict))
        case "markdown":
            from descope_state.report.markdown import drift_markdown

            differ = differing(terminal.surroundings.providers())
            terminal.write(drift_markdown(sightings, differ=differ))
        case "junit":
            from descope_state.report.junit import drift_junit

            now = terminal.surroundings.now()
            terminal.write(drift_junit(sightings, strict=telling.strict, timestamp=now))
        case _:
            _print_text(terminal, sightings, verbose=telling.verbose)


def _print_text(terminal: Terminal, sightings: Sequence[Sighting], *, verbose: bool) -> None:
    differ = differing(terminal.surroundings.providers())
    if len(sightings) > 1:
        text = matrix_text(sightings, width=terminal.width, verbose=verbose, differ=differ)
        terminal.answer(text)
        return
    for one in sightings:
        terminal.note(title(one))
        text = environment_text(one, width=terminal.width, verbose=verbose, differ=differ)
        terminal.answer(text)


def _json(terminal: Terminal, sightings: Sequence[Sighting], *, strict: bool) -> str:
    from descope_state.report.drift_json import drift_document

    document = drift_document(
        sightings,
        status=status_of(sightings, strict=strict),
        version=terminal.surroundings.version,
        timestamp=terminal.surroundings.now(),
    )
    return one_line(document) + "\n"


def _write_error(terminal: Terminal, error: DstateError) -> None:
    from descope_state.report.drift_json import error_document

    surroundings = terminal.surroundings
    document = error_document(error, version=surroundings.version, timestamp=surroundings.now())
    terminal.write(one_line(document) + "\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listening:
    """Prints what a watch hears."""

    terminal: Terminal
    telling: Telling

    def told(self, sightings: tuple[Sighting, ...], looked: tuple[Looked, ...]) -> None:
        """Print what is new."""
        self.terminal.note(f"New at {self.terminal.surroundings.now()}:")
        _warn(self.terminal, looked)
        if self.telling.form == "text" and len(sightings) == 1 and sightings[0].error is not None:
            problems = sightings[0].error.problems
            self.terminal.tell(problems_text(problems, width=self.terminal.width))
        else:
            _print(self.terminal, sightings, telling=self.telling)
        self.terminal.out.flush()

    def failed(self, error: DstateError) -> None:
        """Print what went wrong; the watch goes on."""
        self.terminal.tell(problems_text(error.problems, width=self.terminal.width))


def run_watch(
    terminal: Terminal, looking: Looking, *, telling: Telling, seconds: float, webhook: str | None
) -> Exit:
    """Keep looking until somebody ends it."""
    how = Round(seconds=seconds, post=_post(terminal, webhook, strict=telling.strict))
    terminal.note("Watching; Ctrl-C ends it.")
    try:
        keep_looking(
            terminal.surroundings,
            looking,
            how=how,
            watch=Attendant(terminal=terminal),
            listener=_Listening(terminal=terminal, telling=telling),
        )
    except KeyboardInterrupt:
        terminal.explained = True
        terminal.note("Stopped watching. Nothing was changed.")
    return Exit.INTERRUPTED


def _post(terminal: Terminal, webhook: str | None, *, strict: bool) -> Post | None:
    if webhook is None:
        return None
    from descope_state.runtime.webhook import deliver, hook_of

    surroundings = terminal.surroundings
    hook = hook_of(webhook, surroundings.environ)

    def post(sightings: tuple[Sighting, ...]) -> None:
        body = _json(terminal, sightings, strict=strict).encode()
        deliver(hook, body, wall=surroundings.wall, pause=surroundings.pause)

    return post
