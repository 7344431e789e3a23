"""Options that go together are one value for a command, and each its own for the parser."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import MISSING, fields, is_dataclass
from functools import wraps
from typing import Any, get_type_hints


def grouped(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command take groups of options: dataclasses whose fields are annotated as options.

    The parser sees the fields in the place of the group, so that the help lists each option.
    """
    told = inspect.signature(command, eval_str=True)
    groups: dict[str, type[Any]] = {
        parameter.name: parameter.annotation
        for parameter in told.parameters.values()
        if isinstance(parameter.annotation, type) and is_dataclass(parameter.annotation)
    }
    if not groups:
        return command

    @wraps(command)
    def spelled_out(**options: object) -> None:
        for name, group in groups.items():
            given = {field.name: options.pop(field.name) for field in fields(group)}
            options[name] = group(**given)
        command(**options)

    seen: list[inspect.Parameter] = []
    for parameter in told.parameters.values():
        group = groups.get(parameter.name)
        seen += [parameter] if group is None else _options(group)
    spelled: Any = spelled_out
    spelled.__signature__ = told.replace(parameters=seen)
    spelled.__annotations__ = {parameter.name: parameter.annotation for parameter in seen}
    return spelled_out


def _options(group: type[Any]) -> Iterator[inspect.Parameter]:
    hints = get_type_hints(group, include_extras=True)
    for field in fields(group):
        default = inspect.Parameter.empty if field.default is MISSING else field.default
        yield inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=default,
            annotation=hints[field.name],
        )
