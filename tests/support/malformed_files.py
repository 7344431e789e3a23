"""Malformed stacks with files that are none: pipes, devices, links, folders, and too many."""

import os
import socket
import subprocess
from pathlib import Path

from tests.support.malformed_folders import Register, write

SOUND = "resources:\n  role:\n    analyst: {name: Analyst}\n"

register = Register()
_made = register.made


def large(folder: Path, name: str, size: int = 100_000_000) -> None:
    """Make a file that is large and takes no room."""
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).touch()
    os.truncate(folder / name, size)


# -- what is no file of the stack --------------------------------------------------------------

_made("file-of-100-mb", "E4100 stack.yaml:1 too large")(lambda folder: large(folder, "stack.yaml"))
_made("settings-of-100-mb", "E4100 dstate.yaml:1 too large")(
    lambda folder: large(folder, "dstate.yaml")
)
_made("variables-of-100-mb", "E4100 vars/local.yaml:1 too large")(
    lambda folder: large(folder, "vars/local.yaml")
)
_made("pipe", "E4100 stack.yaml:1 not a regular file")(
    lambda folder: os.mkfifo(folder / "stack.yaml")
)


@_made("variables-in-a-pipe", "E4100 vars/local.yaml:1 not a regular file")
def _variables_pipe(folder: Path) -> None:
    (folder / "vars").mkdir()
    os.mkfifo(folder / "vars/local.yaml")


_made("dotenv-in-a-pipe", "E4100 .env:1 not a regular file")(
    lambda folder: os.mkfifo(folder / ".env")
)
_made("dotenv-no-text", "E4100 .env:1 not UTF-8")(lambda folder: write(folder, ".env", b"\xff\xfe"))
_made("dotenv-large", "E4100 .env:1 too large")(lambda folder: large(folder, ".env"))
_made("dotenv-broken", "E1211 .env:2 `NAME=value`", "E1211 .env:3 `NAME=value`")(
    lambda folder: write(folder, ".env", 'A=b\nnonsense here\n"x"=1\n')
)
_made("dotenv-that-takes-a-parser-long", "E1211 .env:1 `NAME=value`")(
    lambda folder: write(folder, ".env", 'A="' + "\\a" * 200_000)
)
_made(
    "variable-file-is-a-device",
    "E4100 /dev/zero:1 not a regular file",
    arguments=("-var-file", "/dev/zero"),
)(lambda folder: write(folder, "stack.yaml", SOUND))
_made(
    "variable-file-is-a-folder",
    "E4100 .:1 not a regular file",
    arguments=("-var-file", "."),
)(lambda folder: write(folder, "stack.yaml", SOUND))


def _linked(name: str, place: str, target: str, *told: str) -> None:
    def build(folder: Path) -> None:
        (folder / place).parent.mkdir(exist_ok=True)
        (folder / place).unlink(missing_ok=True)
        (folder / place).symlink_to(target)

    _made(name, *told)(build)


_linked("link-out", "stack.yaml", "/etc/passwd", "E4100 stack.yaml:1 outside the stack")
_linked("link-out-by-dots", "stack.yaml", "../../x", "E4100 stack.yaml:1 outside the stack")
_linked("link-to-a-device", "stack.yaml", "/dev/zero", "E4100 stack.yaml:1 outside the stack")
_linked("link-to-itself", "stack.yaml", "stack.yaml", "E4100 stack.yaml:1 cannot be read")
_linked("link-to-nothing", "stack.yaml", "nothing", "E4100 stack.yaml:1 cannot be read")
_linked("settings-link-out", "dstate.yaml", "/etc/passwd", "E4100 dstate.yaml:1 outside")
_linked("settings-link-to-nothing", "dstate.yaml", "no", "E4100 dstate.yaml:1 cannot be read")
_linked("resources-link-out", "resources", "/etc", "E4100 dstate.yaml:1 `resources`")
_linked("folder-link-out", "resources/x", "/etc", "E4100 dstate.yaml:1 `resources/x`")
_linked("variables-folder-link-out", "vars", "/etc", "E4100 dstate.yaml:1 `vars`")
_linked("variables-link-out", "vars/local.yaml", "/etc/passwd", "E4100 vars/local.yaml:1 outside")


@_made("settings-are-a-pipe", "E4100 dstate.yaml:1 not a regular file")
def _settings_pipe(folder: Path) -> None:
    (folder / "dstate.yaml").unlink()
    os.mkfifo(folder / "dstate.yaml")


@_made("settings-are-a-folder", "E4100 dstate.yaml:1 not a regular file")
def _settings_folder(folder: Path) -> None:
    (folder / "dstate.yaml").unlink()
    (folder / "dstate.yaml").mkdir()


@_made("socket", "E4100 stack.yaml:1 not a regular file")
def _socket(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    with socket.socket(socket.AF_UNIX) as one:
        # By way of the descriptor, because the name of a socket is short.
        one.bind(f"/proc/self/fd/{descriptor}/stack.yaml")
    os.close(descriptor)


@_made("ten-thousand-and-one-files", "E4100 dstate.yaml:1 more than 10,000 files")
def _files(folder: Path) -> None:
    (folder / "resources").mkdir()
    for number in range(10_001):
        (folder / f"resources/{number}.yaml").touch()


@_made("folders-in-folders", "E4100 dstate.yaml:1 nested too deep")
def _folders(folder: Path) -> None:
    write(folder, "resources/" + "a/" * 40 + "x.yaml", SOUND)


@_made("dotenv-in-git", "E4100 .env:1 tracked by git")
def _tracked(folder: Path) -> None:
    write(folder, ".env", "A=b\n")
    for command in (("init", "-q", "."), ("add", "-f", ".env")):
        subprocess.run(["git", *command], cwd=folder, check=True, capture_output=True)  # noqa: S607  # whichever git there is


@_made("name-with-a-line-break", "E1101 resources/a\\nb.yaml:1 node content")
def _line_break(folder: Path) -> None:
    write(folder, "resources/a\nb.yaml", "resources: [")


@_made("name-with-an-escape", "E1101 resources/\\x1b[31mred.yaml:1 node content")
def _escape(folder: Path) -> None:
    write(folder, "resources/\x1b[31mred.yaml", "resources: [")


@_made("name-that-is-no-text", "E1101 resources/a\\udcff.yaml:1 node content")
def _no_text(folder: Path) -> None:
    (folder / "resources").mkdir()
    with open(os.fsencode(folder) + b"/resources/a\xff.yaml", "wb") as file:  # noqa: PTH123  # a name of bytes
        file.write(b"resources: [")


@_made("reads-a-pipe", "E1408 stack.yaml:1 not a regular file")
def _reads_pipe(folder: Path) -> None:
    write(folder, "stack.yaml", "outputs: {a: {value: \"${file('x.txt')}\"}}\n")
    os.mkfifo(folder / "x.txt")


@_made("reads-a-gigabyte", "E1408 stack.yaml:1 too large")
def _reads_gigabyte(folder: Path) -> None:
    write(folder, "stack.yaml", "outputs: {a: {value: \"${file('x.txt')}\"}}\n")
    large(folder, "x.txt", 1_000_000_000)
