"""A stack of any size for the fake provider, with the state and the world that agree with it.

One resource in fifty is a label and one a site; every other one refers to both: to a field that the
stack states and to an id that only the service knows. Half of the references stand alone, half in
a text.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from descope_state.model.address import Address
from descope_state.model.codec import encode_state
from descope_state.model.resource import Entry
from descope_state.model.state import Snapshot

SHARE = 50
PER_FILE = 20_000
GROWN = 100
OVERGROWN = 1_100
PROJECT = "Pfake"
SETTINGS = "dstate: 1\nname: large\nenvironments:\n  local: {endpoint: memory}\n"
Objects = dict[str, dict[str, dict[str, Any]]]


def shared(count: int) -> int:
    """Say how many labels, and how many sites, a stack of so many resources has."""
    return max(1, count // SHARE)


def objects(count: int) -> Objects:
    """Give what the service holds, by kind and id, as `FakeWorld.objects` keeps it."""
    base = shared(count)
    users = count - 2 * base
    return {
        "label": {
            f"label-{number}": {"name": f"label {number}", "description": "A label"}
            for number in range(base)
        },
        "site": {
            f"site-{number}": {
                "name": f"site{number}",
                "title": f"Site {number}",
                "region": "eu",
                "code": f"c-site-{number}",
                "version": 1,
            }
            for number in range(base)
        },
        "group": {
            f"group-{number}": {
                "name": f"group {number}",
                "description": f"site-{number % base}",
                "labels": [f"label {number % base}"],
            }
            for number in range(users // 2)
        },
        "child": {
            f"child-{number}": {
                "name": f"child {number} of label {number % base}",
                "site": f"site-{number % base}",
                "size": number % 7,
            }
            for number in range(users - users // 2)
        },
    }


def stack_files(count: int) -> Iterator[tuple[str, str]]:
    """Write the stack that wants exactly these objects, in files of a bearable size."""
    base = shared(count)
    users = count - 2 * base
    counts = {"label": base, "site": base, "group": users // 2, "child": users - users // 2}
    for kind, total in counts.items():
        for start in range(0, total, PER_FILE):
            numbers = range(start, min(total, start + PER_FILE))
            blocks = "".join(_BLOCKS[kind](number, number % base) for number in numbers)
            yield f"resources/{kind}-{start}.yaml", f"resources:\n  {kind}:\n{blocks}"


_BLOCKS: dict[str, Callable[[int, int], str]] = {
    "label": lambda number, _: (
        f"    l{number}:\n      name: label {number}\n      description: A label\n"
    ),
    "site": lambda number, _: (
        f"    s{number}:\n      name: site{number}\n      title: Site {number}\n"
    ),
    "group": lambda number, base: (
        f"    g{number}:\n      name: group {number}\n"
        f'      description: "${{site.s{base}.id}}"\n'
        f'      labels: ["${{label.l{base}.name}}"]\n'
    ),
    "child": lambda number, base: (
        f"    c{number}:\n"
        f'      name: "child {number} of ${{label.l{base}.name}}"\n'
        f'      site: "${{site.s{base}.id}}"\n'
        f"      size: {number % 7}\n"
    ),
}


def entries(count: int) -> Iterator[Entry]:
    """Remember these objects as an apply of this stack would have."""
    base = shared(count)
    stated = {
        "label": ("name", "description"),
        "site": ("name", "title"),
        "group": ("name", "description", "labels"),
        "child": ("name", "site", "size"),
    }
    for kind, held in objects(count).items():
        for number, (id_, fields) in enumerate(held.items()):
            outputs = {"id": id_, **fields}
            if kind == "site":
                outputs["url"] = None
            needs = (Address("label", f"l{number % base}"), Address("site", f"s{number % base}"))
            site = f"{fields.get('site', '')}/" if kind == "child" else ""
            yield Entry(
                address=Address(kind, f"{kind[0]}{number}"),
                provider="fake",
                schema_version=1,
                id=id_,
                identity=f"{site}{fields['name']}",
                inputs={name: fields[name] for name in stated[kind]},
                outputs=outputs,
                depends_on=needs if kind in ("group", "child") else (),
            )


def customers(count: int) -> Objects:
    """Give what the service holds of one block over a map."""
    return {
        "record": {
            f"record-{number}": {
                "name": f"Customer {number}",
                "tags": {"domain": f"c{number}.example"},
                "count": number,
            }
            for number in range(count)
        }
    }


def prepare_map(root: Path, count: int) -> None:
    """Write one block that goes through a map, and the state of its instances."""
    held = customers(count)["record"]
    found = {
        Address("record", "customer", f"c{number}"): Entry(
            address=Address("record", "customer", f"c{number}"),
            provider="fake",
            schema_version=1,
            id=id_,
            identity=str(fields["name"]),
            inputs=fields,
            outputs={"id": id_, **fields},
        )
        for number, (id_, fields) in enumerate(held.items())
    }
    values = {
        f"c{number}": {"name": f"Customer {number}", "seats": number} for number in range(count)
    }
    block = (
        "resources:\n  record:\n    customer:\n      for_each: ${vars.customers}\n"
        "      name: ${each.value.name}\n"
        '      tags: {domain: "${each.key}.example"}\n      count: ${each.value.seats}\n'
    )
    files = {
        "resources/customers.yaml": block,
        "vars/local.yaml": json.dumps({"customers": values}),
    }
    _write(root, files, settings="variables:\n  customers: {type: map}\n", entries=found)


def prepare(root: Path, count: int) -> None:
    """Write stack, state and key of a stack whose plan has nothing to do."""
    remembered = {entry.address: entry for entry in entries(count)}
    _write(root, dict(stack_files(count)), settings="", entries=remembered)


def prepare_fresh(root: Path, count: int) -> None:
    """Write a stack of so many resources of which nothing has been made."""
    _write(root, dict(stack_files(count)), settings="", entries={})


def prepare_grown(root: Path, count: int) -> None:
    """Write a stack that has been applied, and that has since grown a little."""
    _prepare_grown(root, count, by=GROWN)


def prepare_overgrown(root: Path, count: int) -> None:
    """Write the same, grown by more."""
    _prepare_grown(root, count, by=OVERGROWN)


def _prepare_grown(root: Path, count: int, *, by: int) -> None:
    remembered = {entry.address: entry for entry in entries(count)}
    fresh = "".join(f"    fresh{number}: {{name: fresh {number}}}\n" for number in range(by))
    files = {**dict(stack_files(count)), "fresh.yaml": f"resources:\n  label:\n{fresh}"}
    _write(root, files, settings="", entries=remembered)


def _write(
    root: Path, files: Mapping[str, str], *, settings: str, entries: Mapping[Address, Entry]
) -> None:
    state = root / "state" / "local"
    state.mkdir(parents=True, mode=0o700)
    for folder in (root, root / "state", state):
        folder.chmod(0o700)
    for name, text in {
        "dstate.yaml": f"{SETTINGS}{settings}backend: {{path: state}}\n",
        **files,
    }.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text)
    snapshot = Snapshot(
        lineage="large", serial=1, environment="local", project_id=PROJECT, entries=entries
    )
    for name, data in (("state.json", encode_state(snapshot)), ("key", bytes(32))):
        (state / name).write_bytes(data)
        (state / name).chmod(0o600)
