"""The wheel holds both packages, their types and their doors, and nothing else."""

import configparser
import re
import zipfile
from pathlib import Path

import pytest
from hatchling.build import build_wheel

from descope_state.version import __version__

ROOT = Path(__file__).parents[2]
INFO = f"descope_state-{__version__}.dist-info"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Build the wheel once, as an installer does: in the project's folder, without isolation."""
    folder = tmp_path_factory.mktemp("wheel")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        name = build_wheel(str(folder))
    return zipfile.ZipFile(folder / name)


def test_only_the_two_packages_are_inside(wheel: zipfile.ZipFile) -> None:
    roots = {name.split("/")[0] for name in wheel.namelist()}
    assert roots == {"descope_state", "dstate_descope", INFO}


def test_every_module_of_the_tree_is_inside(wheel: zipfile.ZipFile) -> None:
    sources = [ROOT, ROOT / "providers"]
    expected = {
        str(path.relative_to(source))
        for source, package in zip(sources, ("descope_state", "dstate_descope"), strict=True)
        for path in (source / package).rglob("*.py")
    }
    assert expected == {name for name in wheel.namelist() if name.endswith(".py")}


@pytest.mark.parametrize("package", ["descope_state", "dstate_descope"])
def test_types_are_published(wheel: zipfile.ZipFile, package: str) -> None:
    assert f"{package}/py.typed" in wheel.namelist()


def test_the_command_and_the_provider_are_announced(wheel: zipfile.ZipFile) -> None:
    doors = configparser.ConfigParser()
    doors.read_string(wheel.read(f"{INFO}/entry_points.txt").decode())
    assert {name: dict(doors[name]) for name in doors.sections()} == {
        "console_scripts": {"dstate": "descope_state.__main__:main"},
        "descope_state.providers": {"descope": "dstate_descope:Descope"},
    }


def test_name_version_and_licence_are_stated(wheel: zipfile.ZipFile) -> None:
    metadata = wheel.read(f"{INFO}/METADATA").decode()
    assert re.search(r"^Name: descope-state$", metadata, re.MULTILINE)
    assert re.search(rf"^Version: {re.escape(__version__)}$", metadata, re.MULTILINE)
    assert re.search(r"^License-Expression: Apache-2.0$", metadata, re.MULTILINE)
    assert f"{INFO}/licenses/LICENSE" in wheel.namelist()
