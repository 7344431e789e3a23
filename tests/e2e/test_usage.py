"""A wrong command line ends with status 64, a reason and a way out; nothing is asked or written."""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.core import TyperGroup

from descope_state.cli import commands
from descope_state.cli.arguments import _WITH_VALUE
from descope_state.cli.main import application, real_surroundings, run
from descope_state.cli.terminal import Terminal
from descope_state.errors import Exit
from descope_state.sdk.provider import Provider
from tests.support.fake_world import FakeWorld
from tests.support.provider import FakeProvider
from tests.support.spoken import WIDE, Said

SETTINGS = """\
dstate: 1
name: demo
default_environment: test
environments:
  test: {endpoint: memory}
  staging: {endpoint: memory}
  prod: {endpoint: memory, protected: true}
variables:
  seats: {type: int, default: 10}
backend: {path: state}
"""
STACK = "resources:\n  label:\n    docs: {name: Docs}\n"
NAMES = [command.name for command in commands.every()]
# What each command needs to be given, so that one more thing is the only wrong one.
NEEDS = {
    "show": ["plan.json"],
    "why": ["label.docs"],
    "impact": ["label.docs"],
    "state show": ["label.docs"],
    "state mv": ["label.docs", "label.other"],
    "state push": ["state.json"],
    "emulator call": ["GET", "/v1/mgmt/role/all"],
    "drift adopt": ["label.docs"],
    "env diff": ["test", "staging"],
    "env promote": ["test", "staging", "label.docs"],
    "tenant show": ["acme"],
    "tenant sync": ["--config", "tenants.yaml"],
    "flow show": ["invite"],
    "flow diff": ["one.json", "two.json"],
    "flow import": ["flow.json"],
    "completion": ["bash"],
    "drift ignore": ["label.docs", "--reason", "r", "--owner", "o", "--until", "2099-12-31"],
}
# What may be left out, and what takes as many as there are.
OPTIONAL = {
    "explain": ["tenant"],
    "apply": ["plan.json"],
    "emulator call": ["{}"],
    "output": ["name"],
    "runs show": ["run"],
    "env show": ["test"],
    "import": ["label.docs", "label-1"],
    "tenant update": ["acme"],
    "tenant delete": ["acme"],
    "flow delete": ["invite"],
    "backup show": ["1"],
    "backup verify": ["1"],
    "backup restore": ["1"],
    "undo": ["run"],
    "demo": ["folder"],
    "quickstart": ["folder"],
    "init": ["folder"],
    "state list": ["label"],
    "state rollback": ["3"],
}
MANY = {"state rm"}
FREE = {
    "drift accept",
    "drift adopt",
    "drift revert",
    "env matrix",
    "env promote",
    "flow diff",
    "flow export",
}


@dataclass(slots=True)
class Place:
    """A stack of the fake provider, and what a command line does in it."""

    folder: Path
    world: FakeWorld = field(default_factory=FakeWorld)

    def dstate(self, *arguments: str, environ: Mapping[str, str] | None = None) -> Said:
        """Run one command line here."""
        out, err = io.StringIO(), io.StringIO()
        surroundings = replace(
            real_surroundings(),
            environ=dict(environ or {}),
            folder=self.folder,
            providers=self._providers,
        )
        terminal = Terminal(surroundings=surroundings, out=out, err=err, width=WIDE, colour=False)
        status = run(list(arguments), terminal)
        return Said(status=int(status), out=out.getvalue(), err=err.getvalue())

    def _providers(self) -> Mapping[str, Provider]:
        return {"fake": FakeProvider(self.world)}

    def files(self) -> dict[str, bytes]:
        """Give everything that stands in the folder."""
        paths = (path for path in self.folder.rglob("*") if path.is_file())
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in paths}

    def refuses(self, *arguments: str, environ: Mapping[str, str] | None = None) -> str:
        """Run a command line that is wrong, and give what it is told."""
        before = self.files()
        said = self.dstate(*arguments, environ=environ)
        assert said.status == Exit.USAGE, said.err
        assert said.out == ""
        assert said.err.startswith("Error E64")
        assert "Traceback" not in said.err
        assert self.world.requests == []
        assert self.files() == before
        return said.err


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "dstate.yaml").write_text(SETTINGS)
    (tmp_path / "stack.yaml").write_text(STACK)
    return Place(tmp_path)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("flag", ["--no-such-thing", "-unknown", "-unknown=5", "-Z"])
def test_a_flag_that_no_command_knows(place: Place, name: str, flag: str) -> None:
    needs = ["label.docs"] if name in MANY else NEEDS.get(name, [])
    told = place.refuses(*name.split(), *needs, flag)
    assert "no such option" in told
    assert f"see `dstate {name} --help`" in told


@pytest.mark.parametrize("name", [name for name in NAMES if name not in MANY | FREE])
def test_one_argument_too_many(place: Place, name: str) -> None:
    needs = NEEDS.get(name, []) + OPTIONAL.get(name, [])
    # What follows the name of a group is taken for the name of a command of it.
    words = "no such command" if name in commands.GROUPS else "unexpected extra argument"
    assert words in place.refuses(*name.split(), *needs, "surplus")


@pytest.mark.parametrize("name", sorted({*NEEDS, *MANY}))
def test_an_argument_that_is_missing(place: Place, name: str) -> None:
    words = "missing option" if NEEDS.get(name, [""])[0].startswith("--") else "missing argument"
    assert words in place.refuses(*name.split())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["valdate"], "no such command 'valdate'. Did you mean 'validate'?"),
        (["plam"], "Did you mean 'plan'?"),
        (["frobnicate"], "no such command 'frobnicate'"),
        (["Plan"], "no such command"),
        (["--planet"], "no such option"),
        (["plan", "--detailed-exit-code"], "detailed-exitcode"),
        (["plan", "--environment", "dev"], "did you mean `--env`? see `dstate plan --help`"),
        (["plan", "--env"], "requires an argument"),
        (["plan", "-out"], "requires an argument"),
        (["plan", "-C"], "`-C` needs a value"),
        (["plan", "--parallelism", "many"], "'--parallelism'"),
        (["plan", "--parallelism", "0"], "'--parallelism'"),
        (["plan", "-refresh=maybe"], "refresh"),
        (["plan", "-refresh=true", "-refresh-only", "-refresh=false"], "contradict"),
        (["plan", "-destroy", "-refresh-only"], "contradict"),
        (["fmt", "--check", "--diff"], "contradict"),
        (["plan", "-var", "seats"], "`--var seats` is not of the form NAME=VALUE"),
        (["plan", "-var", "=5"], "NAME=VALUE"),
        (["validate", "-var", ""], "NAME=VALUE"),
        (["plan", "-target", "docs"], "`docs` is not an address"),
        (["plan", "-target", "label.docs[0]"], "not an address"),
        (["plan", "-exclude", "label"], "not an address"),
        (["plan", "-replace", ""], "not an address"),
        (["plan", "-override", "max_deletes"], "NAME=VALUE"),
        (["plan", "-override", "max_delete=5"], "did you mean `max_deletes`?"),
        (["plan", "-override", "max_deletes=all"], "`all` is not a number"),
        (["plan", "-override", "max_deletes=-1"], "`-1` is not a number"),
        (["graph", "--format", "svgz"], "svgz"),
        (["explain", "labl"], "label"),
        (["explain", "label.nam"], "name"),
        (["why", "docs"], "not an address"),
        (["why", "label.dox"], "label.docs"),
        (["impact", "label.dox"], "label.docs"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_meant(place: Place, arguments: list[str], words: str) -> None:
    if arguments[0] == "why" and "." in arguments[1]:
        said = place.dstate(*arguments)  # To know what there is, it asks.
        assert said.status == Exit.USAGE
        assert words in said.err
    else:
        assert words in place.refuses(*arguments)


@pytest.mark.parametrize("name", ["plan", "validate", "why", "impact", "graph"])
def test_an_environment_that_the_stack_does_not_have(place: Place, name: str) -> None:
    told = place.refuses(name, *NEEDS.get(name, []), "--env", "stagin")
    assert "there is no environment `stagin`; the stack has `test`, `staging`, `prod`" in told
    assert "did you mean `staging`?" in told
    assert "`nope`" in place.refuses(name, *NEEDS.get(name, []), environ={"DSTATE_ENV": "nope"})


def test_a_stack_of_several_environments_without_a_default_asks_which(place: Place) -> None:
    settings = place.folder / "dstate.yaml"
    settings.write_text(SETTINGS.replace("default_environment: test\n", ""))
    told = place.refuses("plan")
    assert "which environment? The stack has `test`, `staging`, `prod`" in told
    assert "--env or DSTATE_ENV" in told


@pytest.mark.parametrize("name", ["plan", "validate", "why", "impact", "graph", "fmt"])
def test_a_folder_that_is_not_there(place: Place, name: str) -> None:
    needs = NEEDS.get(name, [])
    assert "does not exist" in place.refuses(name, *needs, "-C", "nowhere")
    (place.folder / "empty").mkdir()
    assert "has no `dstate.yaml`" in place.refuses("-C", "empty", name, *needs)


def test_a_folder_beside_a_stack_names_it(place: Place) -> None:
    deeper = place.folder / "work"
    (deeper / "stacks" / "demo").mkdir(parents=True)
    (deeper / "stacks" / "demo" / "dstate.yaml").write_text(SETTINGS)
    told = Place(deeper).refuses("validate")
    assert "name one with -C: `stacks/demo`" in told


def test_no_command_at_all_shows_the_help(place: Place) -> None:
    said = place.dstate()
    assert said.status == Exit.USAGE
    assert said.out.startswith("Usage: dstate")
    assert said.err == ""


# -- Terraform's spellings ---------------------------------------------------------------------


def test_terraforms_spellings_mean_the_same(place: Place) -> None:
    one = place.dstate("plan", "--out", "a.json", "--var", "seats=5", "--no-refresh")
    other = place.dstate("plan", "-out", "b.json", "-var", "seats=5", "-refresh=false")
    assert (one.status, other.status) == (0, 0)
    assert one.out == other.out
    assert {"a.json", "b.json"} <= place.files().keys()


def test_an_option_may_carry_its_value_with_an_equals_sign(place: Place) -> None:
    assert place.dstate("plan", "-out=a.json", "-var=seats=5", "-parallelism=2").status == 0
    assert "a.json" in place.files()


def test_refresh_may_be_told_either_way(place: Place) -> None:
    for spelling in ("-refresh=true", "-refresh=TRUE", "-refresh=1", "--refresh", "-refresh"):
        place.world.requests.clear()
        assert place.dstate("plan", spelling).status == 0
        assert place.world.requests != []
    for spelling in ("-refresh=false", "--refresh=false", "-refresh=0", "--no-refresh"):
        place.world.requests.clear()
        assert place.dstate("plan", spelling).status == 0
        assert place.world.requests == []


def test_detailed_exitcode_has_one_dash_or_two(place: Place) -> None:
    assert place.dstate("plan", "-detailed-exitcode").status == Exit.CHANGES
    assert place.dstate("plan", "--detailed-exitcode").status == Exit.CHANGES
    assert place.dstate("plan").status == Exit.DONE


def test_the_folder_may_be_named_before_and_after_the_command(place: Place) -> None:
    outside = Place(place.folder.parent)
    name = place.folder.name
    for arguments in (
        ["-C", name, "validate"],
        ["validate", "-C", name],
        ["validate", f"-C={name}"],
        ["--chdir", name, "validate"],
        ["validate", f"--chdir={name}"],
        ["validate", "-chdir", name],
        [f"-chdir={name}", "validate"],
    ):
        said = outside.dstate(*arguments)
        assert said.status == 0, (arguments, said.err)
        assert "`demo` for `test` is valid" in said.out


def test_colour_may_be_switched_off_before_and_after_the_command(place: Place) -> None:
    for arguments in (["-no-color", "validate"], ["validate", "--no-color"]):
        assert place.dstate(*arguments).status == 0


def test_a_value_that_looks_like_an_option_is_a_value(place: Place) -> None:
    assert place.dstate("plan", "-var", "seats=-1").status == 0
    said = place.dstate("plan", "-out", "-C")
    assert said.status == 0
    assert "-C" in place.files()


def _below(command: object) -> Iterator[Any]:
    """Give a command and all that are below it."""
    yield command
    for inner in vars(command).get("commands", {}).values():
        yield from _below(inner)


def test_every_option_with_a_value_is_known_to_the_one_who_rewrites_command_lines() -> None:
    group = typer.main.get_command(application())
    assert isinstance(group, TyperGroup)
    taking = {
        spelling
        for command in list(_below(group))[1:]
        for parameter in command.params
        if parameter.param_type_name == "option" and not getattr(parameter, "is_flag", False)
        for spelling in parameter.opts
    }
    assert taking == _WITH_VALUE
