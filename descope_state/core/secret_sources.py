"""The sources of secrets that a resolved stack names, for whoever fingerprints them."""

from collections.abc import Iterator

from descope_state.core.resolve import Resolution
from descope_state.model.value import Secret, Value


def secrets_of(resolution: Resolution) -> tuple[Secret, ...]:
    """Give every source of a secret that a resolution names, once each."""
    return tuple(dict.fromkeys(_secrets(resolution)))


def _secrets(resolution: Resolution) -> Iterator[Secret]:
    for desired in resolution.desired:
        forms: list[Value] = list(desired.attributes.values())
        while forms:
            form = forms.pop()
            if type(form) is dict:
                forms.extend(form.values())
            elif type(form) is list:
                forms.extend(form)
            elif type(form) is Secret:
                yield form
