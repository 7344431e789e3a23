"""Where secrets go that a service tells once: where the user says, and nowhere else."""

from dataclasses import field
from pathlib import Path
from urllib.parse import quote

from descope_state.app.surroundings import Surroundings
from descope_state.config.keychain import NoKeychain, secret, store
from descope_state.core.ports import Confidant
from descope_state.errors import Refused, UsageError
from descope_state.frozen import dataclass
from descope_state.model.address import Address
from descope_state.model.change import Action
from descope_state.model.plan import Plan
from descope_state.sdk.catalog import Catalog
from descope_state.store.disk import DISK, Disk

_KEYCHAIN = "keychain:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Confided:
    """One secret that was told, for the eyes of whoever sits there."""

    address: Address
    name: str
    secret: str = field(repr=False)


@dataclass(slots=True)
class Remembering:
    """Keeps secrets until they can be shown on the screen."""

    told: list[Confided] = field(default_factory=list, repr=False)

    def keep(self, address: Address, name: str, *, secret: str) -> None:
        """Remember a secret."""
        self.told.append(Confided(address=address, name=name, secret=secret))


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """Writes each secret into a file of its own, for the owner's eyes only."""

    folder: Path
    disk: Disk

    def keep(self, address: Address, name: str, *, secret: str) -> None:
        """Write a secret; the file of an object's predecessor is replaced."""
        self.disk.replace(self.folder / f"{quote(str(address), safe='')}.{name}", secret.encode())


@dataclass(frozen=True, slots=True)
class Keychain:
    """Puts each secret into the keychain of the operating system."""

    service: str

    def keep(self, address: Address, name: str, *, secret: str) -> None:
        """Put a secret where only the user gets at it."""
        store(self.service, f"{address}.{name}", secret=secret)


def confidant(surroundings: Surroundings, place: str) -> Confidant | None:
    """Make what takes secrets: a folder, or `keychain:SERVICE`; it is tried before it is needed."""
    if not place:
        return None
    if place.startswith(_KEYCHAIN):
        service = place.removeprefix(_KEYCHAIN)
        try:
            secret(service, "dstate")
        except NoKeychain as error:
            raise UsageError(str(error), hint="name a folder instead") from None
        return Keychain(service)
    folder = surroundings.folder / place
    disk = surroundings.disk or DISK
    disk.make_folder(folder)
    return Filing(folder=folder, disk=disk)


def check(plan: Plan, catalog: Catalog, *, heard: bool) -> None:
    """Refuse a plan whose secrets nobody would hear."""
    if heard:
        return
    for change in plan.effective:
        tells = catalog[change.address.kind].schema.tells
        if tells and change.writes and change.action in (Action.CREATE, Action.REPLACE):
            message = (
                f"{change.address} is told its {' and '.join(sorted(tells))} once, when it is made,"
                " and nobody is there to see it"
            )
            raise Refused(message, hint="say where it goes: `-secrets-into DIR`")
