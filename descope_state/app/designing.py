"""What a stack is to be like that an import is about to make: its settings, and what is beside."""

import re
from collections.abc import Callable, Mapping
from dataclasses import field
from pathlib import Path

from descope_state.app.beginning import IGNORED
from descope_state.app.surroundings import Surroundings
from descope_state.app.workspace import Opening, Workspace, outlined
from descope_state.config.dotenv import environment as merged_environ
from descope_state.config.writing import settings
from descope_state.errors import UsageError
from descope_state.frozen import dataclass
from descope_state.model.value import Value

_LONGEST_NAME = 100
_UNNAMED = re.compile(r"[^A-Za-z0-9_.-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """A new stack, but for the resources that are found.

    `settings` gives `dstate.yaml` for the id of the project, which is empty as long as nobody
    knows it. Of the files `beside`, those that are there already stay. `above` are lines that
    stand above all resources. An emulated project is copied from the stack that is the `model`.
    """

    environment: str
    environ: Mapping[str, str] = field(repr=False)
    settings: Callable[[str], str]
    beside: Mapping[str, str]
    above: tuple[str, ...] = ()
    model: Workspace | None = None


def like(surroundings: Surroundings, opening: Opening, *, root: Path) -> Design:
    """Design a stack for the project that an environment of the stack at hand has, if any."""
    model = _model(surroundings, opening)
    name = (
        opening.environment
        or surroundings.environ.get("DSTATE_ENV")
        or (model.environment if model is not None else "")
    )
    if not name:
        message = "which environment? A new stack needs a name for the project that it describes"
        raise UsageError(message, hint="name one with --env, for instance --env dev")

    def written(project_id: str) -> str:
        fields = stated_fields(model)
        if project_id and fields.get("endpoint") is None:
            # Pinned, so that no other key is ever used for it; the emulator has none.
            fields = {**fields, "project_id": project_id}
        return settings(stack_name(root), environments={name: fields})

    return Design(
        environment=name,
        environ=_environ(surroundings, model),
        settings=written,
        beside={".gitignore": IGNORED},
        model=model,
    )


def _model(surroundings: Surroundings, opening: Opening) -> Workspace | None:
    """Give the stack at hand, whose environment says where the project is; there may be none."""
    try:
        return outlined(surroundings, opening)
    except UsageError:
        return None


def stack_name(root: Path) -> str:
    """Name a stack after its folder."""
    return _UNNAMED.sub("-", root.resolve().name).strip("-_.")[:_LONGEST_NAME] or "stack"


def _environ(surroundings: Surroundings, model: Workspace | None) -> Mapping[str, str]:
    """Give the variables with the credentials: those of the stack at hand, or of the folder."""
    if model is not None:
        return model.environ
    return merged_environ(surroundings.folder, surroundings.environ)


def stated_fields(model: Workspace | None) -> dict[str, Value]:
    """Give what the settings of a new stack are to say of an environment: what is said here."""
    if model is None:
        return {}
    environment = model.documents.environment
    stated: dict[str, Value] = {
        "endpoint": environment.endpoint,
        "project_id": environment.project_id,
        "protected": environment.protected,
    }
    return {name: value for name, value in stated.items() if value}
