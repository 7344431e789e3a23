"""`drift accept` on disk: through no link, over nobody's edit, and as readable as it was."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from descope_state.app.surroundings import Surroundings
from descope_state.cli.main import run
from descope_state.cli.terminal import Terminal
from tests.support.provider import FakeProvider, FakeWorld

SETTINGS = "dstate: 1\nname: demo\nenvironments: {dev: {endpoint: memory}}\n"
OURS = "resources:\n  label:\n    one: {name: One, description: Ours}   # kept\n"
THEIRS = OURS.replace("Ours", "Theirs")


class Desk:
    """A stack, its project, and who answers questions about it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "labels.yaml"
        self.world = FakeWorld()
        (folder / "dstate.yaml").write_text(SETTINGS)
        self.file.write_text(OURS)

    def said(self, line: str, *, ask: Callable[[str], str] | None = None) -> tuple[int, str]:
        out, err = io.StringIO(), io.StringIO()
        surroundings = Surroundings(
            environ={},
            folder=self.folder,
            now=lambda: "2026-01-01T00:00:00Z",
            providers=lambda: {"fake": FakeProvider(self.world)},
            version="1",
            lineage=lambda: "L",
            key=lambda: bytes(32),
        )
        terminal = Terminal(
            surroundings=surroundings, out=out, err=err, width=500, colour=False, ask=ask
        )
        return int(run(line.split(), terminal)), out.getvalue() + err.getvalue()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    found = Desk(tmp_path)
    assert found.said("apply -auto-approve")[0] == 0
    found.world.change("label", "label-1", description="Theirs")
    return found


def test_a_file_stays_as_readable_as_it_was(desk: Desk) -> None:
    desk.file.chmod(0o640)
    assert desk.said("drift accept --all -auto-approve")[0] == 0
    assert desk.file.read_text() == THEIRS
    assert desk.file.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in desk.folder.glob(".*")] == []


def test_a_link_is_not_written_through(desk: Desk) -> None:
    (desk.folder / "kept").mkdir()
    target = desk.file.rename(desk.folder / "kept" / "real.yaml")
    desk.file.symlink_to(target)
    status, told = desk.said("drift accept --all -auto-approve")
    assert status == 1
    assert "is not a plain file" in told
    assert target.read_text() == OURS
    assert desk.file.is_symlink()


def test_what_somebody_edits_meanwhile_is_left(desk: Desk) -> None:
    def edits(question: str) -> str:
        assert "Write this?" in question
        desk.file.write_text(OURS + "# mine\n")
        return "yes\n"

    status, told = desk.said("drift accept label.one", ask=edits)
    assert status == 1
    assert "was changed while you were asked; nothing was written" in told
    assert desk.file.read_text() == OURS + "# mine\n"


def test_nothing_is_written_where_nobody_can_be_asked(desk: Desk) -> None:
    status, told = desk.said("drift accept label.one.description")
    assert status == 5
    assert "nobody to ask" in told
    assert desk.file.read_text() == OURS
