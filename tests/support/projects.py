"""Projects that somebody made in the console: any number of objects of every kind, oddly named.

A project is drawn as configurations, made by the kinds themselves in an embedded emulator, and
kept in the file that an environment of a stack has its emulated project in.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from hypothesis import strategies as st
from pydantic import ValidationError

from descope_state.app.applying import Applied, Manner, apply_fresh
from descope_state.app.confiding import Confided
from descope_state.app.importing import Everything, Found, import_all
from descope_state.app.planning import Planned, planned
from descope_state.app.surroundings import Surroundings
from descope_state.app.workspace import Opening, Workspace, opened
from descope_state.core.planner import Wishes
from descope_state.core.ports import SILENT, Observer
from descope_state.model.outcome import Settlement
from descope_state.model.plan import Plan
from descope_state.sdk.faults import Conflict, Indeterminate, NotFound, Rejected
from descope_state.sdk.schema import Config, Refers, Shape, Type, fields_of
from dstate_descope import Descope
from dstate_descope.emulator.world import World, load, save
from dstate_descope.naming import FILE
from dstate_descope.plugin import DescopeSession
from tests.provider.connections import embedded
from tests.provider.kind_samples import SAMPLES

Json = Any
ODD = (
    "NO", "010", "~", "null", "True", "1e3", "0x1F", "1_000", "2024-01-01", "=", "<<", "y",
    "${vars.x}", "$${x}", "${", "a: b", "a #b", "- x", "{a}", "[b]", "*x", "&y", "!t", "%d", "@",
    "`", "|", ">", '"q"', "'s'", "back\\slash", " lead", "trail ", "two\nlines\n", "two\nlines",
    "\n", "\r\n", "a\tb", "\x00", "\x85", "\u2028", "\u200b", "\ufeff", "日本", "Zürich", "e\u0301",
    "😀", "\U000e0001", "in", "Customer admin",
)  # fmt: skip
texts = st.sampled_from(ODD) | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
# What is made first may be referred to by what comes later.
ORDER = (
    "permission", "role", "sso_application", "jwt_template", "flow", "tenant", "user_attribute",
    "list", "inbound_application", "outbound_application", "access_key", "theme", "fga_schema",
    "password_settings", "tenant_settings", "scope_claim_mapping", "project",
)  # fmt: skip
SETTINGS = "dstate: 1\nname: any\nenvironments: {local: {endpoint: emulator}}\n"


@dataclass(slots=True)
class Drawing:
    """One project while it is drawn: what was made so far can be referred to."""

    draw: st.DrawFn
    known: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    made: list[tuple[str, Config]] = field(default_factory=list)

    def add(self, kind: str, number: int) -> None:
        """Draw one object of a kind from its samples."""
        sample = self.draw(st.sampled_from(SAMPLES[kind]))
        base = self.draw(st.sampled_from([sample.made, sample.changed]))
        model = type(base)
        values = base.model_dump(exclude_none=True, exclude={"client_secret"})
        for name, one in fields_of(model).items():
            if name in values and one.statable:
                values[name] = self._other(values[name], shape=one.shape, refers=one.refers)
                if not _fits(model, values):
                    values[name] = base.model_dump()[name]
        values = self._apart(kind, values, number=number)
        if _fits(model, values):
            self.made.append((kind, model.model_validate(values)))
            for name in ("id", "name"):
                if isinstance(values.get(name), str) and not values.get("parent"):
                    self.known.setdefault((kind, name), []).append(values[name])

    def _other(self, value: Json, *, shape: Shape, refers: tuple[Refers, ...] = ()) -> Json:
        if refers:
            choices = [
                one for each in refers for one in self.known.get((each.kind, each.field), [])
            ]
            if isinstance(value, list):
                return (
                    self.draw(st.lists(st.sampled_from(choices), unique=True, max_size=3))
                    if choices
                    else []
                )
            return self.draw(st.sampled_from(["", *choices]))
        match shape.type:
            case Type.STRING if not shape.choices:
                return self.draw(st.just(value) | texts)
            case Type.BOOLEAN:
                return self.draw(st.booleans())
            case Type.SET | Type.LIST | Type.KEYED if value and shape.item:
                return [self._other(item, shape=shape.item) for item in value]
            case Type.OBJECT if isinstance(value, dict):
                return {
                    name: self._other(
                        inner, shape=shape.fields[name].shape, refers=shape.fields[name].refers
                    )
                    for name, inner in value.items()
                }
            case Type.MAP | Type.JSON if isinstance(value, dict) and "styles" not in value:
                return {**value, **self.draw(st.dictionaries(texts, texts, max_size=2))}
            case _:
                return value

    def _apart(self, kind: str, values: dict[str, Any], *, number: int) -> dict[str, Any]:
        """Keep names and ids apart from those of others."""
        if kind in ("tenant_settings", "password_settings"):
            tenants = self.known.get(("tenant", "id"), [])
            choices = tenants if kind == "tenant_settings" else ["", *tenants]
            return {**values, "tenant": choices[number % len(choices)] if choices else "none"}
        for name in ("id", "name"):
            if isinstance(values.get(name), str) and kind != "project":
                values[name] = f"{values[name]}{number}"
        if kind == "tenant":
            values["id"] = values.get("id") or f"made-{number}"
        return values


def _fits(model: type[Config], values: Mapping[str, Any]) -> bool:
    try:
        model.model_validate(values)
    except (ValidationError, UnicodeEncodeError):
        return False
    return True


@st.composite
def projects(draw: st.DrawFn) -> list[tuple[str, Config]]:
    """Draw what a project holds, in an order in which it can be made."""
    drawing = Drawing(draw)
    for kind in ORDER:
        single = kind in ("theme", "fga_schema", "scope_claim_mapping", "project")
        for number in range(draw(st.integers(0, 1 if single else 2))):
            drawing.add(kind, number)
    return drawing.made


def made(project: list[tuple[str, Config]]) -> World:
    """Make a project in the emulator; what it does not take is not there."""
    return asyncio.run(_made(project))


async def _made(project: list[tuple[str, Config]]) -> World:
    async with embedded(tier=2) as opened:
        session = cast("DescopeSession", opened)
        for kind, config in project:
            with suppress(Rejected, Conflict, NotFound, Indeterminate):
                await session.kinds[kind].create(config)
        world: World = cast("Any", session.transport).world()
        return world


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A folder with a stack in it, whose emulated project is given."""

    folder: Path

    def hold(self, world: World) -> None:
        """Let the environment `local` be this project."""
        (self.folder / "dstate.yaml").write_text(SETTINGS)
        save(world, self.folder / "state" / "local" / FILE)

    def held(self) -> World:
        """Give the project of the environment `local` as it is now."""
        return load(self.folder / "state" / "local" / FILE)

    @property
    def surroundings(self) -> Surroundings:
        """The world of a command that runs here."""
        return Surroundings(
            environ={},
            folder=self.folder,
            now=lambda: "2026-01-01T00:00:00Z",
            providers=lambda: {"descope": Descope()},
            version="1",
            lineage=lambda: "L",
            key=lambda: bytes(32),
        )

    def imported(self, *, baseline: bool = False) -> Found:
        """Bring in all there is."""
        came = import_all(
            self.surroundings,
            Opening(),
            everything=Everything(baseline=baseline),
            manner=Manner(automatic=True),
            watch=Quiet(),
        )
        return came.found

    def apply(self) -> Applied:
        """Make the project what the stack says."""
        secrets = self.folder / "state" / "secrets"
        return apply_fresh(
            self.surroundings,
            Opening(),
            wishes=Wishes(),
            manner=Manner(automatic=True, secrets_into=str(secrets)),
            watch=Quiet(),
        )

    def plan(self) -> Plan:
        """Plan what there is."""
        here = self.surroundings
        return planned(opened(here, Opening()), here, wishes=Wishes()).plan

    def files(self) -> dict[str, bytes]:
        """Give the files of the stack, the state left out."""
        return dict(self._files())

    def _files(self) -> Iterator[tuple[str, bytes]]:
        for path in sorted(self.folder.rglob("*")):
            name = str(path.relative_to(self.folder))
            if path.is_file() and not name.startswith("state/"):
                yield name, path.read_bytes()


class Quiet:
    """Watches, and says nothing."""

    def reading(self, *, kinds: int) -> None:
        """Say nothing."""

    def waiting(self, seconds: float) -> None:
        """Say nothing."""

    def found(self, found: Found) -> None:
        """Say nothing."""

    def target(self, environment: str, project_id: str) -> None:
        """Say nothing."""

    def warned(self, message: str) -> None:
        """Say nothing."""

    def settled(self, settlement: Settlement) -> None:
        """Say nothing."""

    def planned(self, workspace: Workspace, result: Planned) -> None:
        """Say nothing."""

    def named(self, environment: str) -> str:
        """Type what is asked for."""
        return environment

    def approved(self, plan: Plan) -> bool:
        """Approve."""
        del plan
        return True

    @contextmanager
    def observing(self, plan: Plan, *, run: str) -> Iterator[Observer]:
        """Say nothing."""
        del plan, run
        yield SILENT

    def stopping(self) -> None:
        """Say nothing."""

    def sees(self) -> bool:
        """Tell that nobody is there."""
        return False

    def confided(self, told: Sequence[Confided]) -> None:
        """Say nothing."""
