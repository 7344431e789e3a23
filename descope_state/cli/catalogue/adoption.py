"""The commands that put under management what exists."""

from descope_state.cli import importing
from descope_state.cli.catalogue.command import Command

_MADE = """dstate emulator call POST /v1/mgmt/role/create '{"name": "Billing"}'"""
_MORE = """dstate emulator call POST /v1/mgmt/permission/create '{"name": "a.b"}'"""

COMMANDS = (
    Command(
        name="import",
        function=importing.bring,
        examples=(
            _MADE,
            "dstate import role.billing Billing -auto-approve",
            _MORE,
            "dstate import permission.a_b a.b --write resources/more.yaml -auto-approve",
        ),
        exits=(0, 1, 4, 5, 6, 7, 8, 64, 130),
        changes="Changes the project only where its plan says so; the state takes the object in.",
    ),
)
