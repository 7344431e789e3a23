"""A project whose every name was chosen by somebody who means no good, and a stack in it."""

import json
import random
import re
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

from dstate_descope.emulator.defaults import empty_metadata
from dstate_descope.emulator.world import World, load, save

# What acts on a terminal or hides from whoever reads it; a newline and a tab are lines' own.
HARMFUL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
LONG = 10_000
# The service takes no longer names of roles; other kinds take what is left of a longer one.
_SHORT = 90

# Half of a character is not among them: `sdk/http.py` refuses an answer that has one.
_FRAGMENTS = (
    "\x1b[5m", "\x1b[38;5;201m", "\x1b[2J\x1b[H", "\x1b]0;title\x07", "\x1bc", "\x1bP+q\x1b\\",
    "\x1b]52;c;cm0gLXJm\x07", "\x1b]8;;https://evil.example\x1b\\here\x1b]8;;\x1b\\",
    "\x9b31m", "\x9d52;c;cm0=\x9c", "\x90", "\x85", "\x07", "\x08\x08\x08", "\r", "\x7f", "\x00",
    "\x0b", "\x0c", "\x0e", "\u202e", "\u2066", "\u2069", "\u061c", "\u200e", "\u200b", "\u200d",
    "\u2060", "\ufeff", "\xad", "\u2028", "\u2029", "\U000e0041", "\u180e", "\n", "\n\nError E1: ",
    "\n::set-output name=x::y", "\r\n", "\t", "[bold]", "[link=https://evil.example]", "[/]",
    ":boom:",
    "- ", "{a: b}", "*alias", "&anchor", "!!python/object:os.system", "%TAG", "null", "NO", "1e3",
    "0x1f", "2024-01-01", "~", "'", '"', "\\", "`", "# ", ": ", "|", ">", "@", "=1+1",
    '=HYPERLINK("https://evil.example")', "+1", "-1+cmd|' /C calc'!A0", "@SUM(1)", "\t=1", " =1",
    "\uff1d1", "../../../../etc/passwd", "/etc/passwd", "..", "C:\\aux", "a/b", "nul", ".hidden",
    "<script>alert(1)</script>", "]]>", "<!--", "&amp;", "$(reboot)", "`reboot`", "; reboot",
    "--yes",
    "-rf", "%s%n", "{0}", "{{user}}", "| x | y |", "```", "![](https://evil.example)",
    "<img src=x>",
    '"];digraph{', "end\nsubgraph x", "e\u0301\u0301", "\u0430dmin", "\u3164", "\uffa0", "東京",
    "🎉",
)  # fmt: skip


def names(count: int, *, seed: int) -> list[str]:
    """Generate as many different hostile names; the same seed gives the same."""
    chance = random.Random(seed)
    kinds = cycle(_FRAGMENTS)
    return [_name(next(kinds), number, chance) for number in range(count)]


def _name(fragment: str, number: int, chance: random.Random) -> str:
    more = chance.choice(_FRAGMENTS) if number >= len(_FRAGMENTS) else ""
    match number % 3:
        case 0:
            text = f"{fragment}n{number}{more}"
        case 1:
            text = f"n{number}{fragment}{more}end"
        case _:
            text = f"{more}n{number}{fragment}"
    return text[:_SHORT]


SETTINGS = {
    "dstate": 1,
    "name": "hostile",
    "default_environment": "local",
    "environments": {"local": {"endpoint": "emulator"}, "other": {"endpoint": "emulator"}},
    "safety": {"max_deletes": 10_000, "max_delete_percent": 100},
}


def resources(chosen: Sequence[str]) -> dict[str, Any]:
    """State objects by the names, each kind a few of them, and those that the story is about."""
    share = cycle(range(5))
    parts: list[list[str]] = [[] for _ in range(5)]
    for name in chosen:
        parts[next(share)].append(name.replace("${", "$"))
    permissions, roles, tenants, lists, attributes = parts
    key = "${each.key}"
    each = {"for_each": None, "name": key, "description": key}
    lead = roles[0]
    return {
        "permission": {
            "one": {"name": permissions[0], "description": "mine"},
            "many": {**each, "for_each": permissions[1:]},
        },
        "role": {
            "one": {"name": lead, "permissions": ["${permission.one.name}"], "description": lead},
            "two": {"name": roles[1]},
            "many": {**each, "for_each": roles[2:]},
        },
        "tenant": {
            "one": {"id": "one", "name": tenants[0], "attributes": {"x": tenants[0]}},
            "many": {"for_each": tenants[1:], "name": key, "attributes": {"x": key}},
        },
        "list": {"many": {**each, "for_each": lists, "type": "texts", "entries": [key]}},
        "user_attribute": {
            f"a{number}": {
                "name": f"a{number}", "type": "singleselect", "display_name": name,
                "options": [{"value": name, "label": name}],
            }
            for number, name in enumerate(attributes)
        },
        "flow": {"one": {"id": "one", "definition": flow(lead, chosen[-1])}},
        "access_key": {"one": {"name": lead}},
        "outbound_application": {
            number: {"id": number, "name": number, "client_secret": f"${{secret('{source}')}}"}
            for number, source in (("first", "env:FIRST"), ("second", "file:second.secret"))
        },
    }  # fmt: skip


def flow(name: str, text: str) -> dict[str, Any]:
    """Make the definition of a flow whose texts are hostile."""
    return {
        "metadata": {**empty_metadata(), "name": name, "description": text},
        "contents": {
            "startTask": "0",
            "tasks": {
                "0": {"id": "0", "name": text, "type": "screen", "screenId": text, "next": name},
                name: {"id": name, "name": name, "type": name},
            },
        },
        "screens": [
            {"screenId": text, "contents": {name: text}, "interactions": [{"label": name}]}
        ],
        "references": {},
    }


_PAIR = re.compile(r"\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})")


def _yaml(value: object) -> str:
    """Spell a value as JSON that YAML reads as well: it knows no halves of characters."""
    return _PAIR.sub(_whole, json.dumps(value))


def _whole(match: re.Match[str]) -> str:
    high, low = (int(half, 16) for half in match.groups())
    return f"\\U{0x10000 + (high - 0xD800) * 0x400 + low - 0xDC00:08x}"


def stack(folder: Path, chosen: Sequence[str]) -> None:
    """Write a stack about such names, and a file of tenants to be synchronized."""
    states = resources(chosen)
    text = {"resources": states, "outputs": {"o": {"value": "${role.one.name}"}}}
    (folder / "dstate.yaml").write_text(json.dumps(SETTINGS))
    (folder / "all.yaml").write_text(_yaml(text))
    tenant = {"resources": {"tenant": {"one": states["tenant"]["one"]}}}
    (folder / "tenants.txt").write_text(_yaml(tenant))


def strangers(path: Path, chosen: Sequence[str]) -> None:
    """Add objects under such names to a project behind its stack's back; change what is there."""
    world = load(path)
    others = iter(chosen)
    for table in ("permissions", "roles", "lists"):
        rows = world.tables[table]
        for row in list(rows.values())[-5:]:
            rows[row["id"]] = {**row, "description": next(others)}
    one = world.tables["flows"]["one"]
    world.tables["flows"]["one"] = {**one, **flow(next(others), next(others))}
    _blamed(world, next(others))
    kinds = cycle((_permission, _role, _tenant, _list, _flow))
    for number, (name, kind) in enumerate(zip(others, kinds, strict=False)):
        kind(world, f"{name}{number}")
    _permission(world, "stray")
    _permission(world, "wanderer")
    _list(world, f"{chosen[0]}long" + chosen[1] * LONG)
    world.revision += 1
    save(world, path)


def _blamed(world: World, name: str) -> None:
    """Let everything have been done by somebody of such a name."""
    audits = world.tables["audits"]
    for key, row in audits.items():
        audits[key] = {one: name if one == "actorId" else value for one, value in row.items()}


def _added(world: World, table: str, **fields: object) -> None:
    pattern = next(reversed(world.tables[table].values()))
    made = {**pattern, "id": world.new_id("X"), **fields}
    world.tables[table][made["id"]] = made


def _permission(world: World, name: str) -> None:
    _added(world, "permissions", name=name, description=name)


def _role(world: World, name: str) -> None:
    _added(world, "roles", name=name, description=name, permissionNames=["stray"])


def _tenant(world: World, name: str) -> None:
    _added(world, "tenants", id=name, name=name, customAttributes={"x": name})


def _list(world: World, name: str) -> None:
    _added(world, "lists", name=name, description=name, data=[name, "x"])


def _flow(world: World, name: str) -> None:
    _added(world, "flows", id=name, **flow(name, name))
