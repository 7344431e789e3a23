"""The log of a run, on request: one JSON object for each event, with fields and never sentences.

Nothing is logged but what is listed here: no values of objects, no headers, no locals.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from descope_state.core.ports import Observer
from descope_state.errors import UnsafeFile
from descope_state.model.address import Address
from descope_state.model.event import Step
from descope_state.report.clean import clean

if TYPE_CHECKING:
    # For annotations only: it is loaded where a log is asked for.
    from structlog.typing import WrappedLogger

_APPENDING = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
_FIELDS = frozenset(
    {
        "address", "calls", "error", "event", "family", "id", "level", "reason", "run", "seconds",
        "step", "timestamp",
    }
)  # fmt: skip


@contextmanager
def logged(inner: Observer, path: Path, *, now: Callable[[], str], run: str) -> Iterator[Observer]:
    """Log to a file what an observer hears, for as long as the block lasts."""
    try:
        handle = os.open(path, _APPENDING, 0o600)
    except OSError as error:
        message = f"the log `{path}` cannot be written: {error.strerror}"
        raise UnsafeFile(message, hint="name another file, or leave `--log` out") from error
    with os.fdopen(handle, "a", encoding="utf-8") as file:
        yield Log(inner, _logger(file, now=now).bind(run=run))


def _logger(file: TextIO, *, now: Callable[[], str]) -> "WrappedLogger":
    import structlog

    def _listed(_logger: object, _name: str, event: Mapping[str, Any]) -> dict[str, Any]:
        known = {name: _plain(event[name]) for name in sorted(event) if name in _FIELDS}
        return {**known, "timestamp": now()}

    return structlog.wrap_logger(
        structlog.WriteLogger(file),
        processors=[
            structlog.processors.add_log_level,
            _listed,
            structlog.processors.JSONRenderer(ensure_ascii=True),
        ],
    )


def _plain(value: object) -> object:
    return value if isinstance(value, int | float) else clean(str(value))


class Log:
    """An observer that writes down what it hears, and passes it on."""

    def __init__(self, inner: Observer, logger: "WrappedLogger") -> None:
        self._inner = inner
        self._logger = logger

    def began(self, address: Address, step: Step) -> None:
        """Log that a step begins."""
        self._logger.info("began", address=address, step=step.value)
        self._inner.began(address, step)

    def succeeded(self, address: Address, step: Step, *, id_: str) -> None:
        """Log that a step is done."""
        self._logger.info("succeeded", address=address, step=step.value, id=id_)
        self._inner.succeeded(address, step, id_=id_)

    def failed(self, address: Address, step: Step, *, error: str) -> None:
        """Log that a step did not succeed."""
        self._logger.error("failed", address=address, step=step.value, error=error)
        self._inner.failed(address, step, error=error)

    def looking(self, address: Address, step: Step, *, error: str) -> None:
        """Log that an answer was lost."""
        self._logger.warning("looking", address=address, step=step.value, error=error)
        self._inner.looking(address, step, error=error)

    def retrying(self, address: Address, step: Step, *, error: str, seconds: float) -> None:
        """Log that a step is sent again."""
        self._logger.warning(
            "retrying", address=address, step=step.value, error=error, seconds=seconds
        )
        self._inner.retrying(address, step, error=error, seconds=seconds)

    def paused(self, family: str, *, seconds: float, reason: str) -> None:
        """Log that all wait."""
        self._logger.info("paused", family=family, seconds=seconds, reason=reason)
        self._inner.paused(family, seconds=seconds, reason=reason)

    def learned(self, family: str, *, calls: int, seconds: float) -> None:
        """Log that the service allows less than was thought."""
        self._logger.warning("learned", family=family, calls=calls, seconds=seconds)
        self._inner.learned(family, calls=calls, seconds=seconds)
