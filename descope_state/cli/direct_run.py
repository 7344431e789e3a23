"""Runs the commands that change single objects: asks, shows, applies, prints what came of it."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from descope_state.app.applying import Applied, Manner
from descope_state.app.browsing import browse, inhabitants
from descope_state.app.direct import Deed, Going
from descope_state.app.drafting import (
    Addition,
    Draft,
    addition,
    block_text,
    free_address,
    refuse_stated,
)
from descope_state.app.filing import filed
from descope_state.app.leafing import document_field, named_in, read_document
from descope_state.app.planning import Reading
from descope_state.app.wanted import Order, apply_order, plan_order
from descope_state.app.workspace import Opening, Workspace, opened
from descope_state.cli.applying_run import print_outcome, status_of
from descope_state.cli.attendant import Attendant
from descope_state.cli.browsing import Noun
from descope_state.cli.terminal import Terminal
from descope_state.core.going import Bond
from descope_state.errors import BadCredentials, DstateError, Exit, Locked, Refused, UsageError
from descope_state.frozen import dataclass
from descope_state.model.nearness import listed
from descope_state.model.resource import Live
from descope_state.report.clean import clean
from descope_state.report.going import going_text
from descope_state.report.spans import data, line


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """Where, how and about which kind something is to be done; `dry` only shows it."""

    terminal: Terminal
    opening: Opening
    noun: Noun
    manner: Manner
    dry: bool

    @property
    def kind(self) -> str:
        """The kind that it is about."""
        return self.noun.kind

    def deed(self) -> Deed:
        """Give what all commands about the kind have in common."""
        return Deed(
            kind=self.kind,
            bonds={kind: Bond(bond) for kind, bond in self.noun.bonds.items()},
            overrides=self.manner.overrides,
            notice=self._notice,
            going=self._going,
            inhabitants=self._inhabitants,
        )

    def _inhabitants(self, lives: Sequence[Live]) -> Sequence[Mapping[str, int]]:
        return inhabitants(self.terminal.surroundings, self.opening, lives=lives)

    def _notice(self, text: str) -> None:
        self.terminal.tell([line(clean(f"Note: {text}."), "dim")])

    def _going(self, going: Going) -> None:
        live, desired = going.live, going.place.desired
        origin = desired.locate(()) if desired is not None else None
        lines = going_text(
            f"{live.kind} `{live.identity or live.id}` ({live.id})",
            going.ties,
            inhabitants=going.inhabitants,
            stated=f"{origin.file}:{origin.line}" if origin is not None else "",
            users=going.users,
            width=self.terminal.width,
        )
        self.terminal.answer(lines)

    def workspace(self) -> Workspace:
        """Open the stack."""
        return opened(self.terminal.surroundings, self.opening)

    def carry_out(self, order: Order) -> int:
        """Plan, show and apply; or only show."""
        surroundings, watch = self.terminal.surroundings, Attendant(terminal=self.terminal)
        if self.dry:
            workspace = self.workspace()
            result = plan_order(workspace, surroundings, order=order, reading=Reading())
            bindings = result.plan.bindings
            watch.target(bindings.environment, bindings.project_id)
            watch.planned(workspace, result)
            refused = result.plan.violations or result.plan.stuck
            return Exit.REFUSED if refused else Exit.DONE
        applied = apply_order(
            surroundings, self.opening, order=order, manner=self.manner, watch=watch
        )
        return self._ended(applied)

    def _ended(self, applied: Applied) -> int:
        if applied.plan.effective:
            print_outcome(self.terminal, applied, json=False)
        self.terminal.explained = True
        return status_of(applied.outcome)

    def ids(self, subjects: Sequence[str] | None) -> tuple[str, ...]:
        """Give the ids of what texts name; or of all that not every new project holds."""
        found = browse(
            self.terminal.surroundings,
            self.opening,
            kind=self.kind,
            subjects=subjects,
            whole=False,
            fresh=True,
        )
        if subjects is not None:
            return tuple(one.live.id for one in found.found)
        own = (one.live for one in found.found if one.live.identity not in found.native)
        return tuple(live.id for live in own)


def run_create(doing: Doing, pairs: list[tuple[str, str]], *, file: str | None) -> int:
    """Make an object."""
    workspace = doing.workspace()
    draft = Draft(described=workspace.catalog[doing.kind], pairs=pairs)
    if draft.missing:
        _ask(doing, draft)
    attributes = draft.attributes()
    address = free_address(workspace, doing.kind, attributes=attributes)
    new: Addition | None = None
    if file is not None:
        refuse_stated(workspace, doing.kind, attributes=attributes)
        new = addition(workspace, file, address=address, attributes=attributes)
    where = f"In {file}:" if file is not None else "In a stack it would be:"
    doing.terminal.tell([line(clean(where), "dim")])
    doing.terminal.tell([(data(f"  {text}"),) for text in block_text(address, attributes)])
    order = doing.deed().creation(draft.given, kept=address if new is not None else None)
    if new is None or doing.dry:
        return doing.carry_out(order)
    return _writing(doing, order, new=new)


def _writing(doing: Doing, order: Order, *, new: Addition) -> int:
    """State the object in the stack before it is made: a block without one makes it later."""
    new.write()
    try:
        status = doing.carry_out(order)
    except (Refused, UsageError, Locked, BadCredentials):
        new.take_back()
        raise
    except DstateError:
        # It may have been made; stated, it is at worst made by the next apply.
        doing.terminal.note(f"{new.address} stays in {new.path.name}.")
        raise
    doing.terminal.note(f"{new.address} was added to {new.path.name}.")
    return status


def _ask(doing: Doing, draft: Draft) -> None:
    """Ask for what is missing, and then for what is often stated."""
    ask = doing.terminal.ask
    if ask is None:
        message = f"a {doing.kind} needs {listed(draft.missing)}"
        raise UsageError(message, hint=f"`dstate {doing.kind} create --help` shows how to say it")
    fields = draft.described.schema.fields
    said = {name for name, _ in draft.pairs}
    asked = (*draft.missing, *(name for name in doing.noun.asked if name not in said))
    for name in asked:
        doing.terminal.note(fields[name].description)
        needed = fields[name].required
        _answered(doing, draft, name, ask=ask, needed=needed)


def _answered(
    doing: Doing, draft: Draft, name: str, *, ask: Callable[[str], str], needed: bool
) -> None:
    """Take answers until one is good; an empty one leaves out what need not be stated."""
    words = f"{name}: " if needed else f"{name} (empty for none): "
    while True:
        answer = ask(words)
        if not answer:
            message = "the input ended before everything was said"
            raise Refused(message, hint="say it with options")
        text = answer.strip()
        if not text and not needed:
            return
        wrong = draft.take(name, text)
        if not wrong:
            return
        doing.terminal.tell([line(clean(f"  {wrong}"), "warning")])


def run_update(doing: Doing, which: str, *, pairs: list[tuple[str, str]]) -> int:
    """Set fields of an object."""
    if not pairs:
        message = "nothing is to be set"
        raise UsageError(message, hint="write `--set FIELD=VALUE`")
    given = Draft(described=doing.workspace().catalog[doing.kind], pairs=pairs).given
    (id_,) = doing.ids([which])
    return doing.carry_out(doing.deed().change(id_, given))


def run_delete(doing: Doing, subjects: Sequence[str] | None, *, cascade: bool) -> int:
    """Delete objects."""
    ids = doing.ids(subjects)
    if not ids:
        doing.terminal.answer([line(f"There is no {doing.kind} to delete.")])
        return Exit.DONE
    return doing.carry_out(doing.deed().deletion(ids, cascade=cascade))


def run_sync(doing: Doing, file: str, *, prune: bool, cascade: bool) -> int:
    """Make objects what a file says."""
    path = doing.terminal.surroundings.folder / file
    found = filed(doing.workspace(), path, kind=doing.kind, name=file)
    beside = found.count_beside(doing.kind)
    if beside:
        doing.terminal.note(f"{beside} resources of other kinds in {file} are left alone.")
    order = doing.deed().synchronization(
        lambda seen: found.desired(seen, kind=doing.kind), prune=prune, cascade=cascade
    )
    return doing.carry_out(order)


def run_import(doings: Sequence[Doing], file: str, *, id_: str | None) -> int:
    """Put a document into environments, one after the other."""
    status: int = Exit.DONE
    first = doings[0]
    surroundings = first.terminal.surroundings
    document = read_document(surroundings, first.opening, kind=first.kind, file=file)
    chosen = id_ or named_in(surroundings, file, kind=first.kind) or Path(file).stem
    for doing in doings:
        doing.workspace()  # Every name is known before the first is written to.
    for doing in doings:
        schema = doing.workspace().catalog[doing.kind].schema
        name = document_field(schema).name
        status = doing.carry_out(doing.deed().deployment(chosen, name=name, document=document))
        if status != Exit.DONE:
            break
    return status
