"""The console script; `--version` is answered before anything slow is imported."""

import sys


def main() -> None:
    """Run dstate on the command line's arguments and leave with its exit status."""
    if sys.argv[1:] in (["--version"], ["-version"]):
        from descope_state.version import __version__  # noqa: PLC0415  # all that is needed

        sys.stdout.write(f"dstate {__version__}\n")
        return
    from descope_state.cli.main import from_terminal  # noqa: PLC0415  # slower than the above

    sys.exit(from_terminal(sys.argv[1:]))


if __name__ == "__main__":
    main()
