"""Looks for drift in one environment or several, side by side, and says who did it if asked."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import field, replace
from datetime import datetime

from descope_state.app.applying import Manner, Watch
from descope_state.app.connecting import connected, gate_for, translated
from descope_state.app.planning import Planned, Reading, Sight, concluded, seen
from descope_state.app.ruling import ruled
from descope_state.app.settling import settle_first
from descope_state.app.surroundings import Surroundings
from descope_state.app.workspace import Opening, Workspace, opened
from descope_state.config.dotenv import environment as merged_environ
from descope_state.config.location import find_stack
from descope_state.config.settings import Settings, choose
from descope_state.core.blaming import Own, Trail, blamed
from descope_state.core.findings import alarms, findings
from descope_state.core.ignoring import judged
from descope_state.core.planner import Wishes
from descope_state.core.resolve import Resolution
from descope_state.errors import DstateError, Problem
from descope_state.frozen import dataclass
from descope_state.model.finding import Blame, Confidence, Rule, Sighting
from descope_state.model.value import Json
from descope_state.runtime.patience import patiently
from descope_state.sdk.provider import Deed, Trailed
from descope_state.store.audit import Audit

DAYS = 30
_DAY = 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """Where to look, and how closely.

    Without `environments` it is the one that the opening or the stack names; `every` is all.
    """

    opening: Opening
    environments: tuple[str, ...] = ()
    every: bool = False
    who: bool = False
    reading: Reading = field(default_factory=Reading)
    overrides: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What was found in one environment, and what it was found with."""

    sighting: Sighting
    warnings: tuple[Problem, ...] = ()
    planned: Planned | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """An environment that is ready to be looked at."""

    workspace: Workspace
    resolution: Resolution


def look(surroundings: Surroundings, looking: Looking, *, watch: Watch) -> tuple[Looked, ...]:
    """Look at every environment that is asked for; one that fails never hides another."""
    settings, rules = ruled(surroundings, looking.opening)
    names = _names(surroundings, settings, looking)
    places = {name: _place(surroundings, looking, name, watch=watch) for name in names}
    ready = {name: place for name, place in places.items() if isinstance(place, _Place)}
    sights = surroundings.run(_all_seen(surroundings, looking, ready))
    found: list[Looked] = []
    for name in names:
        protected = settings.environments[name].protected
        place, sight = places[name], sights.get(name)
        if isinstance(place, _Place) and isinstance(sight, Sight):
            found.append(_judge(surroundings, looking, place, sight=sight, rules=rules))
        else:
            error = place if isinstance(place, DstateError) else sight
            sighting = Sighting(environment=name, protected=protected, error=error)
            found.append(Looked(sighting=sighting))
    return (
        _with_who(surroundings, looking, tuple(found), places=ready)
        if looking.who
        else tuple(found)
    )


def _names(surroundings: Surroundings, settings: Settings, looking: Looking) -> tuple[str, ...]:
    if looking.every:
        return tuple(settings.environments)
    root = find_stack(surroundings.folder, chdir=looking.opening.chdir)
    environ = merged_environ(root, surroundings.environ)
    asked = looking.environments or (looking.opening.environment,)
    chosen = [choose(settings, asked=name, environ=environ).name for name in asked]
    return tuple(dict.fromkeys(chosen))


def _place(
    surroundings: Surroundings, looking: Looking, name: str, *, watch: Watch
) -> _Place | DstateError:
    try:
        workspace = opened(surroundings, replace(looking.opening, environment=name))
        reading = looking.reading
        settle_first(
            workspace,
            surroundings,
            watch=watch,
            manner=Manner(parallelism=reading.parallelism, capacity=reading.capacity),
        )
        return _Place(workspace=workspace, resolution=workspace.resolution())
    except DstateError as error:
        return error


async def _all_seen(
    surroundings: Surroundings, looking: Looking, ready: Mapping[str, _Place]
) -> dict[str, Sight | DstateError]:
    """See all environments at once; their calls share the limits of the service they go to."""

    async def one(place: _Place) -> Sight | DstateError:
        gate = gate_for(surroundings, capacity=looking.reading.capacity)
        try:
            return await seen(place.workspace, place.resolution, reading=looking.reading, gate=gate)
        except DstateError as error:
            return error

    sights = await asyncio.gather(*map(one, ready.values()))
    return dict(zip(ready, sights, strict=True))


def _judge(
    surroundings: Surroundings,
    looking: Looking,
    place: _Place,
    *,
    sight: Sight,
    rules: Sequence[Rule],
) -> Looked:
    workspace = place.workspace
    environment = workspace.documents.environment
    head = Sighting(
        environment=environment.name,
        protected=environment.protected,
        project_id=sight.observation.project_id,
        unapplied=not sight.snapshot.serial and not sight.snapshot.entries,
        calls=sight.observation.calls,
    )
    warnings = workspace.excerpted(workspace.documents.warnings)
    try:
        made = concluded(
            workspace,
            surroundings,
            resolution=place.resolution,
            sight=sight,
            wishes=Wishes(overrides=looking.overrides),
        )
    except DstateError as error:
        return Looked(sighting=replace(head, error=error), warnings=warnings)
    found = findings(
        made.plan,
        entries=sight.snapshot.entries,
        observation=sight.observation,
        catalog=workspace.catalog,
    )
    judgement = judged(
        found,
        rules=rules,
        alarms=alarms(made.plan),
        environment=environment.name,
        today=surroundings.now()[:10],
    )
    return Looked(sighting=replace(head, judgement=judgement), warnings=warnings, planned=made)


def _with_who(
    surroundings: Surroundings,
    looking: Looking,
    found: tuple[Looked, ...],
    *,
    places: Mapping[str, _Place],
) -> tuple[Looked, ...]:
    """Ask the trails, but only of environments where there is somebody to look for."""
    names = [one.sighting.environment for one in found if one.sighting.judgement.findings]
    asked = {name: places[name].workspace for name in names}
    since = milliseconds(surroundings.now()) - DAYS * _DAY
    trails = surroundings.run(_trails(surroundings, looking, asked, since=since))
    return tuple(
        _named(one, asked[one.sighting.environment], trails[one.sighting.environment])
        if one.sighting.environment in trails
        else one
        for one in found
    )


async def _trails(
    surroundings: Surroundings, looking: Looking, asked: Mapping[str, Workspace], *, since: int
) -> dict[str, Sequence[Deed] | DstateError | None]:
    async def one(workspace: Workspace) -> Sequence[Deed] | DstateError | None:
        gate = gate_for(surroundings, capacity=looking.reading.capacity)
        try:
            async with connected(workspace, gate) as session:
                if not isinstance(session, Trailed):
                    return None
                with translated(workspace):
                    return await patiently(lambda: session.trail(since), chance=gate.chance)
        except DstateError as error:
            return error

    return dict(zip(asked, await asyncio.gather(*map(one, asked.values())), strict=True))


def _named(
    looked: Looked, workspace: Workspace, deeds: Sequence[Deed] | DstateError | None
) -> Looked:
    judgement = looked.sighting.judgement
    warnings = looked.warnings
    if deeds is None or isinstance(deeds, DstateError):
        why = "this service has no trail" if deeds is None else "the trail could not be read"
        unknown = Blame(confidence=Confidence.UNKNOWN, why=why)
        named = [replace(one, who=unknown) for one in judgement.findings]
        if deeds is not None:
            warnings = (*warnings, *(_untold(problem) for problem in deeds.problems))
    else:
        records = Audit(folder=workspace.store.folder, disk=workspace.store.disk).records()
        trail = Trail(deeds=deeds, own=tuple(_own(records)))
        named = list(blamed(judgement.findings, trail=trail, catalog=workspace.catalog))
    judgement = replace(judgement, findings=tuple(named))
    return replace(
        looked, sighting=replace(looked.sighting, judgement=judgement), warnings=warnings
    )


def _untold(problem: Problem) -> Problem:
    message = f"who did it is unknown: {problem.message}"
    return replace(problem, message=message, warning=True)


def _own(records: Iterable[Mapping[str, Json]]) -> Iterator[Own]:
    """Read out of dstate's own trail what it did to which object, and when."""
    begun: dict[str, int] = {}
    for record in records:
        with suppress(ValueError):
            at = milliseconds(str(record.get("at", "")))
            run = str(record.get("run", ""))
            begun.setdefault(run, at)
            if record.get("kind"):
                yield Own(
                    kind=str(record["kind"]),
                    operation=str(record.get("operation", "")),
                    began=begun[run],
                    ended=at,
                    subjects=frozenset(_subjects(record)),
                )


def _subjects(record: Mapping[str, Json]) -> Iterator[str]:
    yield from filter(None, [str(record.get("id", ""))])
    for side in ("before", "after"):
        values = record.get(side)
        for name in ("id", "name"):
            value = values.get(name) if isinstance(values, dict) else None
            if isinstance(value, str) and value:
                yield value


def milliseconds(moment: str) -> int:
    """Turn a moment as dstate writes it into milliseconds since 1970."""
    return round(datetime.fromisoformat(moment).timestamp() * 1000)
