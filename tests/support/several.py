"""Several projects of one stack, drawn alike and yet different, and one stack made of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

from descope_state.app.applying import Manner
from descope_state.app.factoring import Seen, Several, import_several
from descope_state.app.planning import planned
from descope_state.app.surroundings import Surroundings
from descope_state.app.workspace import Opening, opened
from descope_state.core.planner import Wishes
from descope_state.model.outcome import Outcome
from descope_state.model.plan import Plan
from descope_state.sdk.schema import Config
from dstate_descope.emulator.world import World, save
from dstate_descope.naming import FILE, emulated_project
from tests.support.projects import Desk, Quiet, projects

Project = list[tuple[str, Config]]
NAMES = ("dev", "prod", "staging")


@st.composite
def families(draw: st.DrawFn) -> dict[str, Project]:
    """Draw two or three projects: some objects in all, some alike, some in one alone."""
    first, second = draw(projects()), draw(projects())
    kept = draw(st.lists(st.booleans(), min_size=len(first), max_size=len(first)))
    third = [one for one, keep in zip(first, kept, strict=True) if keep]
    every = draw(st.permutations([first, second, third]))
    return dict(zip(NAMES[: draw(st.integers(2, 3))], every, strict=False))


class Agreeing(Quiet):
    """Watches several projects, and says yes; what it was warned of is kept."""

    def __init__(self, *, agrees: bool = True) -> None:
        self._agrees = agrees
        self.warnings: list[str] = []

    def reading(self, environment: str = "", *, kinds: int) -> None:
        """Say nothing."""

    def found(self, found: object) -> None:
        """Say nothing."""

    def warned(self, message: str) -> None:
        """Keep it."""
        self.warnings.append(message)

    def agreed(self, environments: tuple[str, ...]) -> bool:
        """Say what was decided beforehand."""
        del environments
        return self._agrees


@dataclass(frozen=True, slots=True, kw_only=True)
class Desks:
    """A folder with a stack of several environments, each with an emulated project."""

    folder: Path

    def hold(self, worlds: dict[str, World], *, more: str = "") -> None:
        """Let each environment be its project."""
        lines = [f"  {name}: {{endpoint: emulator}}" for name in worlds]
        text = "\n".join(["dstate: 1", "name: any", "environments:", *lines]) + "\n" + more
        (self.folder / "dstate.yaml").write_text(text)
        for name, world in worlds.items():
            world.project_id = emulated_project(name)
            save(world, self.folder / "state" / name / FILE)

    @property
    def surroundings(self) -> Surroundings:
        """The world of a command that runs here."""
        return Desk(folder=self.folder).surroundings

    def factored(
        self, names: Sequence[str], out: str, *, watch: Agreeing | None = None, asks: bool = False
    ) -> tuple[Seen, dict[str, Outcome]]:
        """Bring environments in together."""
        return import_several(
            self.surroundings,
            Opening(),
            several=Several(environments=tuple(names), out=Path(out)),
            manner=Manner(automatic=not asks),
            watch=watch or Agreeing(),
        )

    def plan(self, out: str, name: str) -> Plan:
        """Plan what was made of them."""
        here = Opening(chdir=self.folder / out, environment=name)
        return planned(opened(self.surroundings, here), self.surroundings, wishes=Wishes()).plan

    def files(self, out: str) -> dict[str, bytes]:
        """Give the files of a stack that was made, without its states."""
        return Desk(folder=self.folder / out).files()
