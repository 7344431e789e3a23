"""Reads what a command line wishes of a plan."""

from collections.abc import Iterable, Mapping

from descope_state.core.guard import OVERRIDES
from descope_state.core.planner import Wishes
from descope_state.errors import UsageError
from descope_state.model.address import Address
from descope_state.model.nearness import listed, meant


def mode_of(*, destroy: bool, refresh_only: bool, refresh: bool) -> str:
    """Choose among the ways to plan, and refuse two at once."""
    if refresh_only and destroy:
        message = "--destroy and --refresh-only contradict each other"
        raise UsageError(message, hint="leave one of them out")
    if refresh_only and not refresh:
        message = "--refresh-only and --refresh=false contradict each other"
        raise UsageError(message, hint="leave one of them out")
    return "destroy" if destroy else "refresh-only" if refresh_only else "normal"


def wishes_of(
    *,
    mode: str,
    targets: Iterable[str],
    excludes: Iterable[str],
    replaces: Iterable[str],
    overrides: Mapping[str, str],
) -> Wishes:
    """Check a command line's wishes and put them together."""
    return Wishes(
        mode=mode,
        targets=_addresses(targets, option="--target"),
        excludes=_addresses(excludes, option="--exclude"),
        replaces=_addresses(replaces, option="--replace"),
        overrides=overrides_of(overrides),
    )


def overrides_of(texts: Mapping[str, str]) -> dict[str, int]:
    """Read the guards that a command line lifts."""
    return {name: _number(name, text) for name, text in texts.items()}


def _addresses(texts: Iterable[str], *, option: str) -> tuple[Address, ...]:
    return tuple(address_of(text, option=option) for text in texts)


def address_of(text: str, *, option: str) -> Address:
    """Read an address from the command line."""
    try:
        return Address.parse(text)
    except ValueError as error:
        message = f"{option}: {error}"
        raise UsageError(message) from None


def _number(name: str, text: str) -> int:
    if name not in OVERRIDES:
        message = f"--override: there is no guard `{name}`"
        raise UsageError(message, hint=meant(name, OVERRIDES) or f"there are {listed(OVERRIDES)}")
    if not text.isdecimal():
        message = f"--override {name}={text}: `{text}` is not a number"
        raise UsageError(message, hint=f"write `--override {name}=10`")
    return int(text)
