"""Where a user's programs keep what they may lose, and the cache of reads that is there.

Nothing heavy is imported here: a command that only looks begins with it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from descope_state.app.surroundings import Surroundings

if TYPE_CHECKING:
    # For annotations only, as below.
    from descope_state.store.cache import Cache


def user_folder(purpose: Literal["state", "cache"]) -> Path:
    """Give the folder that the user's programs keep such things in."""
    import platformdirs  # noqa: PLC0415  # only where no folder is stated

    of = platformdirs.user_state_path if purpose == "state" else platformdirs.user_cache_path
    return of("dstate")


def cache_of(environ: Mapping[str, str], surroundings: Surroundings) -> "Cache":
    """Open the cache of the user."""
    from descope_state.store.cache import Cache  # noqa: PLC0415  # sqlite, only where it is used

    stated = environ.get("DSTATE_CACHE_DIR")
    folder = Path(stated) if stated else user_folder("cache")
    return Cache(folder, wall=surroundings.wall)
