"""What `make sdk-node` installs is pinned with a hash, and names no host."""

import json
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "sdk_node"


def _read(name: str) -> dict[str, dict[str, dict[str, object]]]:
    read: dict[str, dict[str, dict[str, object]]] = json.loads((FOLDER / name).read_text())
    return read


def test_every_locked_package_has_a_version_and_a_hash_and_no_host() -> None:
    packages = _read("package-lock.json")["packages"]
    installed = {name: row for name, row in packages.items() if name}
    assert "node_modules/@descope/node-sdk" in installed
    for name, row in installed.items():
        assert row["version"], name
        assert str(row["integrity"]).startswith("sha512-"), name
        assert "resolved" not in row, name
    text = (FOLDER / "package-lock.json").read_text()
    assert "registry" not in text
    assert ".tgz" not in text


def test_the_lock_is_of_what_the_package_asks_for_exactly() -> None:
    asked = _read("package.json")["dependencies"]
    locked = _read("package-lock.json")["packages"]
    assert locked[""]["dependencies"] == asked
    for name, version in asked.items():
        assert locked[f"node_modules/{name}"]["version"] == version
