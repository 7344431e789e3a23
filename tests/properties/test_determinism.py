"""A plan is a function of values: no order of files, keys, lists or hashes shows in its bytes."""

import os
import random
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from descope_state.model.codec import decode_plan, encode_plan
from tests.support.effort import examples
from tests.support.fake_world import FakeWorld
from tests.support.laws import law
from tests.support.pipeline import KEY, Scene, environ_of, said, scene, write_stack, write_state
from tests.support.worlds import History, Stack, Written, histories

T = TypeVar("T")
PROCESSES = examples(10, 100, soak=500)
ROOT = Path(__file__).parents[2]


def reordered(value: T, chance: random.Random) -> T:
    """Give the same value with every mapping in another order."""
    if isinstance(value, dict):
        names = list(value)
        chance.shuffle(names)
        return {name: reordered(value[name], chance) for name in names}  # type: ignore[return-value]  # still a dict
    if isinstance(value, list):
        return [reordered(inner, chance) for inner in value]  # type: ignore[return-value]  # still a list
    return value


def shuffled(stack: Stack, chance: random.Random) -> Stack:
    """Write the same stack otherwise."""
    blocks = [replace(block, body=reordered(block.body, chance)) for block in stack.blocks]
    chance.shuffle(blocks)
    removed = list(stack.removed)
    chance.shuffle(removed)
    return replace(stack, blocks=tuple(blocks), removed=tuple(removed))


def upset(world: FakeWorld, chance: random.Random) -> FakeWorld:
    """Let the same project answer in another order."""
    return replace(
        world,
        objects=reordered(world.objects, chance),
        shuffled=chance.randrange(99),
        calls=type(world.calls)(),
    )


def split(stack: Stack, chance: random.Random) -> list[list[Written]]:
    """Spread the blocks over some files."""
    files: list[list[Written]] = [[] for _ in range(chance.randint(1, 3))]
    for block in stack.blocks:
        chance.choice(files).append(block)
    return files


@law(60)
@given(histories(), st.integers(0, 10_000))
def test_no_order_shows_in_a_plan(history: History, seed: int) -> None:
    chance = random.Random(seed)
    start = scene(history)
    entries = list(start.snapshot.entries.items())
    chance.shuffle(entries)
    other = Scene(
        stack=shuffled(start.stack, chance),
        world=upset(start.world, chance),
        snapshot=replace(start.snapshot, entries=dict(entries)),
    )
    assert encode_plan(other.plan(), KEY) == encode_plan(start.plan(), KEY)


@law(15)
@given(histories(), st.integers(0, 10_000))
def test_no_order_shows_in_a_plan_file(history: History, seed: int) -> None:
    chance = random.Random(seed)
    start = scene(history)
    with tempfile.TemporaryDirectory() as folder:
        first, second = Path(folder).resolve() / "first", Path(folder).resolve() / "second"
        write_stack(first, start.stack, files=[start.stack.blocks])
        other = shuffled(start.stack, chance)
        write_stack(second, other, files=split(other, chance))
        worlds = (start.world, upset(start.world, chance))
        shown = []
        for root, world in zip((first, second), worlds, strict=True):
            write_state(root, start.snapshot)
            made = said(["plan", "-out", "p.json"], root, world, environ=environ_of())
            assert made.status == 0, made.err
            again = said(["show", "p.json"], root, world, environ=environ_of())
            assert again.out == made.out
            shown.append(made.out)
        assert shown[0] == shown[1]
        assert payload(second / "p.json") == payload(first / "p.json")


def payload(file: Path) -> bytes:
    """Read a plan, but for what names the files that it was made from."""
    made = decode_plan(file.read_bytes(), KEY)
    return encode_plan(replace(made, bindings=replace(made.bindings, config_digest="")), KEY)


# -- real processes -------------------------------------------------------------------------------

RICH = """
resources:
  permission:
    p: {for_each: [delta, alpha, charlie, bravo], name: "${each.key}.read", description: a}
    q: {name: q.write, description: "${locals.words}"}
  role:
    r:
      for_each: {two: Second, one: First}
      name: ${each.value}
      permissions: ["${permission.p[\\"alpha\\"].name}", "${permission.q.name}"]
    s: {name: Third, permissions: "${permission.p.map(key, permission.p[key].name)}"}
  tenant:
    t:
      for_each: {globex: {}, acme: {}, initech: {}}
      name: ${each.key}
      self_provisioning_domains: ["${each.key}.example", a.example, "${each.key}.test"]
      default_roles: ["${role.r[\\"one\\"].name}", "${role.s.name}"]
outputs:
  ids: {value: "${tenant.t.map(key, tenant.t[key].id)}"}
"""
SETTINGS = """
dstate: 1
name: rich
environments: {local: {endpoint: emulator}}
locals: {words: some words}
backend: {path: state}
"""


def stack_folder(root: Path, files: dict[str, str]) -> None:
    """Make the files of a stack, in the order given."""
    root.mkdir()
    for name, text in files.items():
        (root / name).write_text(text, encoding="utf-8")


def plan_of(root: Path, *, seed: int) -> bytes:
    """Plan in a process of its own and give the plan, but for when it was made."""
    done = subprocess.run(
        [sys.executable, "-m", "descope_state", "plan", "-out", "p.json"],
        cwd=root,
        env={**os.environ, "PYTHONHASHSEED": str(seed), "DSTATE_ENV": "local"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    key = (root / "state" / "local" / "key").read_bytes()
    made = decode_plan((root / "p.json").read_bytes(), key)
    return encode_plan(replace(made, bindings=replace(made.bindings, created="")), key)


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a stack with a state; the lineage and the key are made once, at random."""
    root = tmp_path_factory.mktemp("rich") / "stack"
    parts = RICH.split("\n  role:")
    files = {
        "dstate.yaml": SETTINGS,
        "a.yaml": parts[0],
        "b.yaml": "resources:\n  role:" + parts[1],
    }
    stack_folder(root, files)
    plan_of(root, seed=0)
    return root


def test_no_hash_shows_in_a_plan(rich: Path, tmp_path: Path) -> None:
    made = set()
    for seed in range(PROCESSES):
        root = tmp_path / str(seed)
        if seed % 4:
            shutil.copytree(rich, root)
        else:
            # The same files, made in the opposite order: a folder may list them so.
            names = sorted((file.name for file in rich.glob("*.yaml")), reverse=True)
            stack_folder(root, {name: (rich / name).read_text() for name in names})
            shutil.copytree(rich / "state", root / "state")
        made.add(plan_of(root, seed=seed))
        shutil.rmtree(root)
    assert len(made) == 1
    assert b'"action":"create"' in made.pop()
