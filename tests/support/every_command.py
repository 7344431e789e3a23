"""One story that says every command of the command line at least once, with all of its forms.

A stack that is to be told it needs `permission.one`, `role.one`, `role.two`, `tenant.one` with the
id `one`, and `flow.one`; environments `local` and `other`; and two live permissions that it does
not state, `stray` and `wanderer`.
"""

import io
from collections.abc import Iterable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field, replace
from pathlib import Path

from descope_state.cli import commands
from descope_state.cli.main import real_surroundings, run
from descope_state.cli.terminal import Terminal

Words = tuple[str, ...]

_BEGINNING = """
version
version --json
completion bash
completion zsh
completion fish
schema
schema -out schema.json
explain
explain role
explain tenant.name
explain E1106
explain nothing-of-the-sort
init another-folder --name other
init another-folder --name other
init third-folder --from-env
demo another-folder
quickstart first-steps
validate
validate --json
fmt --check
fmt --diff
env list
env list --json
env show local
env show other --json
graph
graph --format mermaid
graph --format json
impact permission.one
plan
plan --verbose
plan --json
plan --markdown
plan --json-into events.jsonl -out plan.json
plan -target role.one -detailed-exitcode
show plan.json
show --verbose plan.json
show --json plan.json
apply plan.json
apply plan.json -secrets-into told
apply plan.json
apply -auto-approve --json
apply --env other -auto-approve --verbose -secrets-into told-other
plan -detailed-exitcode
output
output --json
"""

_LOOKING = """
doctor
doctor --json
plan
plan --verbose
plan --json
plan --markdown
plan -destroy
plan -refresh-only
plan -replace role.two
show plan.json
why role.one
why tenant.one
why role.nobody
impact permission.one
impact role.nobody
graph --format dot
drift
drift --verbose --who
drift --strict
drift --all
drift --env local,other --who
drift --json
drift --markdown
drift --junit
env diff local other
env diff local other --all-fields --verbose
env diff local other --json
env matrix
env matrix --differing
env matrix --json
env promote local other role.one
env promote local other role.one --json -out promotion.json
tenant list
tenant list --json
tenant list --csv
tenant list --no-cache --sort name --reverse
tenant list --columns nonsense
tenant show one
tenant show one --json
tenant show nobody
flow list
flow list --json
flow list --csv
flow show one
flow show one --json
flow export one
flow export one --out-dir exported
flow export --all --out-dir exported
flow diff exported/one.json
flow diff one other:one -detailed-exitcode
flow diff one sign-in
cache info
cache info --json
cache warm
cache clear
backup create
backup list
backup list --json
backup show
backup show latest --json
backup verify
backup restore --dry-run
backup restore latest --kind role --dry-run
backup prune --days 7 --dry-run
state list
state list --json
state list role.*
state show role.one
state show tenant.one --json
state show role.nobody
state pull
state history
state history --json
state verify
runs list
runs list --json
runs show
runs show --json
audit log
audit log --json
audit log --operation create --since 7d
audit verify
audit export
audit export --format csv
audit export --format csv -out audit.csv
audit export -out audit.export.jsonl
emulator dump
force-unlock
"""

_CHANGING = """
import permission.stray stray --write resources/more.yaml -auto-approve
import --all --env local --out-dir copy -auto-approve
import role.nobody nobody
drift adopt nobody
drift adopt wanderer --write resources/adopted.yaml -auto-approve
drift accept role.one.description
drift accept --all -auto-approve
drift ignore role.two --reason ok --owner me --until 2099-12-31
drift rules
drift rules --json
drift
drift revert -out revert.json
show revert.json
drift revert -auto-approve
refresh -auto-approve
refresh -auto-approve --json
tenant create --name Initech --dry-run
tenant create --name Initech --yes
tenant create --name Initech --yes
tenant update one --set disabled=true --dry-run
tenant update one --set disabled=true --yes
tenant update Initech --set no_such_field=1 --yes
tenant delete Initech --yes
tenant delete one --dry-run
tenant sync --config tenants.txt --dry-run
tenant sync --config tenants.txt --prune --dry-run
tenant sync --config tenants.txt --apply --yes
flow import exported/one.json --flow-id copy --dry-run
flow import exported/one.json --flow-id copy --yes
flow delete copy --yes
flow delete --all --dry-run
destroy -auto-approve -target role.two
undo --dry-run
undo -auto-approve
undo nothing
resume
backup restore latest -auto-approve
backup prune --keep 1
state mv role.two role.three
state rm role.three
state push state/local/state.json
state rollback
state repair
state repair --accept
state rebuild
state rebuild --force
audit verify
audit log
emulator call POST /v1/mgmt/role/create {"name":"x"} --as ana
emulator call POST /v1/nowhere {}
emulator start --limit nonsense
emulator reset
emulator reset --yes
destroy -auto-approve
"""


def _said(text: str) -> tuple[Words, ...]:
    return tuple(tuple(line.split()) for line in text.strip().splitlines())


BEGINNING = _said(_BEGINNING)
LOOKING = _said(_LOOKING)
CHANGING = _said(_CHANGING)


def command_of(words: Words) -> str:
    """Name the command that a command line says; the longest name that fits."""
    line = " ".join(words)
    fitting = (one.name for one in commands.every() if f"{line} ".startswith(f"{one.name} "))
    return max(fitting, key=len)


def unsaid(story: Iterable[Words]) -> set[str]:
    """Name the commands that a story never says."""
    return {one.name for one in commands.every()} - set(map(command_of, story))


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """How somebody looks at what is said."""

    width: int
    colour: bool = False


VIEWS = (View(width=80), View(width=160), View(width=100, colour=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A command line, in which view, and what it came to."""

    words: Words
    view: View
    status: int
    out: str
    err: str

    def __str__(self) -> str:
        return f"`{' '.join(self.words)}` ({self.view.width} columns) → {self.status}"


class _Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@dataclass(slots=True, kw_only=True)
class Teller:
    """Says command lines in a folder, and keeps all that was heard."""

    folder: Path
    environ: dict[str, str]
    heard: list[Heard] = field(default_factory=list)

    def say(self, words: Words, view: View, *, answers: str | None = None) -> Heard:
        """Say one; what libraries print past the terminal is heard as well."""
        out, err = (_Screen(), _Screen()) if view.colour else (io.StringIO(), io.StringIO())
        surroundings = replace(real_surroundings(), environ=dict(self.environ), folder=self.folder)
        terminal = Terminal(
            surroundings=surroundings,
            out=out,
            err=err,
            width=view.width,
            colour=view.colour,
            moving=view.colour,
            ask=None if answers is None else lambda question: (err.write(question), answers)[1],
        )
        with redirect_stdout(out), redirect_stderr(err):
            status = run(["--log", "run.log", *words], terminal)
        heard = Heard(
            words=words, view=view, status=int(status), out=out.getvalue(), err=err.getvalue()
        )
        self.heard.append(heard)
        return heard


def surroundings_in(folder: Path) -> Mapping[str, str]:
    """Keep what dstate keeps beside a stack in a folder of its own, wherever it is run."""
    return {
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder / "data"),
        "DSTATE_CACHE_DIR": str(folder / "cache"),
        "DSTATE_BUDGET_DIR": str(folder / "budget"),
    }
