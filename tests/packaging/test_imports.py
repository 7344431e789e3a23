"""A command loads what it needs and no more: start-up is imports."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
QUICKSTART = ROOT / "examples" / "quickstart"

HEAVY = frozenset(
    {
        "aiolimiter", "celpy", "deepdiff", "filelock", "httpx", "lark", "platformdirs", "re2",
        "rich", "ruamel", "ruamel.yaml", "structlog",
    }
)  # fmt: skip
ENGINE = frozenset(
    {
        "descope_state.app.planning", "descope_state.config.stack", "descope_state.core.planner",
        "descope_state.model.codec", "descope_state.sdk.schema", "dstate_descope",
    }
)  # fmt: skip
# What only some stacks need.
SPARE = frozenset({"descope_state.config.exact", "descope_state.core.cel"})
PROBE = """
import atexit, sys
sys.argv = ["dstate", *sys.argv[1:]]
loaded = lambda: sys.stderr.write("\\n".join(["", "LOADED", *sys.modules]))
atexit.register(loaded)
from descope_state.__main__ import main
main()
"""


def loaded(*arguments: str, folder: Path) -> frozenset[str]:
    """Run a command to its good end and give the modules that it had loaded by then."""
    ran = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'providers'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return frozenset(ran.stderr.rpartition("LOADED\n")[2].splitlines())


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    return Path(shutil.copytree(QUICKSTART, tmp_path / "stack"))


def test_the_probe_sees_what_is_loaded(stack: Path) -> None:
    assert {"descope_state.__main__", "descope_state.version"} <= loaded("--version", folder=stack)


def test_version_loads_nothing_of_dstate_but_the_version(stack: Path) -> None:
    modules = loaded("--version", folder=stack)
    ours = {name for name in modules if name.startswith(("descope_state", "dstate_descope"))}
    assert ours == {"descope_state", "descope_state.__main__", "descope_state.version"}
    foreign = {*HEAVY, "asyncio", "json", "pydantic", "re", "typer", "yaml"}
    assert sorted(modules & foreign) == []


def test_help_loads_neither_the_engine_nor_what_it_stands_on(stack: Path) -> None:
    unwanted = {*HEAVY, *ENGINE, "asyncio", "pydantic", "yaml"}
    assert sorted(loaded("--help", folder=stack) & unwanted) == []


def test_the_help_of_a_command_loads_no_engine(stack: Path) -> None:
    # typer asks pydantic about the options of the one command it shows.
    unwanted = {*HEAVY, *ENGINE, "asyncio", "yaml"}
    assert sorted(loaded("plan", "--help", folder=stack) & unwanted) == []


def test_validate_asks_nobody_and_loads_nothing_to_ask_with(stack: Path) -> None:
    unwanted = {*HEAVY, *SPARE, "asyncio", "descope_state.runtime.refresh"}
    assert sorted(loaded("validate", folder=stack) & unwanted) == []


def test_a_plan_on_the_emulator_loads_no_client_and_no_engine_of_expressions(stack: Path) -> None:
    modules = loaded("plan", folder=stack)
    assert {"asyncio", "pydantic", "yaml", "dstate_descope"} <= modules
    assert sorted(modules & (HEAVY | SPARE)) == []
