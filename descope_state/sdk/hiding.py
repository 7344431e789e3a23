"""Takes secrets out of a text that came from outside, however they are spelled in it."""

import json
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

_HIDDEN = "(secret)"


def hidden(text: str, secrets: Iterable[str]) -> str:
    """Give a text without any of the secrets: an error may tell all that was sent."""
    forms = {form for secret in secrets if secret for form in _forms(secret)}
    # One may be a part of another, or of what stands in its place: longest first, in one pass.
    ordered = sorted(forms, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, ordered)), _HIDDEN, text) if ordered else text


def _forms(secret: str) -> Iterable[str]:
    quoted = json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]
    return (
        secret,
        *quoted,
        repr(secret)[1:-1],
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
        # Words may have been set apart anew.
        " ".join(secret.split()),
    )
