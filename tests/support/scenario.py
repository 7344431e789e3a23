"""Plays one folder of `tests/scenarios`: a stack, a world and a state in, everything said out.

A case is data. What it may hold is told in `tests/scenarios/README.md`.
"""

import copy
import io
import json
import shlex
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from descope_state.app.surroundings import Actor, Surroundings
from descope_state.cli.main import run
from descope_state.cli.terminal import Terminal
from descope_state.model.codec import decode_plan, encode_plan
from descope_state.sdk.faults import (
    Indeterminate,
    NotLicensed,
    Rejected,
    Throttled,
    Unauthorized,
    Unavailable,
)
from descope_state.sdk.provider import Deed, Limit
from tests.support.provider import KINDS, Call, FakeProvider, FakeWorld, OpenGate
from tests.support.remembered import KEY, LINEAGE, state_files
from tests.support.virtual_time import run as run_virtually

Data: TypeAlias = dict[str, Any]

NOW = "2026-01-01T00:00:00Z"
VERSION = "1.0.0"
WIDTH = 100
AGAIN = ".again.json"
CANARY = b"canary"
READS = frozenset({"list", "read", "find", "tier", "trail"})
WRITERS = frozenset({"apply", "destroy", "import", "resume", "backup", "undo"})
WALL = 1_767_225_600.0
ACTOR = Actor(user="ada", host="desk", pid=4711)
SETTINGS = """\
dstate: 1
name: demo
environments:
  test: {endpoint: memory}
backend: {path: state}
"""


def _never(seconds: float) -> None:
    message = f"a scenario never waits, and this one was to wait {seconds} s"
    raise AssertionError(message)


def _answering(answers: Sequence[str], err: io.StringIO) -> Callable[[str], str]:
    pending = iter(answers)

    def ask(question: str) -> str:
        answer = next(pending)
        err.write(f"{question}{answer}\n")
        return answer + "\n"

    return ask


def _failing(fault: Exception) -> Callable[[Call], object]:
    def fail(call: Call) -> object:
        del call
        raise fault

    return fail


def _lost(call: Call) -> object:
    call.proceed()
    message = "the answer never came"
    raise Indeterminate(message)


def _once(fail: Callable[[Call], object]) -> Callable[[Call], object]:
    failed: set[str] = set()

    def failing(call: Call) -> object:
        if call.kind in failed:
            return call.proceed()
        failed.add(call.kind)
        return fail(call)

    return failing


def _later(fail: Callable[[Call], object]) -> Callable[[Call], object]:
    return lambda call: call.proceed() if call.number == 1 else fail(call)


FAULTS: Mapping[str, Callable[[Call], object]] = {
    "lost": _lost,
    "days": _failing(Throttled("too many calls", after=999_999)),
    "unsent": _failing(Indeterminate("the request may have been lost")),
    "unavailable": _failing(Unavailable("the service answered 503")),
    "unauthorized": _failing(Unauthorized("the service does not know this key")),
    "throttled": _failing(Throttled("too many calls", after=30)),
    "rejected": _failing(Rejected("the service refuses this call")),
    "closed": _failing(NotLicensed("this key may not see them")),
    "empty": lambda call: [] if call.operation == "list" else None,
}


@dataclass(slots=True, kw_only=True)
class Said:
    """What one command line gave back."""

    status: int
    out: str
    err: str


@dataclass(slots=True, kw_only=True)
class Scenario:
    """One case while it is played: its own copy of the stack, its world, and what came of it."""

    case: Path
    folder: Path
    world: FakeWorld
    environ: dict[str, str]
    others: Mapping[str, FakeWorld] = field(default_factory=dict)
    before: Mapping[str, Mapping[str, Data]] = field(default_factory=dict)
    transcript: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    plans: dict[str, bytes] = field(default_factory=dict)
    documents: dict[str, str] = field(default_factory=dict)
    given: frozenset[Path] = frozenset()
    runs: int = 0

    @property
    def steps(self) -> list[str | Data]:
        """What is done, in order: command lines, and acts of somebody else."""
        return list(_yaml(self.case / "steps.yaml"))

    def play(self) -> None:
        """Do every step and check what must hold after each."""
        for step in self.steps:
            match step:
                case str():
                    self._command(step)
                case {"run": str(text), "type": list(answers)}:
                    self._command(text, answers=answers)
                case _:
                    _intervene(self, step)

    # -- commands ------------------------------------------------------------------------------

    def _command(self, text: str, *, answers: Sequence[str] | None = None) -> None:
        start = len(self.world.requests)
        said = self._run(text, answers=answers)
        sent = self.world.requests[start:]
        self.requests.append("".join(f"{one}\n" for one in (f"$ {text}", *sent)))
        self.transcript.append(self._told(text, said))
        words = [word for word in shlex.split(text) if "=" not in word or word[0] == "-"]
        writing = words[1] in WRITERS or words[1:3] == ["drift", "revert"]
        if writing:
            self.before = self.objects()
        if words[1] == "plan":
            name = words[words.index("-out") + 1] if "-out" in words else ""
            self._again(text, said, saved=self.folder / name)
            if name and (self.folder / name).exists():
                self.plans[name] = (self.folder / name).read_bytes()
        if not writing:
            assert [one for one in sent if one.split()[0] not in READS] == []
        assert self.objects() == self.before
        assert CANARY not in (said.out + said.err).encode()

    def _again(self, text: str, said: Said, *, saved: Path) -> None:
        """Plan again, lists in another order: the same plan to the byte, and it shows the same."""
        self.world.shuffled = 7
        again = self._run(f"{text} -out {AGAIN}")
        self.world.shuffled = None
        assert (again.status, again.out) == (said.status, said.out)
        path = self.folder / AGAIN
        if not path.exists():
            return
        data = path.read_bytes()
        assert encode_plan(decode_plan(data, KEY), KEY) == data
        assert not saved.is_file() or saved.read_bytes() == data
        if "--json" not in text and "--markdown" not in text:
            verbose = " --verbose" if "--verbose" in text else ""
            assert self._run(f"dstate show {AGAIN}{verbose}").out == again.out
        assert json.loads(self._run(f"dstate show --json {AGAIN}").out)["format_version"]
        path.unlink()

    def _run(self, text: str, *, answers: Sequence[str] | None = None) -> Said:
        words = shlex.split(text)
        environ = dict(self.environ)
        while "=" in words[0]:
            name, _, value = words.pop(0).partition("=")
            environ[name] = value
        assert words[0] == "dstate", f"a step begins with `dstate`, and this one is `{text}`"
        out, err = io.StringIO(), io.StringIO()
        terminal = Terminal(
            surroundings=Surroundings(
                environ=environ,
                folder=self.folder,
                now=lambda: NOW,
                providers=lambda: {"fake": FakeProvider(self.world, self.others)},
                version=VERSION,
                lineage=lambda: LINEAGE,
                key=lambda: KEY,
                wall=lambda: WALL,
                monotonic=lambda: 0.0,
                chance=lambda: 0.5,
                pause=_never,
                actor=lambda: ACTOR,
                run_id=self._run_id,
                run=run_virtually,
            ),
            out=out,
            err=err,
            width=WIDTH,
            colour=False,
            ask=None if answers is None else _answering(answers, err),
        )
        status = run(words[1:], terminal)
        return Said(status=int(status), out=out.getvalue(), err=err.getvalue())

    def _run_id(self) -> str:
        self.runs += 1
        return f"20260101-000000-{self.runs:04x}"

    def _told(self, text: str, said: Said) -> str:
        told = f"$ {text}\n"
        for stream, content in (("stderr", said.err), ("stdout", said.out)):
            if content:
                told += f"--- {stream}\n{self._readable(content)}"
        return f"{told}--- exit {said.status}\n"

    def _readable(self, content: str) -> str:
        """Keep text as it is; one long line of JSON goes into a file of its own, laid out."""
        if not (content.startswith("{") and content.count("\n") == 1):
            return content
        name = f"{len(self.transcript) + 1}-stdout.json"
        self.documents[name] = json.dumps(json.loads(content), indent=1, ensure_ascii=False) + "\n"
        return f"(one line of JSON, laid out in {name})\n"

    def objects(self) -> dict[str, dict[str, Data]]:
        """Copy what all worlds hold."""
        held = dict(_objects(self.world))
        for name, world in self.others.items():
            held |= {f"{name} {kind}": rows for kind, rows in _objects(world).items()}
        return held

    # -- afterwards ----------------------------------------------------------------------------

    def made(self) -> Iterator[Path]:
        """Find every file that the commands wrote."""
        for path in sorted(self.folder.rglob("*")):
            if path.is_file() and path not in self.given:
                yield path


def opened(case: Path, folder: Path) -> Scenario:
    """Lay a case out in a folder of its own."""
    data: Data = _yaml(case / "before.yaml") if (case / "before.yaml").exists() else {}
    if (case / "stack").exists():
        shutil.copytree(case / "stack", folder, dirs_exist_ok=True)
    settings = folder / "dstate.yaml"
    if not settings.exists():
        settings.write_text(SETTINGS, encoding="utf-8")
    given = frozenset(path for path in folder.rglob("*") if path.is_file())
    world = _world(data)
    state_files(data, folder=folder, world=world)
    scenario = Scenario(
        case=case,
        folder=folder,
        world=world,
        environ=dict(data.get("environ", {})),
        others={name: _other(name, rows, world) for name, rows in data.get("worlds", {}).items()},
        given=given,
    )
    scenario.before = scenario.objects()
    return scenario


def _other(name: str, rows: Data, world: FakeWorld) -> FakeWorld:
    """Make the project of another environment; what reaches it is written down in one list."""
    other = _world({"world": rows, "baseline": {}})
    other.project_id = f"P{name}"
    other.requests = world.requests
    return other


def _world(data: Data) -> FakeWorld:
    world = FakeWorld.of(
        {
            **data.get("world", {}),
            "tier": data.get("tier", "free"),
            "baseline": data.get("baseline", {}),
        }
    )
    for kind in KINDS:
        kind(world, OpenGate())  # Settings are there before anybody asks for them.
    world.deeds = [
        Deed(**{**deed, "subjects": frozenset(deed.get("subjects", ()))})
        for deed in data.get("trail", ())
    ]
    world.limits = tuple(Limit(**limit) for limit in data.get("limits", ()))
    for place, name in data.get("faults", {}).items():
        _break(world, place, name=name)
    return world


def _break(world: FakeWorld, place: str, *, name: str) -> None:
    kind, _, operation = place.partition(".")
    fault, _, when = name.partition(" ")
    wrapped = {"": FAULTS[fault], "once": _once(FAULTS[fault]), "later": _later(FAULTS[fault])}
    world.on[kind, operation] = wrapped[when]


def _objects(world: FakeWorld) -> dict[str, dict[str, Data]]:
    return copy.deepcopy({kind: held for kind, held in world.objects.items() if held})


def _intervene(scenario: Scenario, step: Data) -> None:
    """Do what somebody else does between two commands."""
    said = _with_files(scenario, step)
    if said:
        scenario.transcript.append(said)
        return
    match step:
        case {"put": {"kind": kind, "id": identifier, "as": dict(values)}}:
            scenario.world.put(kind, identifier, **values)
            scenario.before = scenario.objects()
            scenario.transcript.append(f"# somebody makes {kind} {identifier}: {values}\n")
        case {"faults": dict(faults)}:
            scenario.world.on.clear()
            for place, name in faults.items():
                _break(scenario.world, place, name=name)
            scenario.transcript.append(f"# faults from now on: {faults or 'none'}\n")
        case {"change": {"kind": kind, "id": identifier, "to": dict(fields)}}:
            scenario.world.change(kind, identifier, **fields)
            scenario.before = scenario.objects()
            scenario.transcript.append(f"# somebody changes {kind} {identifier}: {fields}\n")
        case _:
            message = f"{scenario.case.name}: there is no step like {step}"
            raise ValueError(message)


def _yaml(path: Path) -> Any:  # noqa: ANN401  # YAML is whatever it says
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _with_files(scenario: Scenario, step: Data) -> str:
    """Do what somebody does with the files of a stack; says nothing where it is about the world."""
    match step:
        case {"show": name}:
            text = (scenario.folder / name).read_text(encoding="utf-8")
            return f"# {name} says:\n{text}"
        case {"truncate": name, "to": size}:
            path = scenario.folder / name
            path.write_bytes(path.read_bytes()[:size])
            return f"# {name} is cut to {size} bytes\n"
        case {"remove": name}:
            path = scenario.folder / name
            shutil.rmtree(path) if path.is_dir() else path.unlink()
            return f"# somebody removes {name}\n"
        case {"alter": name, "replace": old, "with": new}:
            path = scenario.folder / name
            before = path.read_text(encoding="utf-8")
            assert old in before, f"`{old}` is not in {name}"
            path.write_text(before.replace(old, new), encoding="utf-8")
            return f"# in {name}, `{old}` becomes `{new}`\n"
        case _:
            return ""
