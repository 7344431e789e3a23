"""Collected complaints about what files say, and typed access to their mappings."""

from collections.abc import Collection, Iterable, Mapping

from descope_state.config.yaml import Document
from descope_state.errors import Problem
from descope_state.model.nearness import listed, meant
from descope_state.model.value import Path, Value

_SORTS = {
    type(None): "nothing",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    list: "a list",
    dict: "a map",
}
_MOST_UNKNOWN = 100
NAMES = "write `[a-z_][a-z0-9_]*`; `in`, `true`, `false` and `null` are reserved"
_TRUTHS = {"yes": "true", "on": "true", "no": "false", "off": "false"}


def sort_of(value: Value) -> str:
    """Name the type of a value in words."""
    return _SORTS.get(type(value), type(value).__name__)


def suggestion(name: str, known: Collection[str]) -> str:
    """Name what was probably meant, or list what there is."""
    return meant(name, known) or (f"known: {listed(sorted(known))}" if known else "")


class Section:
    """One mapping of a document; what is wrong with it goes to the shared list of problems."""

    def __init__(
        self, document: Document, value: Value, *, path: Path, problems: list[Problem]
    ) -> None:
        self.document = document
        self.path = path
        self.problems = problems
        self.data: dict[str, Value] = {}
        if isinstance(value, dict):
            self.data = value
        elif value is not None:
            self.complain(
                "E1202", (), message=f"{self._title()} must be a map, not {sort_of(value)}"
            )

    def _title(self) -> str:
        match self.path:
            case ():
                return "a file of the stack"
            case (*_, str(name), int()):
                return f"an element of `{name}`"
        return f"`{self.path[-1]}`"

    def complain(
        self, code: str, path: Path, *, message: str, hint: str = "", key: bool = False
    ) -> None:
        """Add a problem about something inside this mapping."""
        inner = (*self.path, *path)
        self.problems.append(
            self.document.problem(code, inner, message=message, hint=hint, key=key)
        )

    def known(self, names: Collection[str], *, elsewhere: Mapping[str, str] | None = None) -> None:
        """Refuse every field that is not one of the names; some have their place `elsewhere`."""
        complaints = 0
        for name in self.data:
            if name not in names and complaints < _MOST_UNKNOWN:
                complaints += 1
                message = f"unknown field `{name}`"
                hint = (elsewhere or {}).get(name) or suggestion(name, names)
                if hint.startswith("did"):
                    message, hint = f"{message}, {hint}", ""
                self.complain("E1201", (name,), message=message, hint=hint, key=True)

    def section(self, name: str) -> "Section":
        """Give an inner mapping; one that is absent or empty is an empty one."""
        return Section(
            self.document, self.data.get(name), path=(*self.path, name), problems=self.problems
        )

    def sections(self) -> Iterable[tuple[str, "Section"]]:
        """Give every member as a mapping."""
        for name in self.data:
            yield name, self.section(name)

    def wrong(self, name: str, wanted: str) -> None:
        """Complain that a field has the wrong type."""
        value = self.data[name]
        message = f"`{name}` must be {wanted}, not {sort_of(value)}"
        meant = _TRUTHS.get(value.lower()) if isinstance(value, str) else None
        hint = f"write `{meant}`: in YAML 1.2 `{value}` is text" if meant else ""
        self.complain("E1202", (name,), message=message, hint=hint if "true" in wanted else "")

    def text(self, name: str, default: str = "") -> str:
        """Give a text field."""
        value = self.data.get(name, default)
        if isinstance(value, str):
            return value
        self.wrong(name, "text")
        return default

    def flag(self, name: str) -> bool:
        """Give a field that is true or false; false where absent."""
        value = self.data.get(name, False)
        if isinstance(value, bool):
            return value
        self.wrong(name, "true or false")
        return False

    def number(self, name: str, default: int, *, most: int) -> int:
        """Give a whole number from zero to a bound."""
        value = self.data.get(name, default)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most:
            return value
        message = f"`{name}` must be a whole number from 0 to {most}"
        self.complain("E1202", (name,), message=message)
        return default

    def elements(self, name: str) -> list[Value]:
        """Give a list field; an absent one is empty."""
        value = self.data.get(name)
        if value is None:
            return []
        if isinstance(value, list):
            return value
        self.wrong(name, "a list")
        return []
