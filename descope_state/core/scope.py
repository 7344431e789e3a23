"""What an expression can see while a stack is resolved or planned."""

from collections.abc import Iterator, Mapping

from descope_state.core.ports import Sources
from descope_state.model.value import Unknown, Value
from descope_state.sdk.schema import Schema

UNKNOWN = Unknown()
Instances = Mapping[str, "View"]


class View(Mapping[str, Value]):
    """One resource as expressions see it: every field of its kind, unknown where nobody knows."""

    __slots__ = ("_known", "_schema")

    def __init__(self, schema: Schema, known: Mapping[str, Value]) -> None:
        self._schema = schema
        self._known = known

    def __getitem__(self, field: str) -> Value:
        if field in self._known:
            return self._known[field]
        if field in self._schema.fields:
            return UNKNOWN
        raise KeyError(field)

    def __iter__(self) -> Iterator[str]:
        return iter(self._schema.fields)

    def __len__(self) -> int:
        return len(self._schema.fields)


class Anything(Mapping[str, Value]):
    """A resource that something is wrong with: whatever refers to it is not blamed as well."""

    def __getitem__(self, field: str) -> Value:
        return UNKNOWN

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


Seen = View | dict[str, View] | Anything


class World:
    """The resources resolved so far, and the other roots of expressions."""

    __slots__ = ("_absent", "_resources", "_roots", "sources")

    def __init__(
        self,
        *,
        roots: Mapping[str, Mapping[str, Value]],
        sources: Sources,
        resources: dict[tuple[str, str], Seen] | None = None,
    ) -> None:
        self._roots = roots
        self._resources = {} if resources is None else resources
        self._absent: set[tuple[str, str]] = set()
        self.sources = sources

    def root(self, name: str) -> Mapping[str, Value]:
        """Give `vars`, `environment`, `locals` or, inside `for_each`, `each`."""
        if name in self._roots:
            return self._roots[name]
        if name == "each":
            message = "`each` exists only in a resource that has `for_each`"
            raise LookupError(message)
        return {}

    def resource(self, kind: str, name: str) -> Mapping[str, Value]:
        """Give one resource, or the instances of one by key."""
        found = self._resources.get((kind, name))
        if found is None and (kind, name) in self._absent:
            message = f"`{kind}.{name}` is left out of this environment, by `when` or `exclude`"
            raise LookupError(message)
        if found is None:
            message = f"there is no resource `{kind}.{name}`"
            raise LookupError(message)
        return found  # type: ignore[return-value]  # instances are mappings of fields, as values are

    def put(self, kind: str, name: str, *, view: Seen) -> None:
        """Make a resource visible to what comes after it."""
        self._resources[(kind, name)] = view

    def leave_out(self, kind: str, name: str) -> None:
        """Say that a resource exists in the stack but not in this environment."""
        self._absent.add((kind, name))

    def within(self, each: Mapping[str, Value]) -> "World":
        """Give the same world as one instance of `for_each` sees it."""
        inner = World(
            roots={**self._roots, "each": each},
            sources=self.sources,
            resources=self._resources,
        )
        inner._absent = self._absent  # the same world, seen from one instance
        return inner
