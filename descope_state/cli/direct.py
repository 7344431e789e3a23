"""The commands that change single objects of one kind: one factory for whatever kind there is."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from descope_state.cli.browsing import APPLIED, Noun, named
from descope_state.cli.catalogue.command import Command
from descope_state.cli.groups import Approval, Pace
from descope_state.cli.opening import opening
from descope_state.cli.options import Confirm, EnvironmentName, LockTimeout, Overrides
from descope_state.errors import UsageError
from descope_state.frozen import dataclass

if TYPE_CHECKING:
    # For annotations only: everything below the command line comes with it.
    from descope_state.cli.direct_run import Doing

_WRITTEN = (0, 1, 4, 5, 6, 7, 8, 64, 130)
_CHANGES = "Changes the project, and remembers in the state what it did."

Yes = Annotated[
    bool,
    typer.Option(
        "--yes", "-y", "--auto-approve", help="Do not ask; guards and protection stay as they are."
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would be done.")]
Sets = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        help="Set a field, or FIELD.KEY of a map; again for one more element of a list.",
        metavar="FIELD=VALUE",
    ),
]
NameOption = Annotated[str | None, typer.Option("--name", help="Its name.", metavar="NAME")]
Cascade = Annotated[
    bool,
    typer.Option("--cascade", help="Delete what holds it back, too: keys, users."),
]
Which = Annotated[
    str | None, typer.Argument(help="Its id, its name, or its address.", metavar="WHICH")
]


def _fields(sets: list[str] | None, **fields: str | None) -> list[tuple[str, str]]:
    found = [(name, value) for name, value in fields.items() if value is not None]
    for text in sets or []:
        field, equals, value = text.partition("=")
        if not equals or not field:
            message = f"`--set {text}` is not of the form FIELD=VALUE"
            raise UsageError(message, hint="write `--set disabled=true`")
        found.append((field, value))
    return found


def _one(noun: Noun, which: str | None, id_: str | None) -> str:
    if which is not None and id_ is not None:
        message = f"`{which}` and --{noun.kind}-id say two things"
        raise UsageError(message, hint="leave one of them out")
    chosen = which or id_
    if chosen is None:
        message = f"say which {noun.kind}"
        raise UsageError(message, hint=f"`dstate {noun.kind} list` shows what there is")
    return chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """Whether to ask or only to show, and how long to wait."""

    yes: Yes = False
    dry_run: DryRun = False
    confirm: Confirm = None
    lock_timeout: LockTimeout = None


def _doing(
    context: typer.Context,
    noun: Noun,
    *,
    env: str | None,
    ways: Ways,
    override: list[str] | None = None,
) -> "Doing":
    """Put together how something is to be done."""
    from descope_state.cli.direct_run import Doing

    approval = Approval(auto_approve=ways.yes, confirm=ways.confirm)
    manner = Pace(lock_timeout=ways.lock_timeout).manner(override=override, approval=approval)
    where = opening(context.obj, env=env)
    return Doing(terminal=context.obj, opening=where, noun=noun, manner=manner, dry=ways.dry_run)


def _identified(
    noun: Noun, function: Callable[..., None], *, words: str = "Which one, by its id."
) -> Callable[..., None]:
    """Give a command the option that names one object by its id: `--tenant-id`."""
    option = typer.Option(f"--{noun.kind}-id", help=words, metavar="ID")
    function.__annotations__["own_id"] = Annotated[str | None, option]
    return function


def changing(noun: Noun) -> tuple[Command, ...]:
    """Make the commands that create, update, delete and synchronize objects of a kind."""
    kind, example = noun.kind, noun.example
    return (
        _command(
            f"{kind} create",
            _creating(noun),
            f"dstate {kind} create --name Initech --dry-run",
            f"dstate {kind} create --name Initech {noun.setting} --yes",
            f"dstate {kind} create --name Hooli --write resources/more.yaml --yes",
        ),
        _command(
            f"{kind} update",
            _updating(noun),
            APPLIED,
            f"dstate {kind} update {example} {noun.setting} --dry-run",
            f"dstate {kind} update {example} {noun.setting} --yes",
        ),
        _command(
            f"{kind} delete",
            _deleting(noun),
            APPLIED,
            f"dstate {kind} delete {example} --dry-run",
            f"dstate {kind} delete {example} --yes",
        ),
        _command(
            f"{kind} sync",
            _synchronizing(noun),
            APPLIED,
            f"dstate {kind} sync --config {noun.file} --dry-run",
            f"dstate {kind} sync -c {noun.file} --apply --yes",
        ),
    )


def deploying(noun: Noun) -> tuple[Command, ...]:
    """Make the commands that put documents in place, and delete what holds them."""
    kind, example = noun.kind, noun.example
    return (
        _command(
            f"{kind} import",
            _importing(noun),
            f"dstate {kind} import {noun.file} --dry-run",
            f"dstate {kind} import {noun.file} --{kind}-id copy -y",
            f"dstate {kind} import {noun.file} --env dev,test -y",
        ),
        _command(
            f"{kind} delete",
            _deleting_all(noun),
            APPLIED,
            f"dstate {kind} delete {example} --dry-run",
            f"dstate {kind} delete {example} --yes",
            f"dstate {kind} delete --all --dry-run",
        ),
    )


def _command(name: str, function: Callable[..., None], *examples: str) -> Command:
    return Command(
        name=name, function=function, examples=examples, exits=_WRITTEN, changes=_CHANGES
    )


def _creating(noun: Noun) -> Callable[..., None]:
    def creating(
        context: typer.Context,
        *,
        env: EnvironmentName = None,
        name: NameOption = None,
        id_: Annotated[str | None, typer.Option("--id", help="Its id.", metavar="ID")] = None,
        sets: Sets = None,
        write: Annotated[
            str | None,
            typer.Option("--write", help="Add it to this file of the stack.", metavar="FILE"),
        ] = None,
        ways: Ways,
    ) -> None:
        from descope_state.cli.direct_run import run_create

        doing = _doing(context, noun, env=env, ways=ways)
        raise typer.Exit(run_create(doing, _fields(sets, name=name, id=id_), file=write))

    words = (
        f"Make one {noun.kind}.\n\n"
        "Asks for what is missing, where somebody can answer, and shows what it would be in the"
        " stack. What the stack does not state is not remembered in the state either: no later"
        " apply touches it."
    )
    return named("creating", creating, words=words)


def _updating(noun: Noun) -> Callable[..., None]:
    def updating(
        context: typer.Context,
        which: Which = None,
        *,
        env: EnvironmentName = None,
        own_id: str | None = None,
        name: NameOption = None,
        sets: Sets = None,
        ways: Ways,
    ) -> None:
        from descope_state.cli.direct_run import run_update

        doing = _doing(context, noun, env=env, ways=ways)
        raise typer.Exit(
            run_update(doing, _one(noun, which, own_id), pairs=_fields(sets, name=name))
        )

    words = f"Set fields of one {noun.kind}; what is not named stays as it is."
    return _identified(
        noun, named("updating", updating, words=words), words="Which one, by its id."
    )


def _deleting(noun: Noun) -> Callable[..., None]:
    def deleting(
        context: typer.Context,
        which: Which = None,
        *,
        env: EnvironmentName = None,
        own_id: str | None = None,
        cascade: Cascade = False,
        ways: Ways,
        override: Overrides = None,
    ) -> None:
        from descope_state.cli.direct_run import run_delete

        doing = _doing(context, noun, env=env, ways=ways, override=override)
        subjects = [_one(noun, which, own_id)]
        raise typer.Exit(run_delete(doing, subjects, cascade=cascade))

    words = f"Delete one {noun.kind}, once it was shown what goes with it."
    return _identified(
        noun, named("deleting", deleting, words=words), words="Which one, by its id."
    )


def _deleting_all(noun: Noun) -> Callable[..., None]:
    def deleting(
        context: typer.Context,
        which: Which = None,
        *,
        env: EnvironmentName = None,
        own_id: str | None = None,
        every: Annotated[
            bool,
            typer.Option("--all", help="All but those that every new project holds."),
        ] = False,
        ways: Ways,
        override: Overrides = None,
    ) -> None:
        from descope_state.cli.direct_run import run_delete

        doing = _doing(context, noun, env=env, ways=ways, override=override)
        if every and (which or own_id):
            message = "--all is all: name none besides"
            raise UsageError(message, hint=f"`dstate {noun.kind} list` shows what there is")
        subjects = None if every else [_one(noun, which, own_id)]
        raise typer.Exit(run_delete(doing, subjects, cascade=False))

    words = f"Delete a {noun.kind}, once it was shown what refers to it."
    return _identified(
        noun, named("deleting", deleting, words=words), words="Which one, by its id."
    )


def _synchronizing(noun: Noun) -> Callable[..., None]:
    def synchronizing(
        context: typer.Context,
        *,
        env: EnvironmentName = None,
        config: Annotated[
            str, typer.Option("--config", "-c", help="A file of resources.", metavar="FILE")
        ],
        ways: Ways,
        apply: Annotated[bool, typer.Option("--apply", help="Do it.")] = False,
        prune: Annotated[
            bool, typer.Option("--prune", help=f"Delete {noun.many} that the file has not.")
        ] = False,
        cascade: Cascade = False,
        override: Overrides = None,
    ) -> None:
        from descope_state.cli.direct_run import run_sync

        if ways.dry_run == apply:
            message = "say whether to do it or only to show it"
            raise UsageError(message, hint="either --dry-run or --apply")
        doing = _doing(context, noun, env=env, ways=ways, override=override)
        raise typer.Exit(run_sync(doing, config, prune=prune, cascade=cascade))

    words = (
        f"Make the {noun.many} of a project what a file says.\n\n"
        f"The file is as those of a stack, and may refer to the stack. Only its {noun.many} are"
        " taken; others in the project stay, unless --prune deletes them."
    )
    return named("synchronizing", synchronizing, words=words)


def _importing(noun: Noun) -> Callable[..., None]:
    def importing(
        context: typer.Context,
        file: Annotated[
            str, typer.Argument(help=f"What `{noun.kind} export` wrote.", metavar="FILE")
        ],
        *,
        env: Annotated[
            str | None,
            typer.Option("--env", help="The environments, with commas between.", metavar="NAMES"),
        ] = None,
        own_id: str | None = None,
        ways: Ways,
    ) -> None:
        from descope_state.cli.direct_run import run_import

        doings = [
            _doing(context, noun, env=one, ways=ways) for one in (env.split(",") if env else [None])
        ]
        raise typer.Exit(run_import(doings, file, id_=own_id))

    words = (
        f"Put a {noun.kind} from a file into one environment or several.\n\n"
        "One after the other; where it fails, it goes no further."
    )
    words_of_id = "Under which id; else that in the file, else the file's name."
    return _identified(noun, named("importing", importing, words=words), words=words_of_id)
