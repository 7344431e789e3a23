"""A group that is a command as well acts alone; with a name behind it, what is so named acts."""

from typing import Annotated

import pytest
import typer

from descope_state.cli import main
from descope_state.cli.catalogue.command import Command
from descope_state.errors import UsageError

Told = list[tuple[str, ...]]


def _app(told: Told) -> typer.Typer:
    def look(context: typer.Context, *, env: Annotated[str, typer.Option("--env")] = "dev") -> None:
        """Look."""
        told.append(("look", context.command_path, env))

    def mend(address: str, *, env: Annotated[str, typer.Option("--env")] = "dev") -> None:
        """Mend."""
        told.append(("mend", address, env))

    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    command = Command(name="drift", function=look, examples=("dstate drift",), exits=(0,))
    main._lead(group, command)
    group.command(name="mend")(mend)
    app = typer.Typer()
    app.add_typer(group, name="drift")
    app.command(name="other")(mend)
    return app


def _run(arguments: str) -> Told:
    told: Told = []
    typer.main.get_command(_app(told)).main(
        args=arguments.split(), prog_name="dstate", standalone_mode=False
    )
    return told


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("drift", ("look", "dstate drift", "dev")),
        ("drift --env prod", ("look", "dstate drift", "prod")),
        ("drift mend role.x", ("mend", "role.x", "dev")),
        ("drift mend role.x --env prod", ("mend", "role.x", "prod")),
    ],
)
def test_one_of_the_two_runs_never_both(arguments: str, told: tuple[str, ...]) -> None:
    assert _run(arguments) == [told]


def test_an_option_where_nobody_would_read_it_is_refused() -> None:
    with pytest.raises(UsageError) as refused:
        _run("drift --env prod mend role.x")
    assert refused.value.message == "`--env` stands before `mend`"
    assert refused.value.hint == "write `dstate drift mend … --env …`"
