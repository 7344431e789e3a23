"""Every import contract holds for the tree as it is, and breaks when somebody breaks it."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
RUN = "from importlinter.cli import lint_imports_command; lint_imports_command()"


class Plant(NamedTuple):
    """A module and the one line that must not be in it."""

    contract: str
    module: str
    line: str


TERMINAL = "the terminal belongs to cli and report"
PROVIDERS = "the engine never imports a provider"

PLANTS = [
    Plant("one-way layers", "descope_state/model/planted.py", "import descope_state.core"),
    Plant("one-way layers", "descope_state/store/planted.py", "import descope_state.runtime"),
    Plant("one-way layers", "descope_state/report/planted.py", "import descope_state.app"),
    Plant("one-way layers", "descope_state/shelf.py", "NEVER_LISTED = True"),
    Plant("model and core are pure", "descope_state/model/planted.py", "import datetime"),
    Plant("model and core are pure", "descope_state/core/planted.py", "from os import path"),
    Plant("model and core are pure", "descope_state/core/planted.py", "import structlog"),
    Plant(TERMINAL, "descope_state/app/planted.py", "import rich.text"),
    Plant(TERMINAL, "descope_state/store/planted.py", "import typer"),
    Plant(PROVIDERS, "descope_state/app/planted.py", "import dstate_descope"),
    Plant(
        "a provider sees only the sdk",
        "providers/dstate_descope/planted.py",
        "import descope_state.model.value",
    ),
    Plant("one module speaks httpx", "providers/dstate_descope/planted.py", "import httpx"),
    Plant(
        "one module explains documents with deepdiff",
        "descope_state/report/planted.py",
        "from deepdiff import DeepDiff",
    ),
    Plant("expressions alone speak CEL", "descope_state/config/planted.py", "import celpy"),
]


def _copy(folder: Path) -> Path:
    for source in ("descope_state", "providers"):
        shutil.copytree(
            ROOT / source, folder / source, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Copy what import-linter reads, so that a violation may be planted in it."""
    return _copy(tmp_path)


def _broken(tree: Path) -> set[str]:
    roots = os.pathsep.join([str(tree), str(tree / "providers")])
    finished = subprocess.run(
        [sys.executable, "-c", RUN, "--no-cache"],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": roots, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    verdicts = re.findall(r"^(.+) (KEPT|BROKEN)\b", finished.stdout, re.MULTILINE)
    assert {name for name, _ in verdicts} == _contracts(), finished.stdout + finished.stderr
    broken = {name for name, verdict in verdicts if verdict == "BROKEN"}
    assert finished.returncode == (1 if broken else 0)
    return broken


def _contracts() -> set[str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return {contract["name"] for contract in settings["tool"]["importlinter"]["contracts"]}


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Name the contracts that are broken before anything was planted: none, in a green tree."""
    return _broken(_copy(tmp_path_factory.mktemp("standing")))


def test_the_tree_as_it_is_keeps_every_contract(standing: set[str]) -> None:
    assert standing == set()


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: f"{plant.contract}: {plant.line}")
def test_a_planted_violation_breaks_its_contract_and_no_other(
    tree: Path, plant: Plant, standing: set[str]
) -> None:
    (tree / plant.module).write_text(f"{plant.line}\n")
    assert _broken(tree) - standing == {plant.contract} - standing


def test_every_contract_has_a_violation_that_breaks_it() -> None:
    assert {plant.contract for plant in PLANTS} == _contracts()
