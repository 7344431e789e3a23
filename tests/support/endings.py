"""A stack with secrets, two projects that tell all they hear, and a line of every command."""

import copy
import io
import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import (
    contextmanager,
    redirect_stderr,
    redirect_stdout,
)
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

from descope_state.cli.main import real_surroundings, run
from descope_state.cli.terminal import Terminal
from dstate_descope.emulator.faults import Faults
from dstate_descope.emulator.request import Request, Response
from dstate_descope.emulator.service import Outcome, Service
from dstate_descope.emulator.world import World
from tests.support import canaries
from tests.support.emulated import INVITE
from tests.support.served import PROJECT, Wired, wired

Words = tuple[str, ...]
# Where secrets are, and where they are told to be.
HIDDEN = ("second.secret", "told")

_LINES = """
plan
plan -out new.json -detailed-exitcode
plan --json
apply plan.json -secrets-into told
apply -auto-approve -secrets-into told
apply -auto-approve --json -secrets-into told
destroy -auto-approve
refresh -auto-approve
resume
show plan.json
show --json plan.json
output
drift --who
drift --json
drift --env remote,other
drift revert -auto-approve
drift accept --all -auto-approve
drift ignore role.two --reason ok --owner me --until 2099-12-31
drift rules
import permission.stray stray --write resources/more.yaml -auto-approve
import --all --env remote --out-dir copy -auto-approve
drift adopt wanderer --write resources/adopted.yaml -auto-approve
tenant list --no-cache
tenant show one --no-cache
tenant create --name Initech --yes
tenant update one --set disabled=true --yes
tenant delete one --yes --cascade
tenant sync --config tenants.txt --apply --yes
flow list --no-cache
flow show one --no-cache
flow export one --out-dir out
flow diff one other:one -detailed-exitcode
flow import exported/one.json --flow-id copy --yes
flow import exported/one.json --flow-id copy --yes --env remote,other
flow delete one --yes
cache info
cache warm
cache clear
runs list
runs show
backup create
backup list
backup show latest --json
backup verify
backup restore latest -auto-approve
undo -auto-approve
backup prune --keep 1
audit log --json
audit verify
audit export
state list
state show outbound_application.first
state mv role.two role.three
state rm role.two
state pull
state push pulled.json
state history
state rollback
state repair
state repair --accept
state rebuild
state rebuild --force
state verify
force-unlock
validate
why outbound_application.first
impact permission.one
graph
explain role
schema
fmt --check
completion bash
version --json
env list
env show remote
env diff remote other -detailed-exitcode
env promote remote other role.one -detailed-exitcode
env matrix
demo taken
quickstart taken --yes
init taken --name taken
init founded --from-env --env remote
doctor
emulator start --limit nonsense
emulator call GET /v1/mgmt/role/all --env local
emulator dump --env local
emulator reset --yes --env local
"""
LINES: tuple[Words, ...] = tuple(tuple(line.split()) for line in _LINES.strip().splitlines())

SETTINGS = """\
dstate: 1
name: endings
default_environment: remote
environments:
  remote: {{endpoint: "{remote}"}}
  other: {{endpoint: "{other}"}}
  local: {{endpoint: emulator}}
safety: {{max_deletes: 100, max_delete_percent: 100}}
"""
RESOURCES: Mapping[str, Any] = {
    "permission": {"one": {"name": "perm.one", "description": "mine"}},
    "role": {
        "one": {"name": "One", "description": "mine", "permissions": ["${permission.one.name}"]},
        "two": {"name": "Two"},
    },
    "tenant": {"one": {"name": "Acme", "id": "one"}},
    "flow": {"one": {"id": "one", "definition": INVITE}},
    "access_key": {"ci": {"name": "CI"}},
    "outbound_application": {
        "first": {"id": "first", "name": "First", "client_secret": "${secret('env:FIRST')}"},
        "second": {
            "id": "second",
            "name": "Second",
            "client_secret": "${secret('file:second.secret')}",
        },
    },
}


class Telling(Service):
    """Says in a refusal all that it was sent; gives secrets away, as any log of it would.

    `refusing` says which calls are refused so, `stopping` at which one somebody presses Ctrl-C.
    """

    refusing: Callable[[Request], bool]
    stopping: Callable[[Request], bool]
    cleartexts: ClassVar[list[str]] = []

    def outcome(self, request: Request, *, source: str = "") -> Outcome:
        if self.stopping(request):
            os.kill(os.getpid(), signal.SIGINT)
        if self.refusing(request):
            return Outcome(response=Response(status=400, body=_told(request)))
        outcome = Service.outcome(self, request, source=source)
        body = outcome.response.body
        if isinstance(body, dict) and isinstance(body.get("cleartext"), str):
            self.cleartexts.append(body["cleartext"])
        return outcome


def never(_: Request) -> bool:
    return False


def _told(request: Request) -> dict[str, str]:
    leaves = " ".join(_leaves(request.body))
    text = f"{request.authorization} sent {leaves} as {json.dumps(request.body)}"
    return {"errorCode": "E011003", "errorDescription": text, "errorMessage": text}


def _leaves(value: object) -> Iterator[str]:
    match value:
        case dict():
            for inner in value.values():
                yield from _leaves(inner)
        case list():
            for inner in value:
                yield from _leaves(inner)
        case str():
            yield value


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A command line, under which circumstances, and what came of it."""

    words: Words
    under: str
    status: int
    text: str

    def __str__(self) -> str:
        return f"`{' '.join(self.words)}` ({self.under}) → {self.status}"


@dataclass(slots=True, kw_only=True)
class Stage:
    """A stack with secrets and two projects, put back to where they were before every command."""

    remote: Wired
    other: Wired
    kept: Path
    secrets: list[str] = field(default_factory=list)
    environ: dict[str, str] = field(default_factory=dict)
    ask: Callable[[str], str] | None = None
    worlds: list[World] = field(default_factory=list)
    _before: dict[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return self.remote.folder

    @property
    def services(self) -> tuple[Telling, Telling]:
        one, two = self.remote.service, self.other.service
        assert isinstance(one, Telling)
        assert isinstance(two, Telling)
        return one, two

    def prepare(self) -> None:
        """Write the stack, apply it, and leave a trace of everything that can be looked at."""
        self.secrets = [canaries.management_key(), canaries.canary(), canaries.canary()]
        key, first, second = self.secrets
        for service in self.services:
            service.key = key
            service.refusing = service.stopping = never
        home = str(self.folder / "home")
        self.environ = {
            **{f"DESCOPE_{name}_PROJECT_ID": PROJECT for name in ("REMOTE", "OTHER")},
            **{f"DESCOPE_{name}_MANAGEMENT_KEY": key for name in ("REMOTE", "OTHER")},
            # For a stack that is still to be founded; these say where their projects are.
            "DESCOPE_BASE_URL": self.remote.url,
            "FIRST": first,
            "HOME": home,
            "XDG_DATA_HOME": f"{home}/data",
            "DSTATE_CACHE_DIR": f"{home}/cache",
            "DSTATE_BUDGET_DIR": f"{home}/budget",
        }
        (self.folder / "second.secret").write_text(second)
        urls = {"remote": self.remote.url, "other": self.other.url}
        (self.folder / "dstate.yaml").write_text(SETTINGS.format(**urls))
        self.write(RESOURCES)
        tenant = {"resources": {"tenant": {"one": {"name": "Acme Ltd", "id": "one"}}}}
        (self.folder / "tenants.txt").write_text(json.dumps(tenant))
        for line in (
            "apply -auto-approve -secrets-into told --env other",
            "apply -auto-approve -secrets-into told",
            "emulator call GET /v1/mgmt/role/all --env local",
            "plan --env local",
            "flow export one --out-dir exported",
            "backup create",
            "apply -auto-approve -secrets-into told",
        ):
            heard = self.say(tuple(line.split()), under="the beginning")
            assert heard.status == 0, (heard, heard.text)
            self.environ["FIRST"] = self._renewed()
            (self.folder / "second.secret").write_text(self._renewed())
        self._disturb()
        pulled = self.say(("state", "pull"), under="the beginning")
        (self.folder / "pulled.json").write_text(pulled.text)
        planned = self.say(("plan", "-out", "plan.json"), under="the beginning")
        assert planned.status == 0, planned.text
        shutil.copytree(self.folder, self.kept)
        self.worlds = [copy.deepcopy(service.world) for service in self.services]
        self._before = dict(self.environ)

    def write(self, resources: Mapping[str, Any], **more: object) -> None:
        """Write the resources of the stack."""
        outputs = {"o": {"value": "${role.one.name}"}} if "role" in resources else {}
        text = {"resources": resources, "outputs": outputs, **more}
        (self.folder / "stack.yaml").write_text(json.dumps(text))

    def _renewed(self) -> str:
        self.secrets.append(canaries.canary())
        return self.secrets[-1]

    def _disturb(self) -> None:
        """Let somebody have been at the projects."""
        for service in self.services:
            tables = service.world.tables
            for row in tables["roles"].values():
                if row["name"] == "One":
                    row["description"] = "theirs"
            pattern = next(iter(tables["permissions"].values()))
            for name in ("stray", "wanderer"):
                tables["permissions"][name] = {**pattern, "id": name, "name": name}

    def restore(self) -> None:
        """Put everything back."""
        for path in self.folder.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copytree(self.kept, self.folder, dirs_exist_ok=True)
        self.environ = dict(self._before)
        self.ask = None
        for service, world in zip(self.services, self.worlds, strict=True):
            service.world = copy.deepcopy(world)
            service.faults = Faults()
            service.refusing = service.stopping = never

    def say(self, words: Words, *, under: str) -> Heard:
        """Say a command line; what libraries print past the terminal is heard as well."""
        out, err = io.StringIO(), io.StringIO()
        surroundings = replace(real_surroundings(), environ=dict(self.environ), folder=self.folder)
        terminal = Terminal(
            surroundings=surroundings, out=out, err=err, width=100, colour=False, ask=self.ask
        )
        with redirect_stdout(out), redirect_stderr(err):
            try:
                status = run(["--log", "run.log", "--debug", *words], terminal)
            finally:
                for service in self.services:
                    service.stopping = never
        text = out.getvalue() if words == ("state", "pull") else out.getvalue() + err.getvalue()
        return Heard(words=words, under=under, status=int(status), text=text)

    def leaks(self, heard: Heard, *, besides: str = "") -> list[str]:
        """Name every place that holds a secret which does not belong there."""
        told = [path.read_text() for path in self.folder.glob("told*/*") if path.is_file()]
        secrets = {*self.secrets, *Telling.cleartexts, *told}
        places = {"the screen": heard.text.encode(), "a traceback": besides.encode()}
        for path in self.folder.rglob("*"):
            if path.is_file() and set(HIDDEN).isdisjoint(path.relative_to(self.folder).parts):
                places[str(path.relative_to(self.folder))] = path.read_bytes()
        everything = b"\n".join(places.values())
        if not canaries.found(secrets, everything):
            return []
        return [
            f"{heard}: {place}" for place, data in places.items() if canaries.found(secrets, data)
        ]


@contextmanager
def staged(folder: Path) -> Iterator[Stage]:
    """Serve two projects, and set the stage."""
    (folder / "stack").mkdir()
    (folder / "elsewhere").mkdir()
    with (
        wired(folder / "stack", tier=2, make=Telling) as remote,
        wired(folder / "elsewhere", tier=2, make=Telling) as other,
    ):
        stage = Stage(remote=remote, other=other, kept=folder / "kept")
        stage.prepare()
        yield stage
