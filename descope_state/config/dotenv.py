"""`.env` beside the stack: credentials for a laptop, refused where git would publish them."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from descope_state.config.files import read_inside
from descope_state.errors import Invalid, Origin, Problem, UnsafeFile
from descope_state.model.unspoken import Unspoken

_NAME = ".env"
_ORIGIN = Origin(file=_NAME, line=1)
_LARGEST = 1_000_000
_LINE = re.compile(
    r"""\s*(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*=\s*"""
    r"""(?:'(?P<single>[^']*)'|"(?P<double>(?:[^"\\]|\\.)*)"|(?P<bare>[^'"\s#][^\s]*)?)"""
    r"""\s*(?:(?<=\s)\#.*|(?<==)\#.*)?"""
)
_BLANK = re.compile(r"\s*(?:#.*)?")
_ESCAPE = re.compile(r"\\(.)")
_ESCAPES: Mapping[str, str] = {"n": "\n", "t": "\t", "r": "\r"}


def environment(root: Path, environ: Mapping[str, str]) -> Mapping[str, str]:
    """Give the environment variables, with those of `.env` where the real ones are silent."""
    if not (root / _NAME).exists():
        return Unspoken(environ)
    _refuse_tracked(root)
    try:
        text = read_inside(root, _NAME, limit=_LARGEST).decode("utf-8")
    except UnsafeFile as error:
        raise UnsafeFile(error.message, hint=error.hint, origin=_ORIGIN) from None
    except UnicodeDecodeError:
        message = f"`{_NAME}` is not UTF-8 text"
        raise UnsafeFile(message, origin=_ORIGIN) from None
    return Unspoken({**_variables(text), **environ})


def _refuse_tracked(root: Path) -> None:
    command = ["git", "ls-files", "--error-unmatch", "--", _NAME]
    try:
        done = subprocess.run(  # noqa: S603  # constant arguments
            command, cwd=root, capture_output=True, check=False, timeout=10
        )
    except FileNotFoundError:
        return  # Without git nothing is tracked by it.
    except subprocess.TimeoutExpired:
        message = f"git did not say whether it tracks `{_NAME}`"
        hint = "run `git ls-files .env` and see why it hangs"
        raise UnsafeFile(message, hint=hint, origin=_ORIGIN) from None
    if done.returncode == 0:
        message = f"`{_NAME}` is tracked by git, so its secrets are published with the repository"
        hint = "`git rm --cached .env`, add it to .gitignore, and replace the keys that were in it"
        raise UnsafeFile(message, hint=hint, origin=_ORIGIN)


def _variables(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    problems = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        match = _LINE.fullmatch(line)
        if match:
            found[match["name"]] = _value(match)
        elif not _BLANK.fullmatch(line):
            # The line is not shown: it may hold a secret.
            message = "this line is not `NAME=value`"
            origin = Origin(file=_NAME, line=number)
            hint = "put a value with spaces or quotes in it between quotes"
            problems.append(Problem(code="E1211", message=message, origin=origin, hint=hint))
    if problems:
        raise Invalid(problems)
    return found


def _value(match: re.Match[str]) -> str:
    if match["double"] is not None:
        return _ESCAPE.sub(lambda one: _ESCAPES.get(one[1], one[1]), match["double"])
    return match["single"] or match["bare"] or ""
