"""The same shape for Terraform: `terraform_data` of its built-in provider, with a matching state.

The state file is written rather than applied, for an apply of 10,000 takes Terraform an hour.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.fake_stack import shared

PROVIDER = 'provider["terraform.io/builtin/terraform"]'
OBJECT = ["object", {"label": "string", "site": "string", "title": "string"}]
Resource = dict[str, object]


def _value(label: str, site: str, title: str) -> dict[str, object]:
    return {"value": {"label": label, "site": site, "title": title}, "type": OBJECT}


def _instance(number: int, said: Mapping[str, object], needs: list[str]) -> Resource:
    return {
        "schema_version": 0,
        "attributes": {
            "id": f"id-{number}",
            "input": said,
            "output": said,
            "triggers_replace": None,
        },
        "sensitive_attributes": [],
        "dependencies": needs,
    }


def _resource(name: str, instances: list[Resource]) -> Resource:
    return {
        "mode": "managed",
        "type": "terraform_data",
        "name": name,
        "provider": PROVIDER,
        "instances": instances,
    }


def _block(name: str, label: str, site: str, title: str) -> str:
    return (
        f'resource "terraform_data" "{name}" {{\n  input = {{\n    label = {label}\n'
        f'    site  = {site}\n    title = "{title}"\n  }}\n}}\n'
    )


def _blocks(count: int) -> Iterator[tuple[str, Resource]]:
    """Give each block with what the state remembers of it: two references in each but the first."""
    base = 2 * shared(count)
    for number in range(count):
        name, title = f"r{number}", f"Title {number}"
        if number < base:
            said = _value(f"label {number}", f"site {number}", title)
            text = _block(name, f'"label {number}"', f'"site {number}"', title)
            yield text, _resource(name, [_instance(number, said, [])])
            continue
        left, right = number % base, (number * 7 + 1) % base
        text = _block(
            name, f"terraform_data.r{left}.input.label", f"terraform_data.r{right}.id", title
        )
        said = _value(f"label {left}", f"id-{right}", title)
        needs = sorted({f"terraform_data.r{left}", f"terraform_data.r{right}"})
        yield text, _resource(name, [_instance(number, said, needs)])


def prepare_blocks(root: Path, count: int) -> None:
    """Write as many blocks as there are resources, and the state of them."""
    blocks, resources = zip(*_blocks(count), strict=True)
    (root / "main.tf").write_text("".join(blocks))
    _write_state(root, list(resources))


def prepare_for_each(root: Path, count: int) -> None:
    """Write one block that goes through a map from a YAML file, and the state of its instances."""
    (root / "customers.yaml").write_text(
        "".join(
            f"c{number}: {{name: Customer {number}, seats: {number}}}\n" for number in range(count)
        )
    )
    (root / "main.tf").write_text(
        'resource "terraform_data" "customer" {\n'
        '  for_each = yamldecode(file("${path.module}/customers.yaml"))\n'
        '  input    = {\n    label = each.value.name\n    site  = "${each.key}.example"\n'
        "    title = tostring(each.value.seats)\n  }\n}\n"
    )
    instances = [
        {
            "index_key": f"c{number}",
            **_instance(
                number, _value(f"Customer {number}", f"c{number}.example", f"{number}"), []
            ),
        }
        for number in range(count)
    ]
    resource = {**_resource("customer", instances), "each": "map"}
    _write_state(root, [resource])


def _write_state(root: Path, resources: list[Resource]) -> None:
    state = {
        "version": 4,
        "terraform_version": "1.11.4",
        "serial": 1,
        "lineage": "5f8d0f2e-0000-0000-0000-000000000000",
        "outputs": {},
        "resources": resources,
        "check_results": None,
    }
    (root / "terraform.tfstate").write_text(json.dumps(state))
