"""`init --from-env`: from credentials to a stack in git by one command, or to nothing at all."""

import asyncio
import io
import sys
from collections.abc import Coroutine, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import pytest

from descope_state.cli.main import real_surroundings, run
from descope_state.cli.terminal import Terminal
from descope_state.errors import Exit
from dstate_descope.emulator.faults import Faults, parse
from dstate_descope.emulator.service import Service
from tests.support.served import KEY, PROJECT, wired
from tests.support.spoken import WIDE, Said

T = TypeVar("T")
HELD = """\
resources:
  permission: {read_reports: {name: reports.read}}
  role: {analyst: {name: Analyst, permissions: ["${permission.read_reports.name}"]}}
  tenant: {acme: {id: acme, name: Acme, default_roles: ["${role.analyst.name}"]}}
"""
DEV = {"DESCOPE_DEV_PROJECT_ID": PROJECT, "DESCOPE_DEV_MANAGEMENT_KEY": KEY}
PROD = {"DESCOPE_PROD_PROJECT_ID": "P2prod", "DESCOPE_PROD_MANAGEMENT_KEY": "K2prod"}
BARE = {"DESCOPE_PROJECT_ID": PROJECT, "DESCOPE_MANAGEMENT_KEY": KEY}
ENV = "".join(f"{name}={value}\n" for name, value in DEV.items())
BEGUN = {".dstate/schema.json", ".gitignore", "README.md", "dstate.yaml", "resources/roles.yaml"}


@dataclass(slots=True)
class Interrupted:
    """Gives what the world outside gives, until Ctrl-C is pressed at one of the times."""

    left: int

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run what is asynchronous, or hear the key."""
        try:
            self._heard()
        except KeyboardInterrupt:
            coroutine.close()
            raise
        return asyncio.run(coroutine)

    def now(self) -> str:
        """Tell the time, or hear the key."""
        self._heard()
        return "2026-01-01T00:00:00Z"

    def lineage(self) -> str:
        """Name a new state, or hear the key."""
        self._heard()
        return "L"

    def _heard(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt


@dataclass(slots=True, kw_only=True)
class Desk:
    """A folder, a project that somebody made in the console, and what variables there are."""

    folder: Path
    service: Service
    environ: dict[str, str] = field(default_factory=dict)

    def said(
        self,
        *words: str,
        environ: Mapping[str, str] | None = None,
        answers: Iterator[str] | None = None,
        pressed: Interrupted | None = None,
    ) -> Said:
        """Run one command line; where there are answers, somebody is there."""
        out, err = io.StringIO(), io.StringIO()
        world = replace(
            real_surroundings(),
            environ={**self.environ, **(environ or {})},
            folder=self.folder,
            chance=lambda: 0.0,
        )
        if pressed is not None:
            world = replace(world, run=pressed.run, now=pressed.now, lineage=pressed.lineage)
        terminal = Terminal(
            surroundings=world,
            out=out,
            err=err,
            width=WIDE,
            colour=False,
            ask=None
            if answers is None
            else lambda question: (err.write(question), next(answers))[1],
        )
        status = run(list(words), terminal)
        return Said(status=int(status), out=out.getvalue(), err=err.getvalue())

    def files(self) -> set[str]:
        """Name all that is in the folder, but for what is remembered."""
        paths = (path.relative_to(self.folder) for path in self.folder.rglob("*"))
        return {str(path) for path in paths if (self.folder / path).is_file()}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Give an empty folder, and a project that holds something and takes one key alone."""
    (tmp_path / "console").mkdir()
    (tmp_path / "desk").mkdir()
    with wired(tmp_path / "console") as console:
        console.write(HELD)
        assert console.apply().status == 0
        console.service.key = KEY
        environ = {
            "DESCOPE_BASE_URL": console.url,
            "DSTATE_BUDGET_DIR": str(tmp_path / "budget"),
            "HOME": str(tmp_path),
        }
        yield Desk(folder=tmp_path / "desk", service=console.service, environ=environ)


def test_one_command_leads_from_credentials_to_a_stack_in_git(desk: Desk) -> None:
    desk.environ |= DEV
    came = desk.said("init", "our-auth", "--from-env")
    assert came.status == 0, came.err
    assert "The plan is empty." in came.out
    assert "`DESCOPE_BASE_URL` says where the service is" in came.out
    written = {name.removeprefix("our-auth/") for name in desk.files()}
    assert written >= BEGUN | {"resources/permissions.yaml", "resources/tenants.yaml"}
    for words in (["plan", "-detailed-exitcode"], ["validate"], ["fmt", "--check"], ["drift"]):
        assert desk.said("-C", "our-auth", *words).status == 0, words
    text = (desk.folder / "our-auth" / "dstate.yaml").read_text()
    assert f"  dev: {{project_id: {PROJECT}}}\n" in text
    for name, schema in (("dstate.yaml", ".dstate"), ("resources/roles.yaml", "../.dstate")):
        first = (desk.folder / "our-auth" / name).read_text().splitlines()[0]
        assert first == f"# yaml-language-server: $schema={schema}/schema.json"
    assert ".env\n" in (desk.folder / "our-auth" / ".gitignore").read_text()
    readme = (desk.folder / "our-auth" / "README.md").read_text()
    assert "DESCOPE_DEV_MANAGEMENT_KEY" in readme
    assert "emulator" not in readme


def test_no_file_holds_the_key_and_nobody_says_it(desk: Desk) -> None:
    came = desk.said("init", "--from-env", environ=DEV)
    assert came.status == 0
    held = [path for path in desk.folder.rglob("*") if path.is_file()]
    assert [path for path in held if KEY.encode() in path.read_bytes()] == []
    assert KEY not in came.out + came.err


def test_a_stack_in_the_folder_it_is_called_in_says_its_commands_short(desk: Desk) -> None:
    came = desk.said("init", "--from-env", environ=DEV)
    assert "`dstate plan` says what a change in it would do." in came.out
    assert desk.said("plan", "-detailed-exitcode", environ=DEV).status == 0


def test_what_every_project_holds_comes_on_demand(desk: Desk) -> None:
    desk.environ |= DEV
    assert desk.said("init", "few", "--from-env").status == 0
    assert desk.said("init", "all", "--from-env", "--baseline").status == 0
    assert "Tenant Admin" in (desk.folder / "all" / "resources" / "roles.yaml").read_text()
    assert not (desk.folder / "few" / "resources" / "flows.yaml").exists()
    assert (desk.folder / "all" / "resources" / "flows.yaml").exists()
    assert desk.said("-C", "all", "plan", "-detailed-exitcode").status == 0


@pytest.mark.parametrize("where", ["our-auth", "."])
def test_credentials_may_be_in_a_file_that_git_ignores(desk: Desk, where: str) -> None:
    (desk.folder / "our-auth").mkdir()
    (desk.folder / where / ".env").write_text(ENV)
    came = desk.said("init", "our-auth", "--from-env")
    assert came.status == 0, came.err
    assert ("`mv .env our-auth/`" in came.out) == (where == ".")
    if where == ".":
        (desk.folder / ".env").rename(desk.folder / "our-auth" / ".env")
    assert desk.said("-C", "our-auth", "plan", "-detailed-exitcode").status == 0


@pytest.mark.parametrize("way", ["--env", "DSTATE_ENV"])
def test_credentials_without_a_name_are_of_the_environment_that_is_named(
    desk: Desk, way: str
) -> None:
    desk.environ |= BARE
    named = {"DSTATE_ENV": "eu-dev"} if way == "DSTATE_ENV" else {}
    words = () if named else ("--env", "eu-dev")
    assert desk.said("init", "--from-env", *words, environ=named).status == 0
    assert f"  eu-dev: {{project_id: {PROJECT}}}\n" in (desk.folder / "dstate.yaml").read_text()
    assert desk.said("plan", "-detailed-exitcode").status == 0


def test_of_several_environments_the_one_named_is_read_and_all_are_pinned(desk: Desk) -> None:
    desk.environ |= DEV | PROD
    came = desk.said("init", "--from-env", "--env", "dev")
    assert came.status == 0, came.err
    assert "Pinned in dstate.yaml as well, and not read: `prod`." in came.out
    text = (desk.folder / "dstate.yaml").read_text()
    assert "  prod: {project_id: P2prod, protected: true}\n" in text
    assert "default_environment: dev\n" in text
    assert "K2prod" not in text
    assert desk.said("plan", "-detailed-exitcode").status == 0
    assert desk.said("env", "list").status == 0


def test_production_is_protected_and_never_the_default(desk: Desk) -> None:
    prod = {name.replace("DEV", "PROD"): value for name, value in DEV.items()}
    desk.environ |= prod | {"DESCOPE_QA_PROJECT_ID": "P2qa", "DESCOPE_QA_MANAGEMENT_KEY": "K"}
    assert desk.said("init", "--from-env", "--env", "prod").status == 0
    text = (desk.folder / "dstate.yaml").read_text()
    assert f"  prod: {{project_id: {PROJECT}, protected: true}}\n" in text
    assert "default_environment" not in text
    assert desk.said("plan").status == Exit.USAGE
    assert desk.said("plan", "--env", "prod", "-detailed-exitcode").status == 0


def test_the_keychain_is_asked_for_what_the_variables_leave_out(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = {("dstate", "DESCOPE_DEV_MANAGEMENT_KEY"): KEY}
    module, errors = ModuleType("keyring"), ModuleType("keyring.errors")
    vars(module)["get_password"] = lambda service, name: kept.get((service, name))
    vars(errors)["KeyringError"] = LookupError
    monkeypatch.setitem(sys.modules, "keyring", module)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)
    project = {"DESCOPE_DEV_PROJECT_ID": PROJECT}
    assert desk.said("init", "half", "--from-env", environ=project).status == 0
    kept["dstate", "DESCOPE_DEV_PROJECT_ID"] = PROJECT
    assert desk.said("init", "none", "--from-env").status == Exit.CREDENTIALS
    assert desk.said("init", "whole", "--from-env", "--env", "dev").status == 0
    assert desk.said("-C", "whole", "plan", "-detailed-exitcode").status == 0


REFUSED: list[tuple[str, dict[str, str], list[str], Exit, list[str]]] = [
    ("none", {}, [], Exit.CREDENTIALS, ["there are no credentials", "DESCOPE_<ENV>_PROJECT_ID"]),
    (
        "none-of-it",
        {},
        ["--env", "dev"],
        Exit.CREDENTIALS,
        ["no credentials of `dev`", "DESCOPE_DEV_MANAGEMENT_KEY", "DESCOPE_MANAGEMENT_KEY", ".env"],
    ),
    (
        "half",
        {"DESCOPE_DEV_PROJECT_ID": PROJECT},
        [],
        Exit.CREDENTIALS,
        ["`DESCOPE_DEV_MANAGEMENT_KEY` is missing"],
    ),
    (
        "half-without-name",
        {"DESCOPE_MANAGEMENT_KEY": KEY},
        [],
        Exit.CREDENTIALS,
        ["`DESCOPE_PROJECT_ID` is missing"],
    ),
    ("empty", dict.fromkeys(DEV, ""), [], Exit.CREDENTIALS, ["there are no credentials"]),
    ("typo", DEV, ["--env", "dve"], Exit.CREDENTIALS, ["did you mean --env dev?"]),
    ("wrong-key", DEV | {"DESCOPE_DEV_MANAGEMENT_KEY": "K2no"}, [], Exit.CREDENTIALS, []),
    ("wrong-project", DEV | {"DESCOPE_DEV_PROJECT_ID": "P2" + "x" * 25}, [], Exit.CREDENTIALS, []),
    ("several", DEV | PROD, [], Exit.USAGE, ["of `dev`, `prod`: which", "--env"]),
    ("which", BARE, [], Exit.USAGE, ["which environment", "--env dev"]),
    (
        "of-another",
        DEV | BARE,
        ["--env", "prod"],
        Exit.CREDENTIALS,
        ["`DESCOPE_PROJECT_ID` is the project of `dev`, not of `prod`"],
    ),
    (
        "nobody-has-a-project",
        {"DESCOPE_DEV_MANAGEMENT_KEY": KEY, "DESCOPE_MANAGEMENT_KEY": KEY},
        ["--env", "prod"],
        Exit.CREDENTIALS,
        ["`DESCOPE_PROJECT_ID` is missing"],
    ),
    ("local", BARE, ["--env", "local"], Exit.USAGE, ["`local` is the emulator"]),
    ("two", DEV, ["--env", "dev", "--env", "qa"], Exit.USAGE, ["more than once"]),
    ("name", DEV, ["--name", "Not Good"], Exit.USAGE, ["not a name for a stack"]),
    ("environment", BARE, ["--env", "Dev!"], Exit.USAGE, ["not a name for an environment"]),
]


@pytest.mark.parametrize(
    ("environ", "words", "status", "told"),
    [row[1:] for row in REFUSED],
    ids=[row[0] for row in REFUSED],
)
def test_what_is_refused_leaves_nothing(
    desk: Desk, environ: dict[str, str], words: list[str], status: Exit, told: list[str]
) -> None:
    came = desk.said("init", "our-auth", "--from-env", *words, environ=environ)
    assert came.status == status, came.err
    assert [one for one in told if one not in came.err] == []
    assert list(desk.folder.iterdir()) == []
    assert not any(key in came.out + came.err for key in (KEY, "K2no", "K2prod"))


def test_a_stack_that_is_there_is_refused_before_anybody_is_asked(desk: Desk) -> None:
    assert desk.said("init", "--yes").status == 0
    before = desk.files()
    came = desk.said("init", "--from-env", environ=DEV)
    assert (came.status, "is a stack already" in came.err) == (Exit.USAGE, True)
    assert desk.files() == before


def test_files_beside_stay_and_resources_are_never_overwritten(desk: Desk) -> None:
    (desk.folder / "README.md").write_text("mine\n")
    (desk.folder / ".gitignore").write_text("state/\n")
    (desk.folder / "resources").mkdir()
    (desk.folder / "resources" / "roles.yaml").write_text("# mine\n")
    came = desk.said("init", "--from-env", environ=DEV)
    assert (came.status, "`resources/roles.yaml`" in came.err) == (Exit.REFUSED, True)
    assert "Nothing was written" in came.err
    assert desk.files() == {".gitignore", "README.md", "resources/roles.yaml"}
    (desk.folder / "resources" / "roles.yaml").unlink()
    came = desk.said("init", "--from-env", environ=DEV)
    assert (came.status, "lets `.env` into git" in came.err) == (0, True)
    assert (desk.folder / "README.md").read_text() == "mine\n"


def test_a_service_that_does_not_answer_leaves_nothing(desk: Desk) -> None:
    desk.service.faults = Faults(faults=(parse("* /v1/mgmt/role/*: reset=before"),))
    came = desk.said("init", "our-auth", "--from-env", environ=DEV)
    assert (came.status, "Nothing was written" in came.err) == (Exit.UNREACHABLE, True)
    assert list(desk.folder.iterdir()) == []


def test_an_interrupt_leaves_nothing_or_says_what_is_not_whole(desk: Desk) -> None:
    desk.environ |= DEV
    seen: list[bool] = []
    while True:
        stack = f"stack-{len(seen)}"
        # Nobody waits for the limits of the calls that were made for the ones before.
        desk.environ["DSTATE_BUDGET_DIR"] = str(desk.folder.parent / stack)
        came = desk.said("init", stack, "--from-env", pressed=Interrupted(len(seen)))
        if came.status == 0:
            break
        stands = (desk.folder / stack).exists()
        assert came.status == Exit.INTERRUPTED
        assert ("is not whole: remove it" in came.err) == stands
        assert ("Nothing was written" in came.err) == (not stands)
        seen.append(stands)
    assert (seen[0], set(seen)) == (False, {False, True})
    assert desk.said("-C", stack, "plan", "-detailed-exitcode").status == 0


@pytest.mark.parametrize(
    ("environ", "question"),
    [(DEV | PROD, "Which project is to be brought in: dev, prod? "), (BARE, "called, such as dev")],
)
def test_somebody_who_is_there_is_asked(desk: Desk, environ: dict[str, str], question: str) -> None:
    came = desk.said("init", "--from-env", environ=environ, answers=iter(["dev\n", "ours\n"]))
    assert came.status == 0, came.err
    assert question in came.err
    assert "name: ours\n" in (desk.folder / "dstate.yaml").read_text()
    quiet = desk.said("init", "b", "--from-env", "--yes", environ=environ, answers=iter([]))
    assert quiet.status == Exit.USAGE


def test_what_goes_with_from_env_alone_is_refused_without(desk: Desk) -> None:
    came = desk.said("init", "--baseline", "--yes")
    assert (came.status, "say --from-env" in came.err) == (Exit.USAGE, True)
    assert list(desk.folder.iterdir()) == []


def test_the_stack_at_hand_is_no_model_for_a_new_one(desk: Desk) -> None:
    assert desk.said("init", "--yes", "--env", "dev").status == 0
    assert desk.said("init", "ours", "--from-env", environ=DEV).status == 0
    assert "endpoint" not in (desk.folder / "ours" / "dstate.yaml").read_text().split("# local")[0]


def test_a_state_that_is_kept_apart_is_named_too_where_all_of_it_is_not_whole(desk: Desk) -> None:
    (desk.folder / "pyproject.toml").write_text('[tool.dstate]\nstate = "apart"\n')
    desk.environ |= DEV
    for number in count():
        desk.environ["DSTATE_BUDGET_DIR"] = str(desk.folder.parent / f"budget-{number}")
        came = desk.said("init", f"n{number}", "--from-env", pressed=Interrupted(number))
        assert came.status == Exit.INTERRUPTED
        apart = desk.folder / "apart" / f"n{number}" / "dev"
        stands = (desk.folder / f"n{number}").exists()
        assert apart.exists() == stands
        if stands:
            break
    assert f"{desk.folder / f'n{number}'} and {apart} is not whole" in came.err
