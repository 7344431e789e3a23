"""Stacks for the tests of the core, read from real files, so that every place is a real one."""

import textwrap
from pathlib import Path

import pytest

from descope_state.app.surroundings import Surroundings
from descope_state.app.workspace import Opening, Workspace, opened
from descope_state.core.resolve import Resolution
from descope_state.errors import Invalid
from descope_state.model.resource import Desired
from tests.support.provider import FakeProvider, FakeWorld

SETTINGS = "dstate: 1\nname: demo\nenvironments: {dev: {endpoint: memory}}\n"


def workspace(root: Path, text: str, *, settings: str = SETTINGS) -> Workspace:
    """Write a stack of one file and open it."""
    (root / "dstate.yaml").write_text(settings, encoding="utf-8")
    (root / "a.yaml").write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
    surroundings = Surroundings(
        environ={},
        folder=root,
        now=lambda: "2026-01-01T00:00:00Z",
        providers=lambda: {"fake": FakeProvider(FakeWorld())},
        version="1",
        lineage=lambda: "L",
        key=lambda: bytes(32),
    )
    return opened(surroundings, Opening())


def resolved(root: Path, text: str, *, settings: str = SETTINGS) -> Resolution:
    """Resolve a stack of one file."""
    return workspace(root, text, settings=settings).resolution()


def desired(root: Path, text: str, *, settings: str = SETTINGS) -> dict[str, Desired]:
    """Give the resources that a stack wants, by their addresses, in their order."""
    found = resolved(root, text, settings=settings).desired
    return {str(one.address): one for one in found}


def problems(root: Path, text: str, *, settings: str = SETTINGS) -> list[str]:
    """Give all that is wrong with a stack: places, messages and hints."""
    with pytest.raises(Invalid) as caught:
        resolved(root, text, settings=settings)
    return [f"{one.origin} {one.message} | {one.hint}" for one in caught.value.problems]


def problem(root: Path, text: str, *, settings: str = SETTINGS) -> str:
    """Give the one thing that is wrong with a stack."""
    (found,) = problems(root, text, settings=settings)
    return found
