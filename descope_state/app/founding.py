"""Founds a stack on a project: from credentials that are at hand to YAML of all it holds."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path

from descope_state.app.applying import Manner
from descope_state.app.beginning import (
    LOCAL,
    Beginning,
    beside,
    check_environments,
    checked,
    refuse_stack,
    settings_of,
)
from descope_state.app.connecting import address_variable
from descope_state.app.describing import json_schema
from descope_state.app.designing import Design
from descope_state.app.importing import Everything, Imported, IntakeWatch, import_all
from descope_state.app.surroundings import Surroundings
from descope_state.app.workspace import Opening
from descope_state.config.credentials import Named, bare, named, variables
from descope_state.config.dotenv import environment as merged_environ
from descope_state.config.location import state_folder
from descope_state.config.settings import SETTINGS_FILE
from descope_state.errors import BadCredentials, UsageError
from descope_state.frozen import dataclass
from descope_state.model.nearness import listed, nearest
from descope_state.model.unspoken import Unspoken

_ABOVE = "yaml-language-server: $schema=../.dstate/schema.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class AtHand:
    """The credentials that are at hand for a folder.

    `elsewhere` names the variables that a command in the folder will not find again.
    """

    environ: Mapping[str, str] = field(repr=False)
    provider: str
    found: tuple[Named, ...]
    asked: str = ""
    elsewhere: frozenset[str] = frozenset()

    @property
    def environments(self) -> list[str]:
        """The environments that there are whole credentials of."""
        return [one.environment for one in self.found if one.environment and not one.missing]

    @property
    def choice(self) -> Sequence[str]:
        """The environments among which somebody must choose, where nobody has."""
        return self.environments if not self.asked and len(self.environments) > 1 else ()

    @property
    def nameless(self) -> bool:
        """Whether there are credentials alone that do not say which environment they are of."""
        return not self.asked and not self.environments and self.of("") is not None

    def of(self, environment: str) -> Named | None:
        """Give the credentials of one environment."""
        return next((one for one in self.found if one.environment == environment), None)


def at_hand(surroundings: Surroundings, place: Path, *, asked: str = "") -> AtHand:
    """Look for credentials: in variables, in `.env` of the folder or of this one, in a keychain."""
    refuse_stack(place)
    there = merged_environ(place, surroundings.environ)
    # The folder may be a new one, and the credentials in the one that it is made from.
    environ = Unspoken({**merged_environ(surroundings.folder, surroundings.environ), **there})
    provider = next(iter(surroundings.providers()))
    asked = asked or environ.get("DSTATE_ENV", "")
    check_environments((asked,) if asked else ())
    found = named(environ, provider=provider, asked=asked)
    return AtHand(
        environ=environ,
        provider=provider,
        found=found,
        asked=asked,
        elsewhere=frozenset(environ.keys() - there.keys()),
    )


def chosen(at: AtHand) -> Named:
    """Say whose project is to be brought in; refuses where that is not clear, or cannot be."""
    names = at.environments
    if at.asked:
        return _whole(at, _asked(at))
    if len(names) > 1:
        message = f"there are credentials of {listed(names)}: which of the projects is it to be?"
        raise UsageError(message, hint="name one with --env; one project is brought in at a time")
    if names:
        return _whole(at, at.of(names[0]))
    partial = next((one for one in at.found if one.environment), at.of(""))
    if partial is not None and not partial.environment and not partial.missing:
        message = f"which environment is the project of `{bare(at.provider)[0]}`?"
        raise UsageError(message, hint="name it with --env, for instance --env dev")
    return _whole(at, partial)


def _asked(at: AtHand) -> Named | None:
    own, any_ = at.of(at.asked), at.of("")
    if own is not None or any_ is None:
        return own
    for one in at.found:
        if one.environment and one.project_id == any_.project_id != "":
            variable = bare(at.provider)[0]
            message = f"`{variable}` is the project of `{one.environment}`, not of `{at.asked}`"
            raise BadCredentials(message, hint=_set(at, at.asked))
    return Named(environment=at.asked, project_id=any_.project_id, missing=any_.missing)


def _whole(at: AtHand, one: Named | None) -> Named:
    if one is None:
        whose = f" of `{at.asked}`" if at.asked else ""
        message = f"there are no credentials{whose}, and nothing was written"
        near = nearest(at.asked, at.environments) if at.asked else None
        hint = f"did you mean --env {near}?" if near else _set(at, at.asked or "<env>")
        raise BadCredentials(message, hint=hint)
    if one.missing:
        message = f"the credentials are not whole: `{one.missing[0]}` is missing"
        raise BadCredentials(message, hint=_set(at, one.environment))
    return one


def _set(at: AtHand, environment: str) -> str:
    names = (variables(at.provider, environment), bare(at.provider))
    either = ", or ".join(" and ".join(pair) for pair in names[not environment :])
    return f"set {either}: in the environment, or in a `.env` that git ignores"


@dataclass(frozen=True, slots=True, kw_only=True)
class Foundation:
    """A stack that is to be founded on the project of its first environment."""

    place: Path
    name: str
    at: AtHand
    one: Named
    baseline: bool = False

    @property
    def remains(self) -> list[Path]:
        """What stands where it came to nothing: the stack, and its state where that is apart."""
        if not (self.place / SETTINGS_FILE).exists():
            return []
        home = state_folder(self.place, stack=self.name, path="", environment=self.one.environment)
        apart = home.exists() and self.place.resolve() not in home.resolve().parents
        return [self.place, home] if apart else [self.place]

    @property
    def address_variable(self) -> str:
        """The variable, if any, without which nobody would find the service."""
        return address_variable(self.at.environ, provider=self.at.provider)

    @property
    def keys_elsewhere(self) -> bool:
        """Whether a command in the new stack would look for its credentials in vain."""
        names = variables(self.at.provider, self.one.environment)
        return not self.at.elsewhere.isdisjoint((*names, *bare(self.at.provider)))

    @property
    def beginning(self) -> Beginning:
        """What the stack is called, and the environments that it has."""
        first = self.one.environment
        if first == LOCAL:
            message = f"`{LOCAL}` is the emulator in every new stack, and cannot be a project"
            raise UsageError(message, hint="name it otherwise with --env, for instance --env dev")
        others = [name for name in self.at.environments if name not in (first, LOCAL)]
        projects = {name: self.at.of(name) for name in others}
        pinned = {name: one.project_id for name, one in projects.items() if one is not None}
        found = checked(self.name, (first, *others))
        return Beginning(
            name=found.name,
            environments=found.environments,
            projects={first: self.one.project_id, **pinned},
        )


def founded(surroundings: Surroundings, foundation: Foundation, *, watch: IntakeWatch) -> Imported:
    """Make the stack, and take everything in that the project holds; all of it or nothing."""
    beginning = foundation.beginning
    text = settings_of(beginning)
    design = Design(
        environment=foundation.one.environment,
        environ=foundation.at.environ,
        settings=lambda _project: text,
        beside=beside(beginning, json_schema(surroundings)),
        above=(_ABOVE,),
    )
    # It was asked for, and the project is only read: nobody need be asked again.
    manner = Manner(automatic=True, confirmed=foundation.one.environment)
    everything = Everything(
        baseline=foundation.baseline, out=foundation.place, design=design, command="init"
    )
    return import_all(surroundings, Opening(), everything=everything, manner=manner, watch=watch)
