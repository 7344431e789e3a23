"""What an embedded project is called, and the file it is kept in."""

import hashlib

FILE = "emulator.json"


def emulated_project(environment: str) -> str:
    """Derive the project id of an embedded emulator: always the same for an environment."""
    slug = "".join(filter(str.isalnum, environment))[:9]
    digest = hashlib.sha256(environment.encode()).hexdigest()
    return f"Pemulator{slug}{digest}"[:28]
