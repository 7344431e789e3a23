"""A small stack on the embedded emulator, for tests of commands about single objects."""

import json
from collections.abc import Mapping
from pathlib import Path

from tests.support.spoken import Said, said

SETTINGS = """\
dstate: 1
name: shop
default_environment: test
environments:
  test: {endpoint: emulator}
  dev: {endpoint: emulator}
  prod: {endpoint: emulator, protected: true}
"""
RESOURCES = """\
resources:
  role:
    analyst: {name: Analyst}
  tenant:
    acme:
      name: Acme
      id: acme
      self_provisioning_domains: [acme.example]
      default_roles: ["${role.analyst.name}"]
  flow:
    invite:
      id: invite
      definition: ${json(file("files/invite.json"))}
"""
INVITE = {
    "metadata": {"name": "Invite"},
    "contents": {
        "startTask": "0",
        "tasks": {
            "0": {"id": "0", "type": "screen", "screenId": "S0", "next": {"submit": "1"}},
            "1": {"id": "1", "type": "end"},
        },
    },
    "screens": [{"screenId": "S0", "contents": {"title": "Hello"}}],
}


class Shop:
    """A stack in a folder, and command lines said to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environ = {"DSTATE_CACHE_DIR": str(folder / "cache")}
        (folder / "dstate.yaml").write_text(SETTINGS)
        (folder / "shop.yaml").write_text(RESOURCES)
        (folder / "files").mkdir()
        (folder / "files/invite.json").write_text(json.dumps(INVITE))

    def says(self, *words: str, environ: Mapping[str, str] | None = None) -> Said:
        """Say a command line, however it ends."""
        return said(list(words), folder=self.folder, environ={**self.environ, **(environ or {})})

    def does(self, *words: str, environ: Mapping[str, str] | None = None) -> Said:
        """Say a command line that must end well."""
        came = self.says(*words, environ=environ)
        assert came.status == 0, came.err
        return came

    def rows(self, *words: str) -> list[dict[str, object]]:
        """Give what a command prints as JSON."""
        found: list[dict[str, object]] = json.loads(self.does(*words, "--json").out)
        return found

    def console(self, path: str, body: object, *, method: str = "POST") -> None:
        """Change the project as somebody in the console would."""
        self.does("emulator", "call", method, path, json.dumps(body))
