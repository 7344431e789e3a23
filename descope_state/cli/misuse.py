"""What is said to a command line that is wrong, above all to the hand that knows another tool."""

import re

import typer

from descope_state.errors import UsageError

_COMMANDS = {
    "console": "`dstate why ADDRESS` shows what an expression came to",
    "get": "there are no modules to get; `for_each` makes many of the same",
    "login": "credentials come from the environment, `.env` or the keychain: `dstate doctor`",
    "modules": "there are no modules; `for_each` makes many of the same",
    "providers": "`dstate version` lists them, and `dstate explain` their kinds",
    "taint": "`dstate plan -replace ADDRESS` plans to replace one object",
    "test": "a stack tests itself with `checks`; `dstate plan --env NAME` tries another project",
    "unlock": "`dstate force-unlock` says who holds the state",
    "untaint": "nothing is ever tainted; `dstate plan -replace ADDRESS` replaces one object",
    "workspace": "environments are in `dstate.yaml`: `dstate env list`, `dstate plan --env NAME`",
}
_OPTIONS = {
    "--backend-config": "the state is in files; `backend` in `dstate.yaml` says where",
    "--force": "a guard is lifted by its name: `-override GUARD=N`",
    "--force-copy": "the state is in files; there is nothing to migrate",
    "--generate-config-out": "`dstate import ADDRESS ID --write FILE` writes the block",
    "--input": "where nobody can answer nothing is asked; `-auto-approve` says yes beforehand",
    "--lock": "the lock cannot be left out; it is gone with its process, so none is ever stuck",
    "--lock-timeout": "this command does not wait for the lock",
    "--migrate-state": "the state is in files; there is nothing to migrate",
    "--reconfigure": "the state is in files; there is nothing to configure",
    "--state": "each environment has its own state: `--env NAME` chooses it",
    "--upgrade": "providers are Python packages: pip upgrades them",
    "--workspace": "an environment is chosen by `--env NAME`",
}


_MISSING = {
    "dstate show": "`dstate show plan.json` shows a saved plan, `dstate state list` the state",
    "dstate env diff": "`dstate env diff dev staging` compares two; `dstate env list` names them",
}
# A shorter beginning is a coincidence.
_SHORTEST = len("--as")
_UNKNOWN = re.compile(r"No such command '([a-z-]+)'")


def misuse(error: typer.TyperException, *, command: str) -> UsageError:
    """Say what a command line has wrong, and what to do instead."""
    message = error.format_message()
    unknown = _UNKNOWN.match(message)
    if unknown is not None and command == "dstate" and unknown[1] in _COMMANDS:
        return UsageError(f"there is no command `{unknown[1]}`", hint=_COMMANDS[unknown[1]])
    hint = _OPTIONS.get(getattr(error, "option_name", "")) or _begun(error, command=command)
    if message.startswith("Missing argument"):
        hint = _MISSING.get(command, hint)
    return UsageError(message[:1].lower() + message[1:], hint=hint)


def _begun(error: typer.TyperException, *, command: str) -> str:
    """Name the option that an unknown one goes on from, such as `--env` for `--environment`."""
    said, context = getattr(error, "option_name", ""), getattr(error, "ctx", None)
    known = [name for one in context.command.params for name in one.opts] if context else []
    begun = [name for name in known if len(name) > _SHORTEST and said.startswith(name)]
    if begun and not getattr(error, "possibilities", ()):
        return f"did you mean `{max(begun, key=len)}`? see `{command} --help`"
    return f"see `{command} --help`"
