"""A first stack, step by step: every step is done for real, and whoever leaves can go on."""

import io
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from descope_state.app.tutoring import MISTYPED
from descope_state.cli.lessons import CLOSING, LESSONS, OPENING
from descope_state.cli.main import real_surroundings, run
from descope_state.cli.terminal import Terminal
from descope_state.errors import Exit
from tests.support.spoken import said

NARROW = 80
ENTER = "\n"


class Screen(io.StringIO):
    """A stream that a person looks at."""

    def isatty(self) -> bool:
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """What a lesson came to."""

    status: int
    out: str
    err: str
    answers: list[str]


def taught(folder: Path, *words: str, answers: Iterable[str], piped: bool = False) -> Taught:
    """Go through it at a terminal; an answer `^C` is an interrupt."""
    pending: Iterator[str] = iter(answers)
    given: list[str] = []

    def ask(question: str) -> str:
        given.append(question)
        answer = next(pending)
        if answer == "^C":
            raise KeyboardInterrupt
        return answer

    out, err = (io.StringIO() if piped else Screen()), Screen()
    terminal = Terminal(
        surroundings=replace(real_surroundings(), environ={}, folder=folder),
        out=out,
        err=err,
        width=NARROW,
        colour=False,
        ask=ask,
    )
    status = run(["quickstart", *words], terminal)
    return Taught(status=int(status), out=out.getvalue(), err=err.getvalue(), answers=given)


def test_every_step_waits_for_enter_and_all_of_them_come_out(tmp_path: Path) -> None:
    came = taught(tmp_path, answers=[ENTER] * len(LESSONS))
    assert came.status == 0
    assert len(came.answers) == len(LESSONS)
    for number, lesson in enumerate(LESSONS, start=1):
        assert f"\n{number} of {len(LESSONS)}: {lesson.title}\n" in came.out
        if lesson.step is not None:
            assert f"$ dstate {shlex.join(lesson.step.typed)}\n" in came.out
    assert "did you mean `self_provisioning_domains`?" in came.err
    assert "did you mean `role.analyst`?" in came.err
    assert "# by: ben" in came.out
    assert "No changes. The project matches the stack." in came.out
    assert "dstate init our-auth --from-env" in came.out


def test_what_was_shown_can_be_typed_by_hand_in_what_it_leaves(tmp_path: Path) -> None:
    assert taught(tmp_path, "mine", answers=[ENTER] * len(LESSONS)).status == 0
    stack = tmp_path / "mine"
    assert said(["fmt", "--check"], folder=stack).status == 0
    for lesson in LESSONS:
        if lesson.step is None or MISTYPED in lesson.files.values():
            continue
        came = said([*lesson.step.typed], folder=stack)
        assert came.status == lesson.step.status, f"{lesson.title}: {came.err}"


@pytest.mark.parametrize("words", [("--yes",), ()])
def test_nobody_is_waited_for_where_nobody_reads_or_is_asked(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    came = taught(tmp_path, *words, answers=[], piped=not words)
    assert (came.status, came.answers) == (0, [])
    assert "Enter" not in came.out
    assert said(["quickstart", "other"], folder=tmp_path).status == 0


@pytest.mark.parametrize(
    ("last", "status"), [("q\n", Exit.DONE), ("", Exit.DONE), ("^C", Exit.INTERRUPTED)]
)
def test_whoever_leaves_is_told_what_stands_and_how_to_go_on(
    tmp_path: Path, last: str, status: Exit
) -> None:
    came = taught(tmp_path, "a b", answers=[ENTER, ENTER, ENTER, last])
    assert came.status == status
    assert "Left at step 4 of 9: Two mistakes." in came.err
    ways = "\n  cd 'a b'\n  # write resources/tenants.yaml as shown\n  dstate plan\n"
    assert ways in came.err
    assert "interrupted" not in came.err
    assert not (tmp_path / "a b" / "resources" / "tenants.yaml").exists()
    assert said(["plan", "-detailed-exitcode"], folder=tmp_path / "a b").status == 0


@pytest.mark.parametrize(("last", "status"), [("q\n", Exit.DONE), ("^C", Exit.INTERRUPTED)])
def test_whoever_leaves_at_once_leaves_nothing(tmp_path: Path, last: str, status: Exit) -> None:
    came = taught(tmp_path, answers=[last])
    assert (came.status, "Nothing was written." in came.err) == (status, True)
    assert list(tmp_path.iterdir()) == []


def test_a_step_that_ends_otherwise_ends_the_lesson(tmp_path: Path) -> None:
    blocked = iter(range(99))

    def answers() -> Iterator[str]:
        for number in blocked:
            if number == 2:
                (tmp_path / "mine" / "plan.json").write_text("{}")
            yield ENTER

    came = taught(tmp_path, "mine", answers=answers())
    assert came.status not in (0, Exit.INTERRUPTED)
    assert "Left at step 3 of 9: An apply." in came.err


@pytest.mark.parametrize("name", ["filled", "file", "file/below"])
def test_a_folder_in_which_somebody_has_something_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "filled").mkdir()
    (tmp_path / "filled" / "mine").write_text("mine")
    (tmp_path / "file").write_text("mine")
    came = taught(tmp_path, name, answers=[ENTER] * len(LESSONS))
    assert came.status in (Exit.USAGE, Exit.ERROR)
    assert "a mistake in dstate" not in came.err
    assert [path.name for path in (tmp_path / "filled").iterdir()] == ["mine"]
    assert (tmp_path / "file").read_text() == "mine"


def test_an_empty_folder_will_do_and_may_be_named_by_chdir(tmp_path: Path) -> None:
    (tmp_path / "below" / "empty").mkdir(parents=True)
    came = taught(tmp_path, "empty", "-C", "below", answers=[ENTER] * len(LESSONS))
    assert came.status == 0
    assert "cd below/empty\n" in came.out
    assert (tmp_path / "below" / "empty" / "dstate.yaml").exists()


def test_no_line_of_ours_is_wider_than_a_narrow_window() -> None:
    told = [OPENING, CLOSING, *(lesson.told for lesson in LESSONS)]
    told += [lesson.after for lesson in LESSONS]
    assert [one for text in told for one in text.splitlines() if len(one) > NARROW] == []
