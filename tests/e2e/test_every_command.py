"""Whatever a project holds, no command lets a name act on a screen, or lets a secret out."""

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from itertools import cycle
from pathlib import Path
from xml.parsers import expat

import pytest

from descope_state.cli import commands
from tests.support import canaries, hostile
from tests.support.effort import examples
from tests.support.every_command import (
    BEGINNING,
    CHANGING,
    LOOKING,
    VIEWS,
    Heard,
    Teller,
    View,
    Words,
    surroundings_in,
    unsaid,
)

STORY = (*BEGINNING, *LOOKING, *CHANGING)
# The codes of report/spans.py, and what the moving picture of an apply is drawn with.
OURS = re.compile(r"\x1b\[(?:0|1|2|31|32|33|35|36|1;31|1;33)m|\r?\x1b\[(?:\d*[AJK]|\?25[hl])|\r")
FORGED = re.compile(r"^(?:Error E1: |::set-output )", re.MULTILINE)
FORMULA = re.compile(r"\s*[-=+@\uff1d\uff0b\uff0d\uff20]")
SAFE = re.compile(r"[A-Za-z0-9_.-]{1,200}")
# The service's own memory, and where the secrets are told to be.
EXEMPT = ("emulator.json", "second.secret", "told", "told-other")

# A demo holds none of these names, and to serve ends with an interrupt: both are only refused here.
LEFT_OUT = {"demo", "emulator start"}


def test_every_command_has_its_place_in_the_story() -> None:
    assert unsaid(STORY) == set()
    assert unsaid(words for words in STORY if words[0] != "graph") == {"graph"}


class Told:
    """The whole story, told about a project full of hostile names and of secrets."""

    def __init__(self, folder: Path, *, seed: int, count: int, views: Sequence[View]) -> None:
        self.folder = folder
        self.teller = Teller(folder=folder, environ=dict(surroundings_in(folder)))
        self.secrets: list[str] = []
        self._views = cycle(views)
        self._names = hostile.names(count, seed=seed)
        self._renew()

    def tell(self) -> None:
        """Tell it from beginning to end."""
        hostile.stack(self.folder, self._names[: len(self._names) // 2])
        self._say(BEGINNING)
        for name, names in (("local", self._names), ("other", self._names[::2])):
            hostile.strangers(self.folder / "state" / name / "emulator.json", names)
        self._renew()
        self._say((*LOOKING, *CHANGING))
        self.secrets += [path.read_text() for path in self.folder.glob("told*/*") if path.is_file()]

    def _say(self, story: Sequence[Words]) -> None:
        for words in story:
            self.teller.say(words, next(self._views))

    def _renew(self) -> None:
        first, second = canaries.canary(), canaries.canary()
        self.teller.environ["FIRST"] = first
        (self.folder / "second.secret").write_text(second)
        self.secrets += [first, second]


def complaints(told: Told) -> Iterator[str]:
    """Name everything that came out as it should not."""
    for heard in told.teller.heard:
        for wrong in (*_acting(heard), *_malformed(heard)):
            yield f"{heard}: {wrong}"
        for secret in canaries.found(
            told.secrets, (heard.out + heard.err).encode("utf-8", "replace")
        ):
            yield f"{heard}: says the secret {secret!r}"
    yield from _kept(told)


def _acting(heard: Heard) -> Iterator[str]:
    for text in (heard.out, heard.err):
        left = OURS.sub("", text) if heard.view.colour else text
        for harmful in hostile.HARMFUL.finditer(left):
            yield f"acts on the screen: {left[max(0, harmful.start() - 60) : harmful.end()]!r}"
        if FORGED.search(left):
            yield "has a line that a name has made up"


def _malformed(heard: Heard) -> Iterator[str]:
    if "--json" in heard.words and heard.out:
        yield from _not_json(heard.out)
    if "--junit" in heard.words:
        expat.ParserCreate().ParseFile(io.BytesIO(heard.out.encode()))
    if ("--csv" in heard.words or heard.words[-1] == "csv") and heard.out:
        yield from _computing(heard.out)


def _not_json(text: str) -> Iterator[str]:
    try:
        json.loads(text)
    except ValueError:
        for line in text.splitlines():
            try:
                json.loads(line)
            except ValueError as error:
                yield f"is not JSON: {error}"


def _computing(text: str) -> Iterator[str]:
    rows = list(csv.reader(io.StringIO(text)))
    if len({len(row) for row in rows}) != 1:
        yield "has rows of different lengths"
    yield from (f"computes {cell!r}" for row in rows for cell in row if FORMULA.match(cell))


def _kept(told: Told) -> Iterator[str]:
    """Look at what was left behind in the folder, and beside it."""
    yield from (f"wrote {path} beside the stack" for path in _beside(told.folder))
    for path in told.folder.rglob("*"):
        if not SAFE.fullmatch(path.name) or path.is_symlink():
            yield f"made {path!r}"
        if path.is_dir() or not set(EXEMPT).isdisjoint(path.relative_to(told.folder).parts):
            continue
        data = path.read_bytes()
        yield from (
            f"{path} holds the secret {one!r}" for one in canaries.found(told.secrets, data)
        )
        if path.name in ("run.log", "audit.jsonl", "audit.csv", "audit.export.jsonl"):
            harmful = hostile.HARMFUL.findall(data.decode())
            yield from (f"{path} acts on the screen: {one!r}" for one in harmful)


def _beside(folder: Path) -> list[Path]:
    return [path for path in folder.parent.rglob("*") if folder not in (path, *path.parents)]


@pytest.mark.parametrize(
    ("seed", "views"),
    examples(
        [(1, VIEWS)],
        [(number, (view,)) for number, view in enumerate(VIEWS)],
        soak=[(number, (VIEWS[number % 3],)) for number in range(12)],
    ),
)
def test_no_name_acts_and_no_secret_is_let_out(
    tmp_path: Path, seed: int, views: Sequence[View]
) -> None:
    folder = tmp_path / "deep" / "down" / "stack"
    folder.mkdir(parents=True)
    told = Told(folder, seed=seed, count=examples(150, 2_000, soak=2_000), views=views)
    told.tell()
    assert list(complaints(told)) == []
    done = {heard.words for heard in told.teller.heard if heard.status in (0, 2)}
    assert unsaid(done) == LEFT_OUT


def test_a_raw_output_is_exact_in_a_pipe_and_harmless_on_a_screen(tmp_path: Path) -> None:
    (tmp_path / "dstate.yaml").write_text(json.dumps(hostile.SETTINGS))
    name = "\x1b]52;c;cm0=\x07\u202e\x9b31m\nnext"
    text = {"resources": {}, "outputs": {"o": {"value": name}}}
    (tmp_path / "all.yaml").write_text(json.dumps(text))
    teller = Teller(folder=tmp_path, environ=dict(surroundings_in(tmp_path)))
    teller.say(("apply", "-auto-approve"), VIEWS[0])
    piped, shown = (
        teller.say(("output", "--raw", "o"), view) for view in (View(width=80), VIEWS[-1])
    )
    assert piped.out == name
    assert shown.out == r"\x1b]52;c;cm0=\x07\u202e\x9b31m" + "\nnext"


def test_what_is_typed_does_not_act_either(tmp_path: Path) -> None:
    (tmp_path / "dstate.yaml").write_text(json.dumps(hostile.SETTINGS))
    (tmp_path / "all.yaml").write_text("resources: {}\n")
    teller = Teller(folder=tmp_path, environ=dict(surroundings_in(tmp_path)))
    typed = "\x1b]52;c;cm0=\x07\u202e\x9b5m\n\nError E1: x"
    for command in commands.every():
        for tail in ((f"--{typed}",), ("--env", typed)):
            heard = teller.say((*command.name.split(), *tail), VIEWS[0])
            assert heard.status in (1, 5, 64), heard  # none is taken for good
            assert list(_acting(heard)) == []
