"""A scope for the tests of expressions, with resources and sources in memory."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from descope_state.model.value import Secret, Unknown, Value

KINDS = frozenset({"tenant", "role", "list"})


@dataclass(slots=True, kw_only=True)
class MemorySources:
    """Files and variables in memory; `asked` is what was read."""

    files: Mapping[str, str] = field(default_factory=lambda: {"a.json": '{"x": [1, 2]}'})
    variables: Mapping[str, str] = field(default_factory=lambda: {"HOME_TOWN": "Ulm"})
    asked: list[str] = field(default_factory=list)

    def file(self, path: str) -> str:
        self.asked.append(path)
        if path not in self.files:
            message = f"there is no file `{path}`"
            raise ValueError(message)
        return self.files[path]

    def environment_variable(self, name: str) -> str:
        self.asked.append(name)
        if name not in self.variables:
            message = f"the environment variable `{name}` is not set"
            raise ValueError(message)
        return self.variables[name]

    def parse_yaml(self, text: str) -> Value:
        return self.parse_json(text)

    def parse_json(self, text: str) -> Value:
        value: Value = json.loads(text)
        return value


Resources = Mapping[tuple[str, str], Mapping[str, Value]]


@dataclass(slots=True, kw_only=True)
class MemoryScope:
    """Names and what they stand for."""

    roots: Mapping[str, Mapping[str, Value]]
    resources: Resources = field(default_factory=dict)
    sources: MemorySources = field(default_factory=MemorySources)

    def root(self, name: str) -> Mapping[str, Value]:
        if name not in self.roots:
            message = f"`{name}` exists only in a resource that has `for_each`"
            raise LookupError(message)
        return self.roots[name]

    def resource(self, kind: str, name: str) -> Mapping[str, Value]:
        if (kind, name) not in self.resources:
            message = f"there is no resource `{kind}.{name}`"
            raise LookupError(message)
        return self.resources[(kind, name)]


def world(**roots: Mapping[str, Value]) -> MemoryScope:
    """Give a scope where ids are not known yet."""
    usual: dict[str, Mapping[str, Value]] = {
        "vars": {
            "seats": 5,
            "list": [1, 2],
            "empty": None,
            "ratio": 1.5,
            "on": True,
            "map": {"b": 1, "a": {"deep": "yes"}},
            "secret": Secret("env:TOKEN"),
            "text": "${vars.seats}",
        },
        "environment": {"name": "prod"},
        "locals": {"domain": "acme.example"},
    }
    resources: Resources = {
        ("tenant", "acme"): {"id": Unknown(), "name": "Acme", "domains": ["a.example"]},
        ("tenant", "customer"): {
            "b": {"id": Unknown(), "name": "Bee"},
            "a": {"id": Unknown(), "name": "Ay"},
        },
        ("role", "admin"): {"name": "Admin", "permissions": [Unknown()], "key": Secret("env:K")},
        ("list", "blocked"): {"id": "L1"},
    }
    return MemoryScope(roots={**usual, **roots}, resources=resources)


EACH: Mapping[str, Value] = {"key": "a", "value": {"name": "Ay", "seats": 3}}
