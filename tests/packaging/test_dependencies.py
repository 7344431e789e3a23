"""What is imported is declared, what is declared is locked, and the lock names no host."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
RUNTIME = [Requirement(line) for line in PROJECT["dependencies"]]
DEVELOPMENT = [Requirement(line) for line in PROJECT["optional-dependencies"]["dev"]]
EXTRAS = [Requirement(line) for line in PROJECT["optional-dependencies"]["keychain"]]
# What one library is made of and cannot be without: declaring it is declaring its part.
BROUGHT = {"pydantic_core": "pydantic", "lark": "cel-python", "re2": "cel-python"}
OURS = {"descope_state", "dstate_descope"}


def _imported() -> set[str]:
    names: set[str] = set()
    for source in ("descope_state", "providers"):
        for path in (ROOT / source).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Import):
                    names |= {alias.name.split(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module:
                    names.add(node.module.split(".")[0])
    return names - OURS - set(sys.stdlib_module_names)


def _distributions(module: str) -> set[str]:
    names = packages_distributions().get(module, [module])
    return {canonicalize_name(name) for name in (*names, BROUGHT.get(module, module))}


def _locked() -> dict[str, str]:
    lock = (ROOT / "requirements.lock").read_text()
    return dict(re.findall(r"^([a-z0-9-]+)(?:\[[a-z,]+\])?==(\S+)", lock, re.MULTILINE))


def test_every_imported_library_is_declared() -> None:
    declared = {canonicalize_name(requirement.name) for requirement in RUNTIME + EXTRAS}
    assert {name for name in _imported() if not declared & _distributions(name)} == set()


def test_the_lock_satisfies_every_requirement() -> None:
    locked = _locked()
    unmet = [
        str(requirement)
        for requirement in RUNTIME + DEVELOPMENT
        if not requirement.specifier.contains(locked[canonicalize_name(requirement.name)])
    ]
    assert unmet == []


def test_every_locked_version_has_a_hash_and_no_host() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    blocks = re.split(r"^(?=[a-z])", lock, flags=re.MULTILINE)[1:]
    assert len(blocks) == len(_locked())
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert "://" not in lock
    assert "index" not in re.sub(r"#.*", "", lock)


def test_the_lowest_versions_are_the_declared_bounds() -> None:
    lines = (ROOT / "constraints-lowest.txt").read_text().splitlines()
    lowest = sorted(line for line in lines if not line.startswith("#"))
    declared = sorted(str(requirement).replace(">=", "==") for requirement in RUNTIME + DEVELOPMENT)
    assert lowest == declared
