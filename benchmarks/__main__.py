"""Prints the figures the project is held to, each as a ratio or a limit of this very run.

`python -m benchmarks` measures all, `python -m benchmarks NAME…` some of: startup, shapes,
plans, applies, kills, socket, looks.
"""

import importlib
import subprocess
import sys

from benchmarks.measuring import table

NAMES = ("startup", "shapes", "plans", "applies", "kills", "socket", "looks")
# A module may not be called what the standard library calls one of its own.
_MODULES = {"socket": "over_socket"}


def main(names: list[str]) -> int:
    """Measure and print, group by group."""
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        print(f"there is no benchmark {unknown[0]}; there are {', '.join(NAMES)}")
        return 64
    if len(names) == 1:
        module = _MODULES.get(names[0], names[0])
        print(f"{table(list(importlib.import_module(f'benchmarks.{module}').rows()))}\n")
        return 0
    # Each group from a small process: the memory of what it starts is counted from its own.
    commands = ((sys.executable, "-m", "benchmarks", name) for name in names or NAMES)
    return max(subprocess.run(command, check=False).returncode for command in commands)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
