"""The commands that look at the objects of one kind: one factory for whatever kind there is."""

from collections.abc import Callable, Mapping
from dataclasses import field
from pathlib import Path
from typing import Annotated

import typer

from descope_state.cli.catalogue.command import Command
from descope_state.cli.opening import opening
from descope_state.cli.options import AsJson, DetailedExitcode, EnvironmentName
from descope_state.errors import Exit
from descope_state.frozen import dataclass

_SEEN = (0, 1, 7, 8, 64, 130)
APPLIED = "dstate apply -auto-approve"

Subject = Annotated[str, typer.Argument(help="Its id, its name, or its address.", metavar="WHICH")]
Search = Annotated[
    str, typer.Option("--search", help="Only those that this text is in.", metavar="TEXT")
]
Sort = Annotated[str, typer.Option("--sort", help="Sort by this column.", metavar="COLUMN")]
Reverse = Annotated[bool, typer.Option("--reverse", help="The last first.")]
Columns = Annotated[
    str, typer.Option("--columns", help="Which columns, with commas between.", metavar="NAMES")
]
NoCache = Annotated[
    bool, typer.Option("--no-cache", help="Read the project, whatever was read of it before.")
]
AsCsv = Annotated[bool, typer.Option("--csv", help="Print CSV for spreadsheets.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Noun:
    """A kind as the command line speaks of it: what its table shows, and what the examples name.

    `bonds` say of other kinds what becomes of their objects that refer to one that is deleted:
    `goes`, `holds` it back, or `misses` it. `asked` are fields that a person is asked for.
    """

    kind: str
    columns: tuple[str, ...]
    example: str
    setting: str = ""
    file: str = ""
    asked: tuple[str, ...] = ()
    bonds: Mapping[str, str] = field(default_factory=dict)

    @property
    def many(self) -> str:
        """The plural."""
        return f"{self.kind}s"


def named(name: str, function: Callable[..., None], *, words: str) -> Callable[..., None]:
    """Give a function of the factory the name and the words of help of its command."""
    function.__doc__ = words
    function.__name__ = name
    return function


def looking(noun: Noun) -> tuple[Command, ...]:
    """Make the commands that list and show the objects of a kind."""
    kind, example = noun.kind, noun.example
    return (
        Command(
            name=f"{kind} list",
            function=_listing(noun),
            examples=(
                f"dstate {kind} list",
                f"dstate {kind} list --search {example} --sort id",
                f"dstate {kind} list --columns id,address --csv",
                f"dstate {kind} list --json",
            ),
            exits=_SEEN,
        ),
        Command(
            name=f"{kind} show",
            function=_showing(noun),
            examples=(
                APPLIED,
                f"dstate {kind} show {example}",
                f"dstate {kind} show {example} --json",
            ),
            exits=_SEEN,
        ),
    )


def _listing(noun: Noun) -> Callable[..., None]:
    def listing(
        context: typer.Context,
        *,
        env: EnvironmentName = None,
        search: Search = "",
        sort: Sort = "",
        reverse: Reverse = False,
        columns: Columns = "",
        json: AsJson = False,
        csv: AsCsv = False,
        no_cache: NoCache = False,
    ) -> None:
        from descope_state.cli.browsing_run import Listing, run_list

        asked = Listing(
            kind=noun.kind,
            columns=tuple(columns.split(",")) if columns else noun.columns,
            search=search,
            sort=sort,
            reverse=reverse,
            json=json,
            csv=csv,
            fresh=no_cache,
        )
        run_list(context.obj, env=env, asked=asked)

    words = f"List the {noun.many} of a project, and the address that each has."
    return named("listing", listing, words=words)


def _showing(noun: Noun) -> Callable[..., None]:
    def showing(
        context: typer.Context,
        which: Subject,
        *,
        env: EnvironmentName = None,
        json: AsJson = False,
        no_cache: NoCache = False,
    ) -> None:
        from descope_state.cli.browsing_run import run_show

        run_show(
            context.obj,
            env=env,
            kind=noun.kind,
            which=which,
            json=json,
            fresh=no_cache,
        )

    return named("showing", showing, words=f"Show one {noun.kind} of a project in full.")


def leafing(noun: Noun) -> tuple[Command, ...]:
    """Make the commands about the documents of a kind that has such."""
    kind, example = noun.kind, noun.example
    return (
        Command(
            name=f"{kind} export",
            function=_exporting(noun),
            examples=(
                APPLIED,
                f"dstate {kind} export {example}",
                f"dstate {kind} export --all --out-dir exported",
            ),
            exits=(0, 1, 4, 7, 8, 64, 130),
            changes="Changes nothing but the files it is told to write.",
        ),
        Command(
            name=f"{kind} diff",
            function=_differing(noun),
            examples=(
                APPLIED,
                f"dstate {kind} export {example} --out-dir exported",
                f"dstate {kind} diff exported/{example}.json",
                f"dstate {kind} diff exported/{example}.json {example}",
                "dstate apply -auto-approve --env dev",
                f"dstate {kind} diff {example} dev:{example} -detailed-exitcode",
            ),
            exits=(0, 1, 2, 7, 8, 64, 130),
        ),
    )


def _exporting(noun: Noun) -> Callable[..., None]:
    def exporting(
        context: typer.Context,
        which: Annotated[
            list[str] | None, typer.Argument(help="Ids, names or addresses.", metavar="WHICH")
        ] = None,
        *,
        env: EnvironmentName = None,
        every: Annotated[bool, typer.Option("--all", help=f"All {noun.many}.")] = False,
        out_dir: Annotated[
            Path | None,
            typer.Option("--out-dir", help="Write a file for each, here.", metavar="DIR"),
        ] = None,
        no_cache: NoCache = False,
    ) -> None:
        from descope_state.cli.leafing_run import run_export

        status = run_export(
            context.obj,
            opening(context.obj, env=env),
            kind=noun.kind,
            which=which or [],
            every=every,
            folder=out_dir,
            fresh=no_cache,
        )
        raise typer.Exit(status)

    words = (
        f"Write {noun.many} as JSON that stays the same where nothing changed.\n\n"
        "One goes to the output as it is, several as one object by their ids; with --out-dir each"
        " goes into a file of its own, and files that would not change are left alone."
    )
    return named("exporting", exporting, words=words)


def _differing(noun: Noun) -> Callable[..., None]:
    def differing(
        context: typer.Context,
        sides: Annotated[
            list[str], typer.Argument(help="A file, ID, or ENVIRONMENT:ID.", metavar="A [B]")
        ],
        *,
        env: EnvironmentName = None,
        detailed_exitcode: DetailedExitcode = False,
        no_cache: NoCache = False,
    ) -> None:
        from descope_state.cli.leafing_run import run_diff

        same = run_diff(
            context.obj,
            opening(context.obj, env=env),
            kind=noun.kind,
            sides=sides,
            fresh=no_cache,
        )
        if detailed_exitcode and not same:
            raise typer.Exit(Exit.CHANGES)

    words = (
        f"Compare two {noun.many}: a file, or what an environment has.\n\n"
        f"One file alone is compared with the {noun.kind} of its name."
    )
    return named("differing", differing, words=words)
