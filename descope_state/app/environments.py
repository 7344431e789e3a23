"""The environments of a stack: what each is by its files, and what its project holds by sight."""

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from descope_state.app.citing import citing
from descope_state.app.connecting import connected, gate_for, provider_for, translated
from descope_state.app.planning import Reading, read_whole, remembered_for
from descope_state.app.surroundings import Surroundings
from descope_state.app.workspace import Opening, Workspace, opened, outlined
from descope_state.config.credentials import variables
from descope_state.config.location import find_stack
from descope_state.config.settings import read_settings
from descope_state.core.comparing import Side, side
from descope_state.core.observation import Observation
from descope_state.core.portable import Atlas
from descope_state.core.resolve import Resolution
from descope_state.errors import DstateError, UsageError
from descope_state.frozen import dataclass
from descope_state.model.state import Snapshot
from descope_state.model.value import Value
from descope_state.runtime.gate import Gate
from descope_state.runtime.refresh import refresh
from descope_state.sdk.schema import Schema

_SECRETIVE = ("secret", "password", "passphrase", "token", "key", "credential")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One environment as its settings and its state describe it; `wrong` where the state cannot."""

    name: str
    endpoint: str
    project_id: str
    pinned: bool
    protected: bool
    default: bool
    serial: int | None = None
    resources: int = 0
    pending: int = 0
    wrong: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """One environment with its variables, and where its credentials are looked for.

    `credentials` say of each variable of the process whether it is set; `masked` are the variables
    of the stack whose values are not to be shown.
    """

    profile: Profile
    folder: str
    variables: Mapping[str, Value]
    masked: frozenset[str]
    exclude: tuple[str, ...]
    kinds: Mapping[str, int]
    credentials: Mapping[str, bool]


def profiles(surroundings: Surroundings, opening: Opening) -> list[Profile]:
    """Describe every environment of a stack, in the order in which its settings name them."""
    settings = read_settings(find_stack(surroundings.folder, chdir=opening.chdir))
    return [
        _profile(
            outlined(surroundings, replace(opening, environment=name)),
            default=name == settings.default_environment,
        )
        for name in settings.environments
    ]


def _profile(workspace: Workspace, *, default: bool) -> Profile:
    environment = workspace.documents.environment
    plain = Profile(
        name=environment.name,
        endpoint=environment.endpoint or provider_for(workspace).name,
        project_id=environment.project_id,
        pinned=bool(environment.project_id),
        protected=environment.protected,
        default=default,
    )
    try:
        snapshot = workspace.store.snapshot()
    except DstateError as error:
        return replace(plain, wrong=f"{error.message}; {error.hint}")
    if snapshot is None:
        return plain
    return replace(
        plain,
        project_id=plain.project_id or snapshot.project_id,
        serial=snapshot.serial,
        resources=len(snapshot.entries),
        pending=len(snapshot.pending),
    )


def detailed(surroundings: Surroundings, opening: Opening) -> Detail:
    """Describe one environment with all that the stack's settings and variables give it."""
    workspace = opened(surroundings, opening)
    settings = read_settings(workspace.root)
    profile = _profile(workspace, default=workspace.environment == settings.default_environment)
    values = workspace.documents.variables
    return Detail(
        profile=profile,
        folder=str(workspace.store.folder),
        variables=values,
        masked=frozenset(name for name in values if _secretive(name)),
        exclude=workspace.documents.environment.exclude,
        kinds={} if profile.wrong else _kinds(workspace),
        credentials=_credentials(workspace),
    )


def _secretive(name: str) -> bool:
    """Tell whether a variable is called like something that must not be on a screen."""
    return any(word in name.lower() for word in _SECRETIVE)


def _kinds(workspace: Workspace) -> dict[str, int]:
    snapshot = workspace.store.snapshot()
    counts: dict[str, int] = {}
    for address in sorted(snapshot.entries if snapshot is not None else ()):
        counts[address.kind] = counts.get(address.kind, 0) + 1
    return counts


def _credentials(workspace: Workspace) -> dict[str, bool]:
    provider = provider_for(workspace)
    if workspace.documents.environment.endpoint in provider.keyless:
        return {}
    names = variables(provider.name, workspace.environment)
    return {name: bool(workspace.environ.get(name)) for name in names}


# -- by sight ---------------------------------------------------------------------------------


class Everything(Collection[str]):
    """What is to be read whole: all there is. It is empty, for nothing of it must be there."""

    def __contains__(self, name: object) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class View:
    """One environment as it is now: its stack, and its project with all that is in it.

    `unread` counts settings that nobody manages and that were therefore not read, by their kind.
    """

    workspace: Workspace
    side: Side
    unread: Mapping[str, int]

    @property
    def observation(self) -> Observation:
        """What was seen."""
        return self.side.atlas.observation


def workspaces(
    surroundings: Surroundings, opening: Opening, *, names: Sequence[str]
) -> list[Workspace]:
    """Open the stack once for each environment; no two of them may be the same."""
    if len(set(names)) < len(names):
        message = "an environment is compared with others, not with itself"
        raise UsageError(message, hint="name each of them once")
    return [opened(surroundings, replace(opening, environment=name)) for name in names]


def viewed(
    found: Sequence[Workspace], surroundings: Surroundings, *, reading: Reading
) -> list[View | DstateError]:
    """Look at several projects side by side; one that cannot be read is told by its error."""
    stacks = [workspace.resolution() for workspace in found]

    async def look() -> list[_Sight | BaseException]:
        looks = (
            _observed(
                workspace,
                resolution,
                gate_for(surroundings, capacity=reading.capacity),
                reading=reading,
            )
            for workspace, resolution in zip(found, stacks, strict=True)
        )
        return await asyncio.gather(*looks, return_exceptions=True)

    answers: list[_Sight | BaseException] = surroundings.run(look())
    return [_view(*one) for one in zip(found, stacks, answers, strict=True)]


def seen(found: Sequence[Workspace], surroundings: Surroundings, *, reading: Reading) -> list[View]:
    """Look at several projects side by side; where one cannot be read, that is an error."""
    views: list[View] = []
    for view in viewed(found, surroundings, reading=reading):
        if isinstance(view, DstateError):
            raise view
        views.append(view)
    return views


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class _Sight:
    """What was seen of one project; `unread` counts settings that were listed and not read."""

    observation: Observation
    snapshot: Snapshot
    unread: Mapping[str, int]


async def _observed(
    workspace: Workspace, resolution: Resolution, gate: Gate, *, reading: Reading
) -> _Sight:
    provider = provider_for(workspace)
    async with connected(workspace, gate) as session:
        snapshot = remembered_for(workspace, session)
        schemas = {
            kind: described.schema
            for kind, described in workspace.catalog.items()
            if described.schema.provider == provider.name and kind in session.kinds
        }
        known = read_whole(resolution, snapshot, catalog=workspace.catalog)
        # One call for each tenant would be too much: of settings, those that somebody manages.
        whole: dict[str, Collection[str]] = {
            kind: {*known.get(kind, ()), ""} if _costly(schema) else Everything()
            for kind, schema in schemas.items()
        }
        with translated(workspace):
            observation = await refresh(
                session,
                kinds=schemas,
                managed=whole,
                catalog=workspace.catalog,
                gate=gate,
                parallelism=reading.parallelism,
            )
    costly = [kind for kind, schema in schemas.items() if _costly(schema)]
    return _without_unread(observation, snapshot, {kind: whole[kind] for kind in costly})


def _costly(schema: Schema) -> bool:
    """Tell whether a kind has one object for each of another, to be read one by one."""
    return schema.singleton and schema.partial_list


def _without_unread(
    observation: Observation, snapshot: Snapshot, whole: Mapping[str, Collection[str]]
) -> _Sight:
    """Leave out what was only listed: what is not known of it must not count as its defaults."""
    read = {
        kind: {
            id_: live
            for id_, live in observation.live.get(kind, {}).items()
            if id_ in names or live.identity in names
        }
        for kind, names in whole.items()
    }
    unread = {kind: len(observation.live.get(kind, {})) - len(kept) for kind, kept in read.items()}
    return _Sight(
        observation=replace(observation, live={**observation.live, **read}),
        snapshot=snapshot,
        unread={kind: number for kind, number in unread.items() if number},
    )


def _view(
    workspace: Workspace, resolution: Resolution, answer: _Sight | BaseException
) -> View | DstateError:
    if isinstance(answer, DstateError):
        return answer
    if isinstance(answer, BaseException):
        raise answer
    atlas = Atlas(answer.observation, workspace.catalog, cites=citing(workspace.providers))
    return View(
        workspace=workspace,
        unread=answer.unread,
        side=side(
            workspace.environment,
            atlas,
            desired=resolution.desired,
            entries=answer.snapshot.entries,
            catalog=workspace.catalog,
            partly=frozenset(answer.unread),
        ),
    )
