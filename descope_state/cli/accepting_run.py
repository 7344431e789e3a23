"""Runs `drift accept`: shows what would be written, asks, and writes."""

from collections.abc import Sequence

from descope_state.app.applying import Manner
from descope_state.app.drifted import wish_of
from descope_state.app.planning import Reading
from descope_state.app.proposing import Proposal, proposed, write
from descope_state.app.workspace import Opening
from descope_state.cli.attendant import Attendant
from descope_state.cli.terminal import Terminal
from descope_state.config.stands import Stand
from descope_state.errors import Refused, UsageError
from descope_state.frozen import dataclass
from descope_state.report.accepted import Taken, accepted_text, difference_text, fed_text
from descope_state.report.clean import clean
from descope_state.report.spans import BLANK, line

_YES = "yes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept:
    """What the command line asks for; without addresses, all."""

    addresses: tuple[str, ...]
    into: str | None
    automatic: bool
    reading: Reading


def run_accept(terminal: Terminal, opening: Opening, *, asked: Accept) -> None:
    """Take what is live into the files of the stack."""
    chooser = _Chooser(terminal=terminal, into=asked.into)
    proposal = proposed(
        terminal.surroundings,
        opening,
        wishes=[wish_of(text) for text in asked.addresses] or None,
        watch=Attendant(terminal=terminal),
        manner=Manner(parallelism=asked.reading.parallelism, capacity=asked.reading.capacity),
        choose=chooser.choose,
    )
    chooser.check_used()
    bindings = proposal.bindings
    terminal.note(f"{bindings.environment} → project {bindings.project_id}")
    for note in proposal.notes:
        terminal.note(clean(note))
    if not proposal.drafts.files:
        terminal.answer([line("Nothing to accept: no file is changed.")])
        return
    _show(terminal, proposal)
    _ask(terminal, automatic=asked.automatic)
    write(proposal)
    count = len(proposal.drafts.files)
    files = ", ".join(clean(name) for name in sorted(proposal.drafts.files))
    terminal.answer([line(f"Written: {files}." if count else "", "added")])


def _show(terminal: Terminal, proposal: Proposal) -> None:
    taken = [
        Taken(
            title=row.leaf.title,
            wanted=row.leaf.wanted,
            live=row.leaf.live,
            place=proposal.drafts.spoken(row),
        )
        for row in proposal.drafts.rows
    ]
    terminal.answer(accepted_text(taken, width=terminal.width))
    for difference in proposal.differences():
        terminal.answer([BLANK, *difference_text(difference)])
    fed = [(name, [str(one) for one in found]) for name, found in proposal.elsewhere.fed.items()]
    terminal.tell(fed_text(fed, proposal.elsewhere.unasked))


def _ask(terminal: Terminal, *, automatic: bool) -> None:
    if automatic:
        return
    if terminal.ask is None:
        message = "there is nobody to ask: the input is no terminal; nothing was written"
        raise Refused(message, hint="look at what is shown above, and say `-auto-approve`")
    terminal.out.flush()
    if terminal.ask(f"Write this? Only `{_YES}` goes on: ").strip() != _YES:
        message = "not approved; nothing was written"
        raise Refused(message)


@dataclass(slots=True, kw_only=True)
class _Chooser:
    """Finds out where a variable is to be set: as an option says, or by asking."""

    terminal: Terminal
    into: str | None
    used: bool = False

    def choose(self, name: str, stands: Sequence[Stand]) -> Stand:
        """Choose one of several places."""
        labels = [stand.label for stand in stands]
        choice = self.into or self._asked(name, stands)
        self.used = True
        if choice not in labels:
            message = f"`{choice}` is none of the places where `{name}` can be set"
            raise UsageError(message, hint=_ways(stands))
        return stands[labels.index(choice)]

    def _asked(self, name: str, stands: Sequence[Stand]) -> str:
        if self.terminal.ask is None:
            message = f"the variable `{name}` feeds several environments; where is it to be set?"
            raise Refused(message, hint=_ways(stands))
        told = [line(f"The variable `{name}` feeds several environments. It can be set in:")]
        for number, stand in enumerate(stands, start=1):
            told.append(line(f"  {number}  {stand.label}  (for {', '.join(stand.environments)})"))
        self.terminal.tell(told)
        answer = self.terminal.ask("Which? ").strip()
        numbers = {str(number): stand.label for number, stand in enumerate(stands, start=1)}
        return numbers.get(answer, answer)

    def check_used(self) -> None:
        """Refuse an option that decided nothing."""
        if self.into is not None and not self.used:
            message = "`--into` chooses where a variable is set, and none of these is asked for"
            raise UsageError(message, hint="leave it out")


def _ways(stands: Sequence[Stand]) -> str:
    ways = (f"`--into {stand.label}` ({', '.join(stand.environments)})" for stand in stands)
    return "say " + ", or ".join(ways)
