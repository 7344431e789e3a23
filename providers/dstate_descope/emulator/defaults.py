"""The flows, the theme and the application that every new project holds."""

from typing import Any

from dstate_descope.baseline import DEFAULT_APPLICATION, DEFAULT_APPLICATION_NAME, DEFAULT_FLOWS

Row = dict[str, Any]
COMPONENTS = "3.0.0"


def flows() -> list[Row]:
    """Make the default flows, each with one screen and one task."""
    return [_flow(id_, name) for id_, name in DEFAULT_FLOWS.items()]


def _flow(id_: str, name: str) -> Row:
    contents = {
        "startTask": "0",
        "tasks": {
            "0": {"id": "0", "name": name, "type": "screen", "screenId": "SC0", "next": "1"},
            "1": {"id": "1", "name": "End", "type": "end"},
        },
    }
    screen = {
        "screenId": "SC0",
        "interactions": [{"id": "submit", "type": "button", "label": "Continue"}],
        "contents": {"root": {"type": "form", "fields": ["email"]}},
    }
    metadata = {**empty_metadata(), "name": name, "componentsVersion": COMPONENTS}
    return {
        "id": id_,
        "version": 1,
        "modifiedTime": 1_700_000_000,
        "metadata": metadata,
        "contents": contents,
        "screens": [screen],
        "references": {},
    }


def empty_metadata() -> Row:
    """Give what a flow says of itself where nobody has said anything."""
    return {
        "name": "",
        "description": "",
        "componentsVersion": "",
        "disabled": False,
        "fingerprint": False,
        "widget": False,
        "translation": None,
        "sharedInteractions": [],
        "management": False,
        "managementConfig": None,
    }


def application() -> Row:
    """Make the application that comes with a project."""
    return {
        "id": DEFAULT_APPLICATION,
        "name": DEFAULT_APPLICATION_NAME,
        "description": "",
        "logo": "",
        "enabled": True,
        "appType": "oidc",
        "loginPageUrl": "https://auth.descope.io/login",
        "forceAuthentication": False,
    }


def documents() -> Row:
    """Make what a project has exactly one of."""
    return {
        "theme": {"styles": {"light": {"primary": "#006af5"}}, "componentsVersion": COMPONENTS},
        "themeVersion": 1,
        "fga": "",
        "relations": [],
        "authz": None,
        "passwords": {"": passwords()},
        "settings": {},
        "scopes": [],
        "project": {"name": "Emulated project", "tags": []},
    }


def passwords() -> Row:
    """Make the password settings that a project begins with."""
    return {
        "enabled": True,
        "minLength": 8,
        "lowercase": False,
        "uppercase": False,
        "number": False,
        "nonAlphanumeric": False,
        "expiration": False,
        "expirationWeeks": 0,
        "reuse": False,
        "reuseAmount": 0,
        "lock": False,
        "lockAttempts": 0,
        "tempLock": False,
        "tempLockAttempts": 0,
        "tempLockDuration": 0,
        "enablePasswordStrength": False,
        "passwordStrengthScore": 0,
    }
