"""The secrets of an emulated project: derived when they are asked for, so that none is kept."""

import hashlib

from dstate_descope.emulator.world import Row, World


def secret(world: World, row: Row) -> str:
    """Give the secret that an object has now."""
    seed = f"{world.project_id}/{row['id']}/{row.get('turns', 0)}"
    return hashlib.sha256(seed.encode()).hexdigest()


def turned(world: World, table: str, *, row: Row) -> str:
    """Give an object another secret."""
    row = {**row, "turns": row.get("turns", 0) + 1}
    world.tables[table][row["id"]] = row
    return secret(world, row)
