"""Where the value of a variable stands, and where else it could be said for one environment."""

from collections.abc import Mapping
from pathlib import Path as FilePath

from descope_state.config.files import read_inside, variable_file_names
from descope_state.config.settings import SETTINGS_FILE, Settings, read_settings
from descope_state.config.variables import PREFIX
from descope_state.config.yaml import parse
from descope_state.errors import Refused
from descope_state.frozen import dataclass
from descope_state.model.value import Path, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """One place for a value: `label` names it, and it feeds these environments.

    A `fresh` one does not say the variable yet: there it has to be said whole.
    """

    label: str
    file: str
    path: Path
    environments: tuple[str, ...]
    fresh: bool = False


def stands(
    root: FilePath,
    name: str,
    *,
    environment: str,
    outside: Mapping[str, str],
    environ: Mapping[str, str],
) -> tuple[Stand, ...]:
    """Give the place that says a variable; several, where that feeds other environments as well.

    `outside` are the values that no file of the stack gives, with where they come from.
    """
    by_environ = f"{PREFIX}{name}" if f"{PREFIX}{name}" in environ else ""
    given = outside.get(name, by_environ)
    if given:
        message = f"the variable `{name}` comes from `{given}`, which is no file of the stack"
        raise Refused(message, hint="change it there, or leave that out and accept again")
    settings = read_settings(root)
    files = _variable_files(root)
    own_file = f"vars/{environment}.yaml"
    if name in files.get(environment, {}):
        return (_stand(own_file, own_file, path=(name,), environment=environment),)
    section = f"environments.{environment}.vars"
    place: Path = ("environments", environment, "vars", name)
    if name in settings.values.get(environment, {}):
        return (_stand(section, SETTINGS_FILE, path=place, environment=environment),)
    fed = _fed(settings, files, name=name)
    default = Stand(
        label=f"variables.{name}.default",
        file=SETTINGS_FILE,
        path=("variables", name, "default"),
        environments=fed,
    )
    if fed == (environment,):
        return (default,)
    return (
        default,
        _stand(own_file, own_file, path=(name,), environment=environment, fresh=True),
        _stand(section, SETTINGS_FILE, path=place, environment=environment, fresh=True),
    )


def _stand(label: str, file: str, *, path: Path, environment: str, fresh: bool = False) -> Stand:
    return Stand(label=label, file=file, path=path, environments=(environment,), fresh=fresh)


def _fed(
    settings: Settings, files: Mapping[str, Mapping[str, Value]], *, name: str
) -> tuple[str, ...]:
    """Name the environments that a variable's default reaches."""
    return tuple(
        one
        for one in settings.environments
        if name not in files.get(one, {}) and name not in settings.values.get(one, {})
    )


def _variable_files(root: FilePath) -> dict[str, dict[str, Value]]:
    found: dict[str, dict[str, Value]] = {}
    for file in variable_file_names(root):
        data = parse(read_inside(root, file), file=file).data
        environment = file.removeprefix("vars/").removesuffix(".yaml")
        found[environment] = data if isinstance(data, dict) else {}
    return found
