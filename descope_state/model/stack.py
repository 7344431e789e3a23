"""What one environment's view of a stack is once its files were read: blocks, not yet resources."""

from collections.abc import Callable, Mapping
from dataclasses import field

from descope_state.errors import Origin, Problem
from descope_state.frozen import dataclass
from descope_state.model.value import Path, Value

Locate = Callable[[Path], Origin | None]


def nowhere(_path: Path) -> None:
    """Locate nothing; for blocks that no file holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One resource block as written: expressions unevaluated, meta-arguments among the fields.

    `locate` answers where a value inside the block stands; the empty path is the block itself.
    """

    kind: str
    name: str
    body: dict[str, Value]
    locate: Locate = nowhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One element of `outputs`, `moved`, `removed`, `imports`, `checks` or `locals`."""

    name: str
    body: Value
    locate: Locate = nowhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Safety:
    """The guards of a stack."""

    max_deletes: int = 5
    max_delete_percent: int = 30
    plan_max_age: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long what dstate keeps beside the state is kept."""

    audit_days: int = 30
    backup_days: int = 30
    backups: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """One environment as the settings of the stack describe it."""

    name: str
    endpoint: str = ""
    project_id: str = ""
    protected: bool = False
    exclude: tuple[str, ...] = ()
    locate: Locate = nowhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """A stack, read for one environment, with the final values of its variables."""

    name: str
    environment: Environment
    environments: tuple[str, ...] = ()
    state_path: str = ""
    variables: Mapping[str, Value] = field(default_factory=dict)
    safety: Safety = Safety()
    retention: Retention = Retention()
    blocks: tuple[Block, ...] = ()
    locals: tuple[Item, ...] = ()
    outputs: tuple[Item, ...] = ()
    moved: tuple[Item, ...] = ()
    removed: tuple[Item, ...] = ()
    imports: tuple[Item, ...] = ()
    checks: tuple[Item, ...] = ()
    warnings: tuple[Problem, ...] = ()
    digest: str = ""
