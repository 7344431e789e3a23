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
            "dstate import --all --env local --out-dir copy -auto-approve",
            "dstate import --all --factor --env local,dev --out-dir both -auto-approve",
        ),
        exits=(0, 1, 4, 5, 6, 7, 8, 64, 130),
        changes="Changes the project only where its plan says so; the state takes the object in.",
    ),
    Command(
        name="drift adopt",
        function=importing.adopting,
        examples=(
            _MORE,
            "dstate drift adopt permission.a_b -auto-approve",
            "dstate drift adopt step-up --write resources/flows.yaml -auto-approve",
        ),
        exits=(0, 1, 5, 6, 7, 8, 64, 130),
        changes="Writes nothing to the project: a file of the stack and the state grow.",
    ),
)
