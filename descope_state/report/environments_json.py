"""Environments and their differences as JSON."""

from collections.abc import Mapping, Sequence

from descope_state.core.comparing import Comparison, Row, Standing, Twin
from descope_state.model.change import FieldChange
from descope_state.model.value import Value
from descope_state.report.json_text import Json
from descope_state.report.masks import split

FORMAT = "1.0"


def detail_variables(variables: Mapping[str, Value], masked: frozenset[str]) -> Json:
    """Spell the variables of an environment; a masked one is null."""
    return {
        name: None if name in masked else split(value).value for name, value in variables.items()
    }


def comparison_json(
    comparison: Comparison, names: tuple[str, str], *, projects: Sequence[str]
) -> Json:
    """Spell how two environments differ."""
    return {
        "format_version": FORMAT,
        "environments": list(names),
        "projects": list(projects),
        "differences": [_twin(twin, names) for twin in comparison.twins],
        "alike": comparison.alike,
        "left_out": {
            "fields": comparison.fields_left_out,
            "objects": comparison.objects_left_out,
        },
        "not_compared": dict(sorted(comparison.closed.items())),
    }


def _twin(twin: Twin, names: tuple[str, str]) -> Json:
    kind, key = twin.key
    only = {Standing.FIRST: names[0], Standing.SECOND: names[1]}.get(twin.standing)
    return {
        "kind": kind,
        "identity": key,
        "address": str(twin.address) if twin.known else None,
        "only_in": only,
        "fields": [_field(change) for change in twin.fields],
    }


def _field(change: FieldChange) -> Json:
    return {
        "name": change.name,
        "before": split(change.before).value,
        "after": split(change.after).value,
    }


def matrix_json(rows: Sequence[Row], names: Sequence[str], *, failed: Mapping[str, str]) -> Json:
    """Spell who has what; equal numbers in a row are equal objects."""
    return {
        "format_version": FORMAT,
        "environments": list(names),
        "not_readable": dict(failed),
        "rows": [
            {
                "kind": row.key[0],
                "identity": row.key[1],
                "address": str(row.address) if row.known else None,
                "versions": dict(row.versions),
                "not_read_in": [*sorted(row.unseen)],
            }
            for row in rows
        ],
    }
