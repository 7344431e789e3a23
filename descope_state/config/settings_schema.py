"""The JSON Schema of `dstate.yaml`, for editors; `settings.py` is what judges."""

from descope_state.config.settings import TYPES

_TEXT = {"type": "string"}
_FLAG = {"type": "boolean", "default": False}


def _map(of: object, description: str) -> dict[str, object]:
    return {"type": "object", "description": description, "additionalProperties": of}


def _record(
    properties: dict[str, object], description: str = "", required: tuple[str, ...] = ()
) -> dict[str, object]:
    return {
        "type": "object",
        "description": description,
        "additionalProperties": False,
        "properties": properties,
        "required": list(required),
    }


def settings_schema() -> dict[str, object]:
    """Give the JSON Schema of a stack's settings."""
    return _record(
        {
            "dstate": {"const": 1, "description": "The version of this format."},
            "name": {**_TEXT, "description": "What the stack is called; else its folder's name."},
            "default_environment": {
                **_TEXT,
                "description": "Where commands go that name no environment; never a protected one.",
            },
            "environments": {
                **_map(_environment(), "The projects that the stack is for, by name."),
                "propertyNames": {"pattern": "^[a-z][a-z0-9-]*$"},
            },
            "variables": _map(_variable(), "What may differ between environments."),
            "locals": {"type": "object", "description": "Named values."},
            "safety": _safety(),
            "retention": _retention(),
            "backend": _record(
                {"type": {"const": "local"}, "path": {**_TEXT, "description": "A folder."}},
                "Where state is kept.",
            ),
        },
        "The settings of a dstate stack.",
        required=("dstate", "environments"),
    )


def _environment() -> dict[str, object]:
    about = {
        "endpoint": "`emulator`, a base URL, or nothing for the service itself.",
        "project_id": "Pins the project: credentials of any other are refused.",
    }
    return _record(
        {
            **{name: {**_TEXT, "description": said} for name, said in about.items()},
            "protected": {**_FLAG, "description": "Must be named; never the default."},
            "vars": {"type": "object", "description": "Values for the stack's variables."},
            "exclude": {
                "type": "array",
                "items": _TEXT,
                "description": "Addresses that this environment does not have.",
            },
        }
    )


def _variable() -> dict[str, object]:
    return _record(
        {
            "type": {"enum": sorted(TYPES), "description": "What its values must be."},
            "default": {"description": "Its value where nothing else gives one."},
            "description": _TEXT,
        }
    )


def _safety() -> dict[str, object]:
    count = {"type": "integer", "minimum": 0}
    return _record(
        {
            "max_deletes": {**count, "description": "How many objects a plan may destroy."},
            "max_delete_percent": {
                **count,
                "maximum": 100,
                "description": "Which share, where the state holds ten or more.",
            },
            "plan_max_age": {
                "anyOf": [
                    {"type": "integer", "minimum": 1},
                    {**_TEXT, "pattern": "^[0-9]+[smhd]$"},
                ],
                "description": "After how long a saved plan is too old: seconds, or 30m, 24h, 7d.",
            },
        },
        "What a plan may not do without being told to.",
    )


def _retention() -> dict[str, object]:
    count = {"type": "integer", "minimum": 0}
    return _record(
        {
            "audit_days": {**count, "default": 30, "description": "Days of the audit trail."},
            "backup_days": {**count, "default": 30, "description": "Days that backups are kept."},
            "backups": {
                **count,
                "default": 200,
                "description": "How many backups of a project there may be.",
            },
        },
        "How long is kept what dstate keeps; the newest good backup is never let go of.",
    )
