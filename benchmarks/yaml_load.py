"""The fast YAML path against PyYAML's own C loader, interleaved in one process."""

import statistics
import time
from collections.abc import Callable

import yaml as pyyaml

from descope_state.config import yaml

_TENANTS = 10_000
_RUNS = 5


def stack(tenants: int) -> bytes:
    """Write a file of tenants with a few fields each."""
    lines = ["resources:", "  tenant:"]
    for number in range(tenants):
        lines += (
            f"    customer_{number}:",
            f"      name: Customer {number}",
            f'      self_provisioning_domains: ["customer-{number}.example"]',
            '      default_roles: ["${role.analyst.name}"]',
            f"      attributes: {{seats: {number}, active: true}}",
        )
    return "\n".join([*lines, ""]).encode()


def seconds(task: Callable[[], object]) -> float:
    """Measure the CPU time of one run."""
    begin = time.process_time()
    task()
    return time.process_time() - begin


def measure(tenants: int = _TENANTS, runs: int = _RUNS) -> tuple[float, float]:
    """Give the median seconds of ours and of the C loader."""
    text = stack(tenants)
    loader = pyyaml.CSafeLoader
    ours, theirs = [], []
    for _ in range(runs):
        ours.append(seconds(lambda: yaml.parse(text, file="tenants.yaml")))
        theirs.append(seconds(lambda: pyyaml.load(text, Loader=loader)))  # noqa: S506  # the safe one
    return statistics.median(ours), statistics.median(theirs)


def main() -> None:
    """Print the ratio."""
    ours, theirs = measure()
    print(
        f"{_TENANTS} tenants: ours {ours:.3f} s, CSafeLoader {theirs:.3f} s, {ours / theirs:.2f}x"
    )


if __name__ == "__main__":
    main()
