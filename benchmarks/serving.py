"""The emulator behind a socket for a benchmark: the documented limits, and 80 ms to each answer.

`python -m benchmarks.serving TENANTS FLOWS` prints its address, and once it is interrupted how
many calls there were and how many it refused. A process of its own, so that its memory is not
taken for that of the command that is measured.
"""

import contextlib
import json
import sys
import time

from dstate_descope.emulator.faults import Faults, parse
from dstate_descope.emulator.limits import Limits
from dstate_descope.emulator.server import serve
from dstate_descope.emulator.service import Service
from dstate_descope.emulator.world import World, fresh

PROJECT = "P2benchmarkProject0000000000"
LATENCY = 0.08


def filled(tenants: int, flows: int) -> World:
    """Make a project that holds so much."""
    world = fresh(PROJECT)
    for number in range(tenants):
        row = {"id": f"tenant-{number}", "name": f"Tenant {number}", "parent": ""}
        lists = ("enforceSSOExclusions", "federatedAppIds", "domains", "defaultRoles")
        world.tenants[row["id"]] = {
            **row,
            "selfProvisioningDomains": [f"tenant{number}.example"],
            "customAttributes": {"seats": number},
            "authType": "none",
            "disabled": False,
            "enforceSSO": False,
            "roleInheritance": "",
            "createdTime": 1_700_000_000,
            **{name: [] for name in lists},
        }
    held = world.tables["flows"]
    pattern = next(iter(held.values()))
    world.tables["flows"] = {
        f"flow-{number}": {**pattern, "id": f"flow-{number}"} for number in range(flows)
    }
    return world


def main(tenants: int, flows: int) -> None:
    """Serve until interrupted."""
    service = Service(
        world=filled(tenants, flows),
        monotonic=time.monotonic,
        limits=Limits(),
        faults=Faults(faults=(parse(f"* *: delay={LATENCY}"),)),
    )
    with contextlib.suppress(KeyboardInterrupt):
        serve(service, port=0, ready=lambda address: print(address, flush=True))
    print(json.dumps({"calls": service.calls, "refused": service.refusals}), flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
