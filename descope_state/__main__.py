"""The console script; `--version` is answered before anything slow is imported."""

import atexit
import gc
import os
import sys


def unhurried_collector() -> None:
    """Let nothing look for cycles: a command makes millions of values, hardly any in circles.

    Half the time of a plan of 100,000 resources went there, and not a megabyte came back. The
    interpreter looks once more as it ends, unless all is frozen: an eighth of a plan of ten.
    """
    gc.disable()
    atexit.register(gc.freeze)


def main() -> None:
    """Run dstate on the command line's arguments and leave with its exit status."""
    if sys.argv[1:] in (["--version"], ["-version"]):
        from descope_state.version import __version__  # noqa: PLC0415  # all that is needed

        sys.stdout.write(f"dstate {__version__}\n")
        return
    unhurried_collector()
    # What others plug into pydantic has no business with a stack, and finding it takes time.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    from descope_state.cli.main import from_terminal  # noqa: PLC0415  # slower than the above

    sys.exit(from_terminal(sys.argv[1:]))


if __name__ == "__main__":
    main()
