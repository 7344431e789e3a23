"""A disk in memory that forgets what was not made durable, tears what was half written, and fails.

What a program sees is what it wrote. What a crash leaves is what was synced, and of the rest a
part that chance decides: a prefix of the bytes, sometimes garbage in their place, and a prefix of
the names that were given, taken or changed in each folder.
"""

import errno
import os
import random
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from descope_state.store.system import Status, System

OWNER = 1000
WRITING = ("write", "fsync", "replace", "link", "unlink", "mkdir", "open")


class Crashed(BaseException):
    """The machine has lost its power; nothing that runs may catch it."""


@dataclass(slots=True, eq=False)
class _Inode:
    number: int
    mode: int
    data: bytearray = field(default_factory=bytearray)
    durable: bytes = b""


@dataclass(slots=True, kw_only=True)
class _Handle:
    inode: _Inode
    path: Path
    flags: int
    at: int = 0


class SimulatedSystem(System):
    """System calls against a disk in memory; `crash_at` is the number of the call that kills."""

    def __init__(self, root: Path = Path("/state")) -> None:
        self.calls = 0
        self.crash_at: int | None = None
        self.dead = False
        self.log: list[str] = []
        self._numbers = 0
        self._names: dict[Path, _Inode] = {}
        self._durable: dict[Path, _Inode] = {}
        self._changes: dict[Path, list[tuple[Path, _Inode | None]]] = {}
        self._handles: dict[int, _Handle] = {}
        self._locks: dict[int, int] = {}
        for folder in (*reversed(root.parents), root):
            self._names[folder] = self._durable[folder] = self._made(stat.S_IFDIR | 0o700)

    # -- what happens to the machine -----------------------------------------------------------

    def crash(self, chance: random.Random) -> None:
        """Lose the power: what was not made durable is kept in part, as chance decides."""
        self.dead = True
        survived = dict(self._durable)
        for changes in self._changes.values():
            for path, inode in changes[: chance.randint(0, len(changes))]:
                if inode is None:
                    survived.pop(path, None)
                else:
                    survived[path] = inode
        for inode in dict.fromkeys(survived.values()):
            inode.data = bytearray(self._kept(inode, chance))
            inode.durable = bytes(inode.data)
        self._names, self._durable = survived, dict(survived)
        self._changes.clear()
        self._handles.clear()
        self._locks.clear()

    def reboot(self) -> None:
        """Come back up with what the crash left."""
        self.dead = False
        self.crash_at = None
        self.calls = 0

    def files(self) -> dict[Path, bytes]:
        """Give all files as a program would see them now."""
        return {
            path: bytes(inode.data)
            for path, inode in self._names.items()
            if stat.S_ISREG(inode.mode)
        }

    def _kept(self, inode: _Inode, chance: random.Random) -> bytes:
        now, safe = bytes(inode.data), inode.durable
        if now == safe:
            return now
        if now.startswith(safe):
            added = now[len(safe) :]
            part = added[: chance.randint(0, len(added))]
            if part and chance.random() < 0.2:
                part = part[:-1] + bytes([part[-1] ^ 0x55])
            return safe + part
        return safe if chance.random() < 0.5 else now[: chance.randint(0, len(now))]

    def tick(self, name: str) -> None:
        """Count a moment that is no system call: the machine may be struck down there too."""
        self._step(name)

    def _step(self, name: str, path: object = "") -> None:
        if self.dead:
            raise Crashed
        self.calls += 1
        self.log.append(f"{name} {path}")
        if self.crash_at is not None and self.calls >= self.crash_at:
            self.dead = True
            raise Crashed

    # -- the system calls ----------------------------------------------------------------------

    def open(self, path: Path, flags: int, mode: int = 0o600) -> int:
        self._step("open", path)
        inode = self._names.get(path)
        if inode is None:
            if not flags & os.O_CREAT:
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
            if path.parent not in self._names:
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
            inode = self._made(stat.S_IFREG | mode)
            self._name(path, inode)
        elif flags & os.O_EXCL:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
        handle = max(self._handles, default=2) + 1
        self._handles[handle] = _Handle(inode=inode, path=path, flags=flags)
        return handle

    def read(self, handle: int, size: int) -> bytes:
        self._step("read")
        one = self._handles[handle]
        data = bytes(one.inode.data[one.at : one.at + size])
        one.at += len(data)
        return data

    def pread(self, handle: int, size: int, *, offset: int) -> bytes:
        self._step("pread")
        return bytes(self._handles[handle].inode.data[offset : offset + size])

    def write(self, handle: int, data: bytes) -> int:
        one = self._handles.get(handle)
        self._step("write", one.path if one else "")
        assert one is not None
        at = len(one.inode.data) if one.flags & os.O_APPEND else one.at
        one.inode.data[at : at + len(data)] = data
        one.at = at + len(data)
        return len(data)

    def fsync(self, handle: int) -> None:
        one = self._handles.get(handle)
        self._step("fsync", one.path if one else "")
        assert one is not None
        if stat.S_ISDIR(one.inode.mode):
            for path, inode in self._changes.pop(one.path, []):
                if inode is None:
                    self._durable.pop(path, None)
                else:
                    self._durable[path] = inode
        else:
            one.inode.durable = bytes(one.inode.data)

    def close(self, handle: int) -> None:
        if self.dead:
            return
        self._step("close")
        one = self._handles.pop(handle)
        if self._locks.get(one.inode.number) == handle:
            del self._locks[one.inode.number]

    def fchmod(self, handle: int, mode: int) -> None:
        self._step("fchmod")
        inode = self._handles[handle].inode
        inode.mode = stat.S_IFMT(inode.mode) | mode

    def fstat(self, handle: int) -> Status:
        self._step("fstat")
        return self._status(self._handles[handle].inode)

    def lstat(self, path: Path) -> Status:
        self._step("lstat", path)
        if path not in self._names:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
        return self._status(self._names[path])

    def replace(self, source: Path, target: Path) -> None:
        self._step("replace", target)
        inode = self._found(source)
        del self._names[source]
        self._names[target] = inode
        # One change of the folder: after a crash there is the old name or the new one.
        self._change(source, None)
        self._change(target, inode)

    def link(self, source: Path, target: Path) -> None:
        self._step("link", target)
        inode = self._found(source)
        if target in self._names:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
        self._name(target, inode)

    def unlink(self, path: Path) -> None:
        self._step("unlink", path)
        self._found(path)
        del self._names[path]
        self._change(path, None)

    def mkdir(self, path: Path, mode: int = 0o700) -> None:
        self._step("mkdir", path)
        if path in self._names:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
        self._found(path.parent)
        self._name(path, self._made(stat.S_IFDIR | mode))

    def rmdir(self, path: Path) -> None:
        if self.listdir(path):
            raise OSError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY), str(path))
        self.unlink(path)

    def chmod(self, path: Path, mode: int) -> None:
        self._step("chmod", path)
        inode = self._found(path)
        inode.mode = stat.S_IFMT(inode.mode) | mode

    def listdir(self, path: Path) -> list[str]:
        self._step("listdir", path)
        self._found(path)
        return [one.name for one in self._names if one.parent == path and one != path]

    def flock(self, handle: int) -> None:
        self._step("flock")
        number = self._handles[handle].inode.number
        if self._locks.setdefault(number, handle) != handle:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    def geteuid(self) -> int:
        return OWNER

    # -- inside --------------------------------------------------------------------------------

    def _found(self, path: Path) -> _Inode:
        if path not in self._names:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
        return self._names[path]

    def _made(self, mode: int) -> _Inode:
        self._numbers += 1
        return _Inode(self._numbers, mode)

    def _name(self, path: Path, inode: _Inode) -> None:
        self._names[path] = inode
        self._change(path, inode)

    def _change(self, path: Path, inode: _Inode | None) -> None:
        self._changes.setdefault(path.parent, []).append((path, inode))

    def _status(self, inode: _Inode) -> Status:
        links = sum(one is inode for one in self._names.values())
        return Status(inode.mode, OWNER, inode.number, len(inode.data), links)


class FailingSystem:
    """A system whose n-th call of chosen names fails; afterwards it works again, unless `for_good`.

    With `short`, a write takes half of what it was given and says so.
    """

    def __init__(
        self,
        inner: System,
        *,
        at: int,
        error: int = errno.EIO,
        names: tuple[str, ...] = WRITING,
        short: bool = False,
        for_good: bool = False,
    ) -> None:
        self._inner = inner
        self._at = at
        self._error = error
        self._names = names
        self._short = short
        self._for_good = for_good
        self.calls = 0
        self.failed = False

    @property
    def system(self) -> System:
        """The same, by the type that it stands in for."""
        return cast("System", self)

    def __getattr__(self, name: str) -> Callable[..., object]:
        call: Callable[..., object] = getattr(self._inner, name)
        if name not in self._names:
            return call

        def counted(*arguments: object) -> object:
            self.calls += 1
            due = self.calls >= self._at if self._for_good else self.calls == self._at
            if not due:
                return call(*arguments)
            self.failed = True
            if self._short and name == "write":
                handle, data = arguments
                assert isinstance(data, bytes)
                return call(handle, data[: len(data) // 2] or data)
            if self._short:
                return call(*arguments)
            raise OSError(self._error, os.strerror(self._error))

        return counted
