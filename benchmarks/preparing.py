"""Writes what is to be measured, in a process of its own.

The kernel counts the memory of a process from that of the one that started it, so whoever measures
must stay small: nothing large is made in the measuring process.
"""

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]


def prepared(shape: str, folder: Path, *, count: int) -> Path:
    """Make a folder and let a process fill it with one of the shapes below."""
    folder.mkdir()
    command = (sys.executable, "-m", "benchmarks.preparing", shape, str(folder), str(count))
    subprocess.run(command, cwd=ROOT, check=True)
    return folder


def main(shape: str, folder: Path, count: int) -> None:
    """Write one shape into a folder."""
    # Imported by the process that writes, and not by the one that measures.
    from benchmarks import fake_stack, terraform_stack  # noqa: PLC0415  # see above

    shapes: Mapping[str, Callable[[Path, int], None]] = {
        "stack": fake_stack.prepare,
        "map": fake_stack.prepare_map,
        "fresh": fake_stack.prepare_fresh,
        "grown": fake_stack.prepare_grown,
        "overgrown": fake_stack.prepare_overgrown,
        "blocks": terraform_stack.prepare_blocks,
        "for_each": terraform_stack.prepare_for_each,
    }
    shapes[shape](folder, count)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
