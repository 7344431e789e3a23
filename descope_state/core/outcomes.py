"""Outputs and checks of a stack, judged against the world that a plan leads to."""

from collections.abc import Iterator

from descope_state.core.compiling import Form, expression_problem, filled
from descope_state.core.declarations import Check, Output, would_show
from descope_state.core.expressions import ExpressionError
from descope_state.core.resolve import Resolution
from descope_state.core.scope import World
from descope_state.core.settling import Report
from descope_state.errors import Problem
from descope_state.model.plan import CheckResult, OutputValue, Verdict
from descope_state.model.stack import Locate
from descope_state.model.value import Path, Secret, Unknown, Value, placeholders


def output_values(
    resolution: Resolution, world: World, *, report: Report
) -> tuple[OutputValue, ...]:
    """Evaluate every output of the stack."""
    return tuple(
        OutputValue(
            name=output.name,
            value=_output(output, world, report),
            sensitive=output.sensitive,
            description=output.description,
        )
        for output in sorted(resolution.declarations.outputs, key=lambda output: output.name)
    )


def _output(output: Output, world: World, report: Report) -> Value:
    value = _evaluated(output.value, ("value",), world, locate=output.locate, report=report)
    for path, hole in placeholders(value):
        if isinstance(hole, Secret):
            report(would_show(output.name, origin=output.locate(("value", *path))))
            return None
    return value


def check_results(
    resolution: Resolution, world: World, *, report: Report
) -> tuple[CheckResult, ...]:
    """Judge every check of the stack that applies."""
    return tuple(_results(resolution, world, report))


def _results(resolution: Resolution, world: World, report: Report) -> Iterator[CheckResult]:
    for check in resolution.declarations.checks:
        applies = _condition(check, "when", check.when, world=world, report=report)
        if applies is False:
            continue
        held = _condition(check, "assert", check.condition, world=world, report=report)
        verdict = Verdict.UNKNOWN
        if held is not None and applies is not None:
            verdict = Verdict.PASSED if held else Verdict.FAILED
        yield CheckResult(name=check.name, verdict=verdict, message=check.message)


def _condition(check: Check, part: str, form: Form, *, world: World, report: Report) -> bool | None:
    """Evaluate a condition; None says that it is not known before apply."""
    value = _evaluated(form, (part,), world, locate=check.locate, report=report)
    if isinstance(value, Unknown):
        return None
    if isinstance(value, bool):
        return value
    report(
        Problem(
            code="E1352",
            message=f"check `{check.name}`: `{part}` must come to true or false",
            origin=check.locate((part,)),
        )
    )
    return None


def _evaluated(form: Form, path: Path, world: World, *, locate: Locate, report: Report) -> Value:
    try:
        return filled(form, world)
    except ExpressionError as error:
        report(expression_problem(error, path, locate=locate))
        return Unknown()
