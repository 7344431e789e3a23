"""The stack of the first lesson: what a newcomer would write, the mistakes included."""

from pathlib import Path

from descope_state.errors import UsageError
from descope_state.store.disk import Disk, worded

SETTINGS = """\
dstate: 1
name: quickstart

environments:
  local: {endpoint: emulator} # a Descope on this machine

backend: {type: local, path: state}
"""
ROLES = """\
resources:
  permission:
    read_reports: {name: reports.read, description: Read any report}
  role:
    analyst:
      name: Analyst
      permissions: ["${permission.read_reports.name}"]
"""
TENANTS = """\
resources:
  tenant:
    acme:
      id: acme
      name: Acme
      self_provisioning_domains: [acme.example]
      default_roles: ["${role.analyst.name}"]
"""
MISTYPED = TENANTS.replace("domains:", "domain:").replace("analyst", "analist")


def refuse_filled(folder: Path) -> None:
    """Refuse a folder in which somebody has something already."""
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        message = f"`{folder}` is not an empty folder, and nothing was written"
        raise UsageError(message, hint="name a new one: dstate quickstart FOLDER")


def wrote(folder: Path, name: str, *, text: str, disk: Disk) -> None:
    """Write one file of the lesson, with the folder it is in."""
    disk.check_inside(folder, folder / name)
    path = folder / name
    with worded(path.parent, "made"):
        path.parent.mkdir(parents=True, exist_ok=True)
    disk.publish(path, text.encode())
