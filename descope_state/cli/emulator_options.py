"""The options of `emulator start`."""

from pathlib import Path
from typing import Annotated

import typer

Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes any that is free.")]
Database = Annotated[
    Path | None,
    typer.Option("--db", help="Keep the projects in this file; else in memory.", metavar="FILE"),
]
Plan = Annotated[
    str, typer.Option("--tier", help="The plan: free, pro, growth or enterprise.", metavar="PLAN")
]
Seed = Annotated[
    Path | None,
    typer.Option(
        "--seed", help="What new projects hold: a dump, or a JSON list of calls.", metavar="FILE"
    ),
]
Faults = Annotated[
    list[str] | None,
    typer.Option(
        "--fault",
        help="Disturb calls: 'POST /v1/mgmt/role/*: status=503, times=2'; may be repeated."
        " Keys: status, effect, delay, drip, reset=before|after|headers|body,"
        " body=truncated|garbage|empty|html, retry_after, chance, nth, times.",
        metavar="FAULT",
    ),
]
Limits = Annotated[
    list[str] | None,
    typer.Option(
        "--limit",
        help="Allow a family of calls something else: general=1000/10.",
        metavar="FAMILY=CALLS/SECONDS",
    ),
]
Unlimited = Annotated[bool, typer.Option("--no-limits", help="Refuse no call as too many.")]
Lag = Annotated[
    float, typer.Option("--lag", min=0, help="How long reads miss a write.", metavar="SECONDS")
]
Switches = Annotated[
    list[str] | None,
    typer.Option(
        "--switch",
        help="Decide what is not known of the real service: most_tenants=5.",
        metavar="NAME=VALUE",
    ),
]
