"""`drift accept`: what would be written, what follows from that, and the writing itself."""

from collections.abc import Callable, Sequence
from difflib import unified_diff
from functools import cache

from descope_state.app.accepting import Choose, Drafts, drafted
from descope_state.app.applying import Manner, Watch
from descope_state.app.consequences import Elsewhere, check_here, elsewhere
from descope_state.app.drifted import Leaf, Wish, found
from descope_state.app.planning import Planned, Reading, planned
from descope_state.app.settling import settle_first
from descope_state.app.surroundings import Surroundings
from descope_state.app.workspace import Opening, Workspace, opened
from descope_state.config.files import read_inside
from descope_state.core.planner import Wishes
from descope_state.errors import DstateError
from descope_state.frozen import dataclass
from descope_state.model.plan import Bindings
from descope_state.store.disk import DISK


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What would be written, and all that is worth saying about it."""

    workspace: Workspace
    bindings: Bindings
    drafts: Drafts
    notes: tuple[str, ...]
    elsewhere: Elsewhere

    def differences(self) -> list[str]:
        """Compare each file with what it is to hold."""
        return [self._difference(name) for name in sorted(self.drafts.files)]

    def _difference(self, name: str) -> str:
        before, after = self.drafts.read[name] or b"", self.drafts.files[name]
        lines = unified_diff(
            before.decode().splitlines(keepends=False),
            after.decode().splitlines(keepends=False),
            fromfile=name,
            tofile=name,
            n=2,
            lineterm="",
        )
        return "\n".join(lines)


def proposed(
    surroundings: Surroundings,
    opening: Opening,
    *,
    wishes: Sequence[Wish] | None,
    watch: Watch,
    manner: Manner,
    choose: Choose,
) -> Proposal:
    """Find out what accepting would write; nothing is written."""
    workspace = opened(surroundings, opening)
    settle_first(workspace, surroundings, watch=watch, manner=manner)
    reading = Reading(parallelism=manner.parallelism, capacity=manner.capacity)
    result = planned(workspace, surroundings, wishes=Wishes(), reading=reading)
    finding = found(workspace, result, wishes=wishes)
    drafter = _Drafter(surroundings, opening, workspace=workspace, planned=result, choose=choose)
    if wishes is None:
        drafts = drafter.what_can_be(finding.leaves, note=finding.notes.append)
    else:
        drafts = drafter.checked(finding.leaves)
    others = Elsewhere(fed={}, unasked=())
    if drafts.files:
        others = elsewhere(surroundings, opening, workspace=workspace, drafts=drafts.files)
    return Proposal(
        workspace=workspace,
        bindings=result.plan.bindings,
        drafts=drafts,
        notes=tuple(finding.notes),
        elsewhere=others,
    )


class _Drafter:
    """Drafts files for some leaves, and sees that they say these and nothing else."""

    def __init__(
        self,
        surroundings: Surroundings,
        opening: Opening,
        *,
        workspace: Workspace,
        planned: Planned,
        choose: Choose,
    ) -> None:
        self._surroundings = surroundings
        self._opening = opening
        self._workspace = workspace
        self._planned = planned
        self._choose = cache(choose)

    def checked(self, leaves: Sequence[Leaf]) -> Drafts:
        """Draft all of them, or refuse."""
        drafts = drafted(
            self._workspace,
            self._opening,
            folder=self._surroundings.folder,
            leaves=leaves,
            choose=self._choose,
        )
        if drafts.files:
            after = opened(self._surroundings, self._opening, drafts=drafts.files)
            check_here(self._workspace, self._planned, after=after, leaves=leaves)
        return drafts

    def what_can_be(self, leaves: Sequence[Leaf], *, note: Callable[[str], None]) -> Drafts:
        """Draft those that can be; each of the others is told of."""
        try:
            return self.checked(leaves)
        except DstateError:
            pass  # Which one it is shows when they are taken one after the other.
        taken: list[Leaf] = []
        for leaf in leaves:
            try:
                self.checked([*taken, leaf])
            except DstateError as error:
                note(_left(leaf, error))
            else:
                taken.append(leaf)
        return self.checked(taken)


def _left(leaf: Leaf, error: DstateError) -> str:
    first = error.problems[0]
    about = "" if first.message.startswith(leaf.title) else f"{leaf.title}: "
    return f"Left: {about}{first.message}" + (f"; {first.hint}" if first.hint else "")


def write(proposal: Proposal) -> None:
    """Write the files, each whole or not at all; one that somebody changed meanwhile is left."""
    root, drafts = proposal.workspace.root, proposal.drafts
    for name in drafts.files:
        before = drafts.read[name]
        now = read_inside(root, name) if (root / name).exists() else None
        if now != before:
            message = f"`{name}` was changed while you were asked; nothing was written"
            raise DstateError(message, hint="say it again")
    for name, data in drafts.files.items():
        if drafts.read[name] is None:
            DISK.check_inside(root, root / name)
            (root / name).parent.mkdir(exist_ok=True)
            DISK.publish(root / name, data)
        else:
            DISK.rewrite(root / name, data)
