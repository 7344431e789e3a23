"""Pages of documentation as things that can be tried: their commands, what they show, their links.

A `console` block is a session: what follows `$ ` is typed, the lines below are found in what it
prints, in that order, `…` standing for whatever; `(exit 3)` says how a command ends that does not
end well. An `sh` block holds commands alone, of which those of dstate are typed.
"""

import re
import shlex
import signal
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from subprocess import PIPE

from tests.support.spoken import said

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HERE = re.compile(r"<<\s*'?(\w+)'?\s*$")
_EXIT = re.compile(r"\(exit (\d+)\)")
_COMMENT = re.compile(r"\s+# (?:exit (\d+)|.*)$")
_LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_SERVES = "dstate emulator start"
_SHELL = re.compile(r"[|<>;&`*]|\$\(|^[A-Z_]+=")


@dataclass(slots=True, kw_only=True)
class Typed:
    """One command of a page, what it is to show, and how it is to end."""

    command: str
    shows: list[str] = field(default_factory=list)
    status: int = 0


def typed(text: str) -> Iterator[Typed]:
    """Give every command of a page, in order."""
    for language, body in _BLOCK.findall(text):
        if language == "console":
            yield from _session(body)
        elif language == "sh":
            yield from _commands(body)


def _commands(body: str) -> Iterator[Typed]:
    for line in body.splitlines():
        if line.startswith("dstate "):
            yield _commented(line)


def _commented(line: str) -> Typed:
    """Read a command behind which a comment may stand, and in it how the command ends."""
    comment = _COMMENT.search(line)
    status = int(comment[1] or 0) if comment is not None else 0
    return Typed(command=_COMMENT.sub("", line), status=status)


def _session(body: str) -> Iterator[Typed]:
    lines = iter(body.splitlines())
    current: Typed | None = None
    for line in lines:
        if line.startswith("$ "):
            if current is not None:
                yield current
            current = _commented(line[2:])
            current.command = _whole(current.command, lines)
        elif current is not None:
            _add(current, line)
    if current is not None:
        yield current


def _whole(command: str, lines: Iterator[str]) -> str:
    """Give a command with the text that it is handed on the lines below."""
    here = _HERE.search(command)
    if here is None:
        return command
    handed = takewhile(lambda line: line != here[1], lines)
    return "\n".join((command, *handed, here[1]))


def _add(current: Typed, line: str) -> None:
    ending = _EXIT.fullmatch(line.strip())
    if ending:
        current.status = int(ending[1])
    elif line.strip():
        current.shows.append(line)


def tried(one: Typed, folder: Path, *, environ: Mapping[str, str]) -> str:
    """Type one command in a folder, and say what of it was not as the page says."""
    status, told = _run(one.command, folder, environ)
    if status != one.status:
        return f"$ {one.command}\nended with {status}, not {one.status}:\n{told}"
    place = 0
    for line in one.shows:
        for part in filter(None, (part.strip() for part in line.split("…"))):
            found = told.find(part, place)
            if found < 0:
                return f"$ {one.command}\ndoes not show `{part}` there:\n{told}"
            place = found + len(part)
    return ""


def _run(command: str, folder: Path, environ: Mapping[str, str]) -> tuple[int, str]:
    own = command.startswith("dstate ") and not command.startswith(_SERVES)
    if own and not _SHELL.search(command):
        came = said(shlex.split(command)[1:], folder=folder, environ=environ)
        return came.status, came.out + came.err
    if command.startswith(_SERVES):
        return _served(command, folder, environ)
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=folder,
        env=dict(environ),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def _served(command: str, folder: Path, environ: Mapping[str, str]) -> tuple[int, str]:
    """Type what goes on until it is interrupted, and interrupt it once it says where it is."""
    words = shlex.split(command)
    with subprocess.Popen(words, cwd=folder, env=dict(environ), stdout=PIPE, text=True) as process:
        first = process.stdout.readline() if process.stdout is not None else ""
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=30)
    return (0 if first.startswith("http://127.0.0.1:") else 1), first + rest


def broken_links(page: Path) -> list[str]:
    """Give every link of a page inside the repository that leads nowhere."""
    text = _BLOCK.sub("", page.read_text(encoding="utf-8"))
    return [link for link in _LINK.findall(text) if not _leads(page, link)]


def _leads(page: Path, link: str) -> bool:
    if re.match(r"[a-z]+:", link):
        return True
    name, _, anchor = link.partition("#")
    target = (page.parent / name).resolve() if name else page
    if not target.exists():
        return False
    return not anchor or anchor in _anchors(target.read_text(encoding="utf-8"))


def _anchors(text: str) -> set[str]:
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in _HEADING.findall(text))
    return {heading.strip().replace(" ", "-") for heading in plain}
