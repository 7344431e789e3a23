"""The commands about the cache of reads."""

from descope_state.cli import caching
from descope_state.cli.catalogue.command import Command

COMMANDS = (
    Command(
        name="cache info",
        function=caching.info,
        examples=("dstate tenant list", "dstate cache info", "dstate cache info --json"),
        exits=(0, 64),
        changes="Changes nothing, and asks nobody.",
    ),
    Command(
        name="cache warm",
        function=caching.warm,
        examples=("dstate cache warm", "dstate tenant list"),
        exits=(0, 1, 7, 8, 64, 130),
        changes="Changes nothing but what is remembered.",
    ),
    Command(
        name="cache clear",
        function=caching.clear,
        examples=("dstate cache clear",),
        exits=(0, 64),
        changes="Changes nothing but what is remembered.",
    ),
)
