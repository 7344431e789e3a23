"""Malformed stacks that are kept as folders: what stands in one is laid over a sound `dstate.yaml`.

`expect` in a folder lists what is to be told, in reading order: a code, a file with its line, and
words of the message. Lines that begin with `#` say how the command is called.
"""

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

CORPUS = Path(__file__).parents[1] / "corpus" / "stacks"
SETTINGS = CORPUS / "dstate.yaml"

Build = Callable[[Path], object]

_EXPECTED = re.compile(r"(E\d{4}) (\S+):(\d+) (.+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One complaint that is expected."""

    code: str
    file: str
    line: int
    words: str

    @classmethod
    def read(cls, text: str) -> "Told":
        """Read what a line of `expect` says."""
        match = _EXPECTED.fullmatch(text)
        if match is None:
            message = f"`{text}` is not `CODE file:line words`"
            raise ValueError(message)
        code, file, line, words = match.groups()
        return cls(code=code, file=file, line=int(line), words=words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Malformed:
    """One malformed stack; `more` allows for others after those that are listed."""

    name: str
    build: Build
    told: tuple[Told, ...]
    arguments: tuple[str, ...] = ()
    environ: Mapping[str, str] = field(default_factory=dict)
    more: bool = False

    def make(self, folder: Path) -> Path:
        """Write the stack into a folder that does not exist yet."""
        folder.mkdir(parents=True)
        shutil.copyfile(SETTINGS, folder / SETTINGS.name)
        self.build(folder)
        return folder


def write(folder: Path, name: str, content: str | bytes) -> None:
    """Write one file of a stack, with the folders above it."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


class Register:
    """Collects stacks that are made when they are needed."""

    def __init__(self) -> None:
        self.cases: list[Malformed] = []

    def made(
        self, name: str, *told: str, arguments: tuple[str, ...] = (), more: bool = False
    ) -> Callable[[Build], Build]:
        """Register a function that makes a stack, and what is to be told about it."""

        def register(build: Build) -> Build:
            expected = tuple(Told.read(line) for line in told)
            name_ = f"odd/{name}"
            case = Malformed(name=name_, build=build, told=expected, arguments=arguments, more=more)
            self.cases.append(case)
            return build

        return register

    def file(self, name: str, content: str | bytes, *told: str, more: bool = False) -> None:
        """Register a stack that consists of one file besides the settings."""
        self.made(name, *told, more=more)(lambda folder: write(folder, "stack.yaml", content))


def folders() -> Iterator[Malformed]:
    """Give every folder of the corpus."""
    for expect in sorted(CORPUS.rglob("expect")):
        lines = expect.read_text(encoding="utf-8").splitlines()
        said = [line.removeprefix("# ").partition(" ") for line in lines if line.startswith("#")]
        yield Malformed(
            name=str(expect.parent.relative_to(CORPUS)),
            build=_copier(expect.parent),
            told=tuple(Told.read(line) for line in lines if not line.startswith("#")),
            arguments=tuple(
                word for sort, _, rest in said if sort == "arguments" for word in rest.split()
            ),
            environ=dict(_pair(rest) for sort, _, rest in said if sort == "environ"),
        )


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name, value


def _copier(source: Path) -> Callable[[Path], None]:
    def build(folder: Path) -> None:
        shutil.copytree(source, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("expect"))

    return build
