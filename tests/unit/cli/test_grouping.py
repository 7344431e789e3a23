"""Groups of options: one value for the command, an option each for the parser."""

import inspect
from dataclasses import dataclass
from typing import Annotated

import typer
from typer.testing import CliRunner

from descope_state.cli.grouping import grouped

heard: list[object] = []


@dataclass(frozen=True, kw_only=True)
class Size:
    """How large."""

    height: Annotated[int, typer.Option("--height", help="How high.")] = 3
    width: Annotated[int, typer.Option("--width", help="How wide.")]


def draw(
    name: Annotated[str, typer.Argument()],
    *,
    size: Size,
    loud: Annotated[bool, typer.Option("--loud")] = False,
) -> None:
    """Draw something."""
    heard.append((name, size, loud))


def test_the_parser_sees_the_options_in_the_place_of_the_group() -> None:
    command = grouped(draw)
    assert list(inspect.signature(command).parameters) == ["name", "height", "width", "loud"]
    assert command.__doc__ == draw.__doc__


def test_the_command_gets_the_group_as_one_value() -> None:
    app = typer.Typer()
    app.command()(grouped(draw))
    heard.clear()
    assert CliRunner().invoke(app, ["house", "--width", "4", "--loud"]).exit_code == 0
    assert CliRunner().invoke(app, ["hut", "--height", "1", "--width", "2"]).exit_code == 0
    assert heard == [
        ("house", Size(height=3, width=4), True),
        ("hut", Size(height=1, width=2), False),
    ]
    missing = CliRunner().invoke(app, ["house"])
    assert missing.exit_code != 0
    assert "--width" in missing.output


def test_a_command_without_groups_is_left_as_it_is() -> None:
    def plain(*, times: Annotated[int, typer.Option("--times")] = 1) -> None:
        heard.append(times)

    assert grouped(plain) is plain
