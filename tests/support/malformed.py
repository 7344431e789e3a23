"""Every malformed stack: those that are kept as folders, and those that are made."""

from tests.support import malformed_files, malformed_texts
from tests.support.malformed_folders import Malformed, folders


def cases() -> list[Malformed]:
    """Give every malformed stack."""
    return [*folders(), *odd()]


def odd() -> list[Malformed]:
    """Give those that are too large or too odd to be kept."""
    return [*malformed_files.register.cases, *malformed_texts.register.cases]
