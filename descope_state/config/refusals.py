"""The words in which YAML is refused: one code, sentence and hint each, for both readers."""

from descope_state.config.source import (
    DEEPEST,
    LARGEST_COUNT,
    LARGEST_EXPANSION,
    Source,
)
from descope_state.errors import Problem

_MOST_PROBLEMS = 100
_QUOTES = ("'", '"')
_OPENING = {
    "'": "the text that begins here has no closing `'`",
    '"': 'the text that begins here has no closing `"`',
    "[": "the list that begins here has no closing `]`",
    "{": "the map that begins here has no closing `}`",
}
# What the parsers say, and what usually is behind it.
_ADVICE = (
    (
        "mapping values are not allowed",
        "quote a text that holds `: `, and look for a missing `:` in the line before",
    ),
    ("expected ',' or", "close the bracket, or put a `,` between two values"),
    ("cannot start any token", "quote a text that begins with `@`, `` ` `` or `%`"),
    ("unknown escape", "write `\\\\` for a backslash, or use single quotes"),
    ("did not find expected key", "look at the indentation, and at what stands after the value"),
    ("alphabetic or numeric", "quote a text that begins with `*` or `&`"),
    ("document start", "nothing may follow the end of the document"),
    ("could not find expected ':'", "write `name: value`, with a space after the colon"),
    ("no closing", "close it where it ends"),
)


class Stop(Exception):
    """The rest of the file is not read; the reason is among the problems."""


class Refusals:
    """The problems of one file as they are found; those that end the reading raise `Stop`."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Problem] = []

    def _add(self, code: str, index: int, *, message: str, hint: str = "") -> None:
        self.problems.append(self.source.problem(code, index, message=message, hint=hint))
        if len(self.problems) >= _MOST_PROBLEMS:
            raise Stop

    def syntax(self, index: int, message: str, *, opened: int | None = None) -> None:
        """Refuse what is not YAML; what was `opened` and never closed is found where it begins."""
        begins = "" if opened is None else self.source.text[opened : opened + 1]
        if opened is not None and begins in _OPENING and not self.source.text[index:].strip():
            index, message = opened, _OPENING[begins]
        line = self.source.excerpt(index).split("\n", 1)[0]
        hint = next((hint for words, hint in _ADVICE if words in message), "")
        if "${" in line and begins not in _QUOTES:
            hint = "put a text with `${…}` into quotes inside `{}` and `[]`"
        self._add("E1101", index, message=f"this is not YAML: {message}", hint=hint)
        raise Stop

    def count(self) -> None:
        """Refuse a file with too many values."""
        message = f"the file holds more than {LARGEST_COUNT:,} values"
        self._add("E1102", 0, message=message, hint="split it into several files")
        raise Stop

    def tab(self, index: int) -> None:
        """Refuse a tab between values."""
        message = "a tab stands where only spaces may"
        hint = "indent and separate with spaces; tabs may stand inside quotes"
        self._add("E1105", index, message=message, hint=hint)

    def duplicate(self, index: int, key: str, *, first: int) -> None:
        """Refuse the second of two equal keys."""
        message = f"the key `{key}` is already in line {self.source.origin(first).line}"
        self._add("E1106", index, message=message, hint="remove or rename one of the two")

    def twin(self, index: int, key: str, *, first: int) -> None:
        """Refuse two keys that look the same but are spelled with different characters."""
        line = self.source.origin(first).line
        message = (
            f"the key `{key}` is already in line {line}, spelled with other Unicode characters"
        )
        self._add("E1106", index, message=message, hint="remove or rename one of the two")

    def key(self, index: int, what: str) -> None:
        """Refuse a key that is not text."""
        message = f"a key must be text, but this is {what}"
        self._add("E1107", index, message=message, hint="put the key into quotes")

    def cycle(self, index: int, name: str) -> None:
        """Refuse an alias inside the value that it stands for."""
        message = f"the alias `*{name}` stands inside the value that it repeats"
        self._add("E1108", index, message=message, hint="write the value out")
        raise Stop

    def expansion(self, index: int) -> None:
        """Refuse aliases that together stand for too many values."""
        message = f"the aliases stand for more than {LARGEST_EXPANSION:,} values"
        hint = "use `for_each` or `locals` instead of aliases"
        self._add("E1109", index, message=message, hint=hint)
        raise Stop

    def undefined(self, index: int, name: str) -> None:
        """Refuse an alias without an anchor."""
        message = f"the alias `*{name}` has no anchor `&{name}` before it"
        hint = f"write `&{name}` before the value to repeat, or quote a text that begins with `*`"
        self._add("E1110", index, message=message, hint=hint)

    def anchor(self, index: int, name: str) -> None:
        """Refuse an anchor that is set twice."""
        message = f"the anchor `&{name}` is set a second time"
        self._add("E1110", index, message=message, hint="give it another name")

    def tag(self, index: int, tag: str) -> None:
        """Refuse a tag."""
        shown = tag.replace("tag:yaml.org,2002:", "!!")
        message = f"the tag `{shown}` is unknown: a stack has no tags"
        self._add("E1111", index, message=message, hint="put text into quotes; remove the tag")

    def documents(self, index: int) -> None:
        """Refuse a second document."""
        message = "a second document begins here; a file holds one"
        self._add("E1113", index, message=message, hint="put it into a file of its own")
        raise Stop

    def depth(self, index: int) -> None:
        """Refuse nesting without end."""
        self._add("E1114", index, message=f"values are nested more than {DEEPEST} deep")
        raise Stop

    def merge(self, index: int) -> None:
        """Refuse merge keys, which YAML 1.2 does not have."""
        message = "merge keys (`<<`) are not part of YAML 1.2"
        hint = "state the fields, or repeat a whole value with an alias"
        self._add("E1115", index, message=message, hint=hint)

    def number(self, index: int, reason: str) -> None:
        """Refuse a number that cannot be kept exactly."""
        self._add("E1116", index, message=reason, hint="quote it if it is text")
