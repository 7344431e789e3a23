"""Examines everything that a stack needs to work, from the versions to the project itself.

Each finding is well, or says what to do. One that fails hides none of the others.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from descope_state.app.connecting import connected, gate_for, provider_for
from descope_state.app.stating import lock_holder, verified
from descope_state.app.surroundings import Surroundings
from descope_state.app.workspace import Opening, Workspace, opened
from descope_state.config.credentials import credentials, variables
from descope_state.errors import BadCredentials, DstateError, Exit
from descope_state.frozen import dataclass
from descope_state.sdk.provider import Tier
from descope_state.store.journal import read_journal
from descope_state.store.runs import Runs


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at: what it is, what was found, and what to do about it."""

    about: str
    text: str
    way: str = ""
    status: Exit = Exit.DONE

    @property
    def well(self) -> bool:
        """Tell whether there is nothing to do."""
        return self.status is Exit.DONE


Look = Callable[[], Iterator[Finding]]


def examined(surroundings: Surroundings, opening: Opening) -> Iterator[Finding]:
    """Look at everything, in the order in which one thing needs another."""
    yield from _guarded("versions", lambda: _versions(surroundings))
    try:
        workspace = opened(surroundings, opening)
    except DstateError as error:
        yield from _failed("stack", error)
        return
    yield from _guarded("stack", lambda: _stack(workspace))
    for about, look in _looks(workspace, surroundings, opening).items():
        yield from _guarded(about, look)


def _looks(workspace: Workspace, surroundings: Surroundings, opening: Opening) -> dict[str, Look]:
    return {
        "credentials": lambda: _credentials(workspace),
        "project": lambda: _project(workspace, surroundings),
        "files": lambda: _files(workspace),
        "state": lambda: _state(workspace, surroundings, opening),
        "journal": lambda: _journal(workspace),
        "lock": lambda: _lock(surroundings, opening),
        "clock": lambda: _clock(workspace, surroundings),
    }


def _guarded(about: str, look: Look) -> Iterator[Finding]:
    try:
        yield from look()
    except DstateError as error:
        yield from _failed(about, error)


def _failed(about: str, error: DstateError) -> Iterator[Finding]:
    for problem in error.problems:
        place = f" ({problem.origin})" if problem.origin else ""
        yield Finding(
            about=about, text=problem.message + place, way=problem.hint, status=error.status
        )


def _versions(surroundings: Surroundings) -> Iterator[Finding]:
    python = ".".join(map(str, sys.version_info[:3]))
    providers = ", ".join(surroundings.providers()) or "none"
    text = f"dstate {surroundings.version}, Python {python}, providers: {providers}"
    yield Finding(about="versions", text=text)


def _stack(workspace: Workspace) -> Iterator[Finding]:
    resolution = workspace.resolution()
    documents = workspace.documents
    count = len(resolution.desired)
    text = f"`{documents.name}` states {count} resources for `{workspace.environment}`"
    yield Finding(
        about="stack", text=text + (", protected" if documents.environment.protected else "")
    )
    for warning in documents.warnings:
        yield Finding(about="stack", text=warning.message, way=warning.hint, status=Exit.ERROR)


def _credentials(workspace: Workspace) -> Iterator[Finding]:
    if _embedded(workspace):
        yield Finding(about="credentials", text="none are needed: the emulator is embedded")
    elif missing := _missing(workspace):
        yield Finding(
            about="credentials",
            text=f"not set: {', '.join(missing)}",
            way="set them in the environment, in `.env` beside the stack, or in the keychain",
            status=Exit.CREDENTIALS,
        )
    else:
        yield Finding(about="credentials", text="found; they are never shown")


def _embedded(workspace: Workspace) -> bool:
    return workspace.documents.environment.endpoint in provider_for(workspace).keyless


def _missing(workspace: Workspace) -> list[str]:
    name = provider_for(workspace).name
    found = credentials(workspace.documents, workspace.environ, provider=name)
    names = variables(name, workspace.environment)
    return [one for one, value in zip(names, found, strict=True) if not value]


def _project(workspace: Workspace, surroundings: Surroundings) -> Iterator[Finding]:
    if not _embedded(workspace) and _missing(workspace):
        return  # Nobody can be asked, as was said.
    found: list[Finding] = surroundings.run(_asked(workspace, surroundings))
    yield from found


async def _asked(workspace: Workspace, surroundings: Surroundings) -> list[Finding]:
    async with connected(workspace, gate_for(surroundings)) as session:
        tier = Tier(await session.tier()).name.lower()
        where = session.base_url or "the embedded emulator"
        found = [Finding(about="project", text=f"{session.project_id} at {where}, {tier} plan")]
        limits = [f"{one.family} {one.calls} in {one.seconds:g} s" for one in session.limits]
        found.append(Finding(about="limits", text=", ".join(limits) or "none: nobody counts"))
        if not workspace.documents.environment.project_id and session.limits:
            way = f"write `project_id: {session.project_id}` so that no other key can be used here"
            name = workspace.environment
            text = f"environment `{name}` is pinned to no project: that is allowed, and less safe"
            found.append(Finding(about="project", text=text, way=way))
        return found


def _files(workspace: Workspace) -> Iterator[Finding]:
    folder = workspace.store.folder
    disk = workspace.store.disk
    if disk.status(folder) is None:
        yield Finding(about="files", text=f"`{folder}` is not there yet: the first plan makes it")
        return
    disk.check_folder(folder)
    for path in _private(workspace):
        disk.read(path, secret=True, alone=True)
    yield Finding(about="files", text=f"`{folder}` is private")


def _private(workspace: Workspace) -> tuple[Path, ...]:
    store = workspace.store
    return (store.key_file, store.state_file, store.journal_file)


def _state(workspace: Workspace, surroundings: Surroundings, opening: Opening) -> Iterator[Finding]:
    wrong = verified(surroundings, opening)
    for text in wrong:
        way = "`dstate state rollback` puts the newest good copy back"
        yield Finding(about="state", text=text, way=way, status=Exit.ERROR)
    if not wrong and workspace.store.snapshot() is None:
        yield Finding(about="state", text="there is none yet: `dstate plan` begins it")
    elif not wrong:
        yield Finding(about="state", text="sound, with its copies")


def _journal(workspace: Workspace) -> Iterator[Finding]:
    data = workspace.store.disk.read(workspace.store.journal_file)
    if data is None or read_journal(data) is None:
        yield Finding(about="journal", text="no run was interrupted")
        return
    yield Finding(
        about="journal",
        text="an interrupted run left calls that are to be settled",
        way="`dstate resume` finds out what became of them; so does the next plan",
        status=Exit.ERROR,
    )


def _lock(surroundings: Surroundings, opening: Opening) -> Iterator[Finding]:
    holder = lock_holder(surroundings, opening)
    if holder is None:
        yield Finding(about="lock", text="free")
        return
    text, way = f"held by {holder}", "wait for that process, or end it: its lock ends with it"
    yield Finding(about="lock", text=text, way=way, status=Exit.LOCKED)


def _clock(workspace: Workspace, surroundings: Surroundings) -> Iterator[Finding]:
    """Hold the clock against what was done last: one set back hides backups and expires plans."""
    last = max((str(one.get("at", "")) for one in _recent(workspace)), default="")
    now = surroundings.now()
    if last > now:
        text = f"it is {now} here, and the last run was at {last}"
        yield Finding(about="clock", text=text, way="set the clock", status=Exit.ERROR)
        return
    yield Finding(about="clock", text=f"{now}, later than all that was done here")


def _recent(workspace: Workspace) -> Iterator[dict[str, object]]:
    for record in Runs(folder=workspace.store.folder, disk=workspace.store.disk).all():
        yield dict(record)


def worst(findings: list[Finding]) -> Exit:
    """Give the status of a command that found these: what keeps everything else from working."""
    statuses = [one.status for one in findings if not one.well]
    if not statuses:
        return Exit.DONE
    return Exit.CREDENTIALS if BadCredentials.status in statuses else statuses[0]
