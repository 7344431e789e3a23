"""A plan as a person reads it."""

from dataclasses import replace

import pytest

from descope_state.model.address import Address
from descope_state.model.change import Action, Change, FieldChange, Reason
from descope_state.model.plan import Estimate, Plan, Summary, Violation
from descope_state.model.value import Secret, Value
from descope_state.report.spans import painted, plain
from descope_state.report.text import duration, estimate_text, plan_text, summary_text
from tests.unit.report import golden_file, samples


def printed(*changes: Change, width: int = 80, verbose: bool = False) -> str:
    plan = Plan(bindings=samples.BINDINGS, changes=changes)
    return plain(plan_text(plan, width=width, verbose=verbose))


def updated(before: Value, after: Value, **more: object) -> Change:
    field = FieldChange(name="field", before=before, after=after, **more)  # type: ignore[arg-type]  # a shorthand
    return samples.change(samples.ACME, Action.UPDATE, reason=Reason.EDITED, fields=(field,))


@pytest.mark.parametrize("width", [80, 160])
def test_a_rich_plan_reads_as_in_its_golden_file(width: int) -> None:
    text = plain(plan_text(samples.rich_plan(), width=width))
    golden_file.check(f"plan-{width}.txt", text)


def test_a_verbose_plan_shows_long_texts_and_blocked_changes_whole() -> None:
    text = plain(plan_text(samples.rich_plan(), width=80, verbose=True))
    golden_file.check("plan-80-verbose.txt", text)


def test_colour_changes_no_character_of_the_text() -> None:
    import re  # noqa: PLC0415  # the only test that takes codes away

    lines = plan_text(samples.rich_plan(), width=80)
    coloured = painted(lines)
    assert "\x1b[31m" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain(lines)


def test_no_line_of_the_rich_plan_but_the_counts_is_wider_than_the_page() -> None:
    lines = plain(plan_text(samples.rich_plan(), width=80)).splitlines()
    wide = [text for text in lines if len(text) > 80]
    assert [text for text in wide if not text.startswith(("Plan: ", "Apply makes "))] == []


def test_nothing_to_do_is_said_in_one_line() -> None:
    text = plain(plan_text(samples.empty_plan(), width=80))
    assert text == "No changes. The project matches the stack.\nRefresh used 9 calls.\n"


def test_an_address_is_never_cut() -> None:
    address = Address("tenant", "customer", "x" * 120)
    text = printed(samples.change(address, Action.DELETE, reason=Reason.REMOVED), width=40)
    assert str(address) in text


def test_two_long_texts_are_shown_where_they_differ() -> None:
    text = printed(updated("a" * 300 + "LEFT" + "b" * 300, "a" * 300 + "RIGHT" + "b" * 300))
    assert "LEFT" in text
    assert "RIGHT" in text
    assert max(map(len, text.splitlines()[:-2])) <= 80


def test_a_sensitive_field_shows_its_source_and_no_value() -> None:
    text = printed(updated("canary", Secret("env:X"), sensitive=True))
    assert "(sensitive) -> secret('env:X')" in text
    assert "canary" not in text


def test_a_deletion_hides_what_its_fields_call_sensitive() -> None:
    field = FieldChange(name="token", before="canary", after=None, sensitive=True)
    gone = samples.change(
        samples.ACME, Action.DELETE, fields=(field,), before={"name": "A", "token": "canary"}
    )
    text = printed(gone)
    assert "token = (sensitive)" in text
    assert "canary" not in text


def test_a_list_without_edits_shows_both_sides() -> None:
    assert "field = [1, 2] -> [1, 3]" in printed(updated([1, 2], [1, 3]))


def test_a_blocked_change_says_why_and_shows_no_fields() -> None:
    text = printed(replace(updated(1, 2), blocked="the plan is Free"))
    assert "would update in place: the plan is Free" in text
    assert "field" not in text
    assert "1 blocked." in text


def test_a_failed_check_that_forbids_the_plan_is_told_once() -> None:
    refusal = Violation(code="check", message="check `prod tenants have a domain` failed: why")
    plan = replace(samples.rich_plan(), violations=(refusal,))
    text = plain(plan_text(plan, width=80))
    assert text.count("prod tenants have a domain") == 1
    assert "Check cannot be judged before apply: owners exist" in text


def test_deletions_come_first_and_blocked_changes_last() -> None:
    text = plain(plan_text(samples.rich_plan(), width=80)).partition("What apply will do:")[2]
    found = [text.index(f"{name}") for name in ("role.legacy", "permission.read", '["globex"]')]
    assert found == sorted(found)
    assert text.index("theme.default") > text.index("role.kept")


@pytest.mark.parametrize(
    ("summary", "text"),
    [
        (Summary(add=3, change=1), "Plan: 3 to add, 1 to change, 0 to destroy."),
        (
            Summary(importing=1, forget=2, move=3, blocked=4),
            (
                "Plan: 0 to add, 0 to change, 0 to destroy, "
                "1 to import, 2 to forget, 3 to move, 4 blocked."
            ),
        ),
    ],
)
def test_the_summary_counts_the_rare_sorts_only_where_there_are_any(
    summary: Summary, text: str
) -> None:
    assert summary_text(summary) == text


def test_the_estimate_of_the_contract() -> None:
    estimate = Estimate(calls=31, changes=118, waves=3, seconds=6, per_minute=100, refresh_calls=9)
    assert estimate_text(estimate) == (
        "Apply makes 31 calls (118 changes, 87 saved by batching) in 3 waves, "
        "about 6 s at 100 calls a minute; refresh used 9 calls."
    )


def test_the_parts_of_an_estimate_add_up_where_a_change_takes_two_writes() -> None:
    estimate = Estimate(calls=12, reads=4, changes=7, waves=3, seconds=1, refresh_calls=5)
    assert estimate_text(estimate).startswith(
        "Apply makes 12 calls (7 changes in 8 writes, 4 to read back) in 3 waves,"
    )


def test_the_estimate_of_one_change() -> None:
    estimate = Estimate(calls=1, changes=1, waves=1, seconds=0.2, per_minute=100, refresh_calls=1)
    assert estimate_text(estimate) == (
        "Apply makes 1 call (1 change) in 1 wave, about 1 s at 100 calls a minute; "
        "refresh used 1 call."
    )


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.1, "1 s"), (119, "119 s"), (150, "2 min"), (3600, "1 h"), (5400, "1 h 30 min")],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text
