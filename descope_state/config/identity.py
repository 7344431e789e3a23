"""Who stands behind a command besides the user of the operating system: git's words, and the CI's.

Git need not be there: its file is read, and nothing of it is run.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from descope_state.config.files import read_anywhere
from descope_state.errors import UnsafeFile
from descope_state.model.value import Json

_LARGEST = 1 << 20
_SECTION = re.compile(r"\[\s*([A-Za-z0-9.-]+)\s*\]\s*(?:[#;].*)?")
_EMAIL = re.compile(r'email\s*=\s*(?:"([^"]*)"|([^#;"]*))\s*(?:[#;].*)?', re.IGNORECASE)
# Which variable tells that it is this one, who asked it, and which run of it this is.
_CI = {
    "github": ("GITHUB_ACTIONS", "GITHUB_ACTOR", "GITHUB_RUN_ID"),
    "gitlab": ("GITLAB_CI", "GITLAB_USER_LOGIN", "CI_PIPELINE_ID"),
    "circleci": ("CIRCLECI", "CIRCLE_USERNAME", "CIRCLE_BUILD_NUM"),
    "buildkite": ("BUILDKITE", "BUILDKITE_BUILD_CREATOR", "BUILDKITE_BUILD_ID"),
    "jenkins": ("JENKINS_URL", "BUILD_USER_ID", "BUILD_TAG"),
    "azure": ("TF_BUILD", "BUILD_REQUESTEDFOR", "BUILD_BUILDID"),
    "bitbucket": ("BITBUCKET_BUILD_NUMBER", "BITBUCKET_STEP_TRIGGERER_UUID", "BITBUCKET_COMMIT"),
    "ci": ("CI", "", ""),
}


def identified(environ: Mapping[str, str], root: Path) -> dict[str, Json]:
    """Give what git and the CI say of who runs this; nothing where they say nothing."""
    found: dict[str, Json] = {}
    email = git_email(environ, root)
    if email:
        found["git"] = email
    ci = ci_run(environ)
    if ci:
        found["ci"] = ci
    return found


def ci_run(environ: Mapping[str, str]) -> str:
    """Name the CI, who asked it, and which of its runs this is."""
    for name, (mark, actor, run) in _CI.items():
        if environ.get(mark, "").lower() not in ("", "false", "0"):
            said = [name, environ.get(actor, ""), environ.get(run, "")]
            return "/".join(part for part in said if part)
    return ""


def git_email(environ: Mapping[str, str], root: Path) -> str:
    """Give the address that git would put on a commit made here."""
    stated = environ.get("GIT_AUTHOR_EMAIL", "") or environ.get("GIT_COMMITTER_EMAIL", "")
    if stated:
        return stated
    return next((email for path in _settings(environ, root) if (email := _email_in(path))), "")


def _settings(environ: Mapping[str, str], root: Path) -> Iterator[Path]:
    """Name the files that git itself would ask, the nearest first."""
    for folder in (root, *root.parents):
        place = folder / ".git"
        if place.is_dir():
            yield place / "config"
            break
        if place.is_file():
            yield from _of_worktree(place)
            break
    home = environ.get("HOME", "")
    if home:
        elsewhere = environ.get("XDG_CONFIG_HOME") or str(Path(home) / ".config")
        yield Path(home) / ".gitconfig"
        yield Path(elsewhere) / "git" / "config"


def _of_worktree(place: Path) -> Iterator[Path]:
    text = _text(place)
    if not text.startswith("gitdir:"):
        return
    folder = place.parent / text.removeprefix("gitdir:").strip()
    shared = _text(folder / "commondir").strip()
    yield (folder / shared if shared else folder) / "config"


def _email_in(path: Path) -> str:
    section = ""
    for line in _text(path).splitlines():
        stripped = line.strip()
        heading = _SECTION.fullmatch(stripped)
        if stripped.startswith("["):
            section = heading[1].lower() if heading else ""
        elif section == "user" and (match := _EMAIL.fullmatch(stripped)):
            return (match[1] or match[2] or "").strip()
    return ""


def _text(path: Path) -> str:
    try:
        return read_anywhere(path, limit=_LARGEST).decode("utf-8", "replace")
    except (UnsafeFile, OSError):
        return ""
