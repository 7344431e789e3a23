"""Plans and applies what a command wants of single objects, whatever the stack says of them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from descope_state.app.admission import confirm
from descope_state.app.applying import Applied, Ground, Manner, Watch, held_for
from descope_state.app.locking import refusals_told, started_by
from descope_state.app.planning import (
    Planned,
    Reading,
    Scope,
    Sight,
    accompanied,
    requested,
    sighted,
)
from descope_state.app.surroundings import Surroundings
from descope_state.app.workspace import Opening, Workspace, opened
from descope_state.core.planner import Wishes
from descope_state.core.resolve import Resolution
from descope_state.core.wanted import Places, Wanted, plan_wanted, resolution_of
from descope_state.errors import Invalid
from descope_state.frozen import dataclass
from descope_state.model.plan import DIRECT


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a command sees before it says what it wants."""

    workspace: Workspace
    sight: Sight
    stack: Resolution

    @property
    def places(self) -> Places:
        """Where objects stand in the state and in the stack."""
        return Places(
            self.stack.desired, self.sight.snapshot.entries, catalog=self.workspace.catalog
        )


Decide = Callable[[Seen], Sequence[Wanted]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a command asks for: by which name, after a look at what, and what it wants then.

    `whole` are objects of kinds whose list lacks fields, by id or natural key, to be read whole.
    """

    command: str
    kinds: Collection[str]
    decide: Decide
    whole: Mapping[str, Collection[str]]
    overrides: Mapping[str, int]


def plan_order(
    workspace: Workspace,
    surroundings: Surroundings,
    *,
    order: Order,
    reading: Reading,
) -> Planned:
    """Look, hear what is wanted, and plan it."""
    stack = workspace.resolution()
    scope = Scope(kinds=order.kinds, managed=order.whole)
    sight = sighted(workspace, surroundings, scope=lambda _: scope, reading=reading)
    wanted = order.decide(Seen(workspace=workspace, sight=sight, stack=stack))
    guarded = {one.address for one in stack.desired if one.lifecycle.prevent_destroy}
    resolution = resolution_of(
        wanted,
        sight.snapshot.entries,
        catalog=workspace.catalog,
        sources=workspace.sources,
        guarded=guarded,
    )
    wishes = Wishes(mode=DIRECT, overrides=order.overrides)
    request = requested(workspace, surroundings, sight=sight, resolution=resolution, wishes=wishes)
    try:
        made = plan_wanted(replace(request, guarded=frozenset(guarded)), wanted)
    except Invalid as error:
        raise workspace.shown(error) from None
    result = Planned(
        plan=made,
        key=sight.key,
        resolution=resolution,
        snapshot=sight.snapshot,
        observation=sight.observation,
        warnings=workspace.documents.warnings,
    )
    return accompanied(workspace, surroundings, result=result, reading=reading)


def apply_order(
    surroundings: Surroundings, opening: Opening, *, order: Order, manner: Manner, watch: Watch
) -> Applied:
    """Look, plan, show, ask and apply: all under one lock."""
    workspace = opened(surroundings, opening)
    name = workspace.environment
    started = started_by(surroundings, order.command)
    with refusals_told(workspace, surroundings, started=started):
        if workspace.documents.environment.protected:
            confirm(name, typed=manner.confirmed or watch.named(name))
    with held_for(workspace, surroundings, started=started, manner=manner) as held:
        ground = Ground(
            held=held, workspace=workspace, surroundings=surroundings, manner=manner, watch=watch
        )
        ground.settle()
        reading = Reading(parallelism=manner.parallelism, capacity=manner.capacity)
        result = plan_order(workspace, surroundings, order=order, reading=reading)
        held.reload()
        watch.target(name, result.plan.bindings.project_id)
        return ground.ask_and_apply(result, started=started)
