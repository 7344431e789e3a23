"""The provider: where Descope is, who we are there, and what it holds."""

import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import urlsplit

from descope_state.sdk.citing import Citation, Value
from descope_state.sdk.difference import Difference, FieldChange
from descope_state.sdk.emulation import Emulator
from descope_state.sdk.faults import Rejected, Unauthorized
from descope_state.sdk.hosts import loopback
from descope_state.sdk.http import Settling, Transport, over_http
from descope_state.sdk.provider import Deed, Kind, Limit, Session, Target, Tier
from dstate_descope import flow_citing, flow_model, flow_outline, trail, wire
from dstate_descope.baseline import BASELINE
from dstate_descope.kinds.access_key import AccessKeyKind
from dstate_descope.kinds.fga_schema import FgaSchemaKind
from dstate_descope.kinds.flow import FlowKind
from dstate_descope.kinds.inbound_application import InboundApplicationKind
from dstate_descope.kinds.jwt_template import JwtTemplateKind
from dstate_descope.kinds.lookup_list import ListKind
from dstate_descope.kinds.outbound_application import OutboundApplicationKind
from dstate_descope.kinds.password_settings import PasswordSettingsKind
from dstate_descope.kinds.permission import PermissionKind
from dstate_descope.kinds.project import ProjectKind
from dstate_descope.kinds.role import RoleKind
from dstate_descope.kinds.scope_claim_mapping import ScopeClaimMappingKind
from dstate_descope.kinds.sso_application import SsoApplicationKind
from dstate_descope.kinds.tenant import TenantKind
from dstate_descope.kinds.tenant_settings import TenantSettingsKind
from dstate_descope.kinds.theme import ThemeKind
from dstate_descope.kinds.user_attribute import UserAttributeKind
from dstate_descope.naming import emulated_project

_KINDS: tuple[type[Any], ...] = (
    AccessKeyKind,
    FgaSchemaKind,
    FlowKind,
    InboundApplicationKind,
    JwtTemplateKind,
    ListKind,
    OutboundApplicationKind,
    PasswordSettingsKind,
    PermissionKind,
    ProjectKind,
    RoleKind,
    ScopeClaimMappingKind,
    SsoApplicationKind,
    TenantKind,
    TenantSettingsKind,
    ThemeKind,
    UserAttributeKind,
)
LIMITS = (
    Limit(family="general", calls=100, seconds=60.0),
    Limit(family="user", calls=500, seconds=60.0),
    Limit(family="user search", calls=200, seconds=60.0),
    Limit(family="audit search", calls=10, seconds=60.0),
)
# How long a read may take to show a write; Descope says "a few seconds".
LAG = 10.0
_REGIONAL = 32
_LICENSE_HEADER = "x-descope-license"
_PROJECT = re.compile(r"P[A-Za-z0-9]{7,63}")
_KEY = re.compile(r"K[!-~]+")


@dataclass(slots=True, kw_only=True)
class DescopeSession:
    """An open connection to one Descope project."""

    project_id: str
    base_url: str
    transport: Transport
    limits: tuple[Limit, ...]
    kinds: Mapping[str, Kind[Any]]
    lag: float
    headers: dict[str, str] = field(default_factory=dict, repr=False)

    async def tier(self) -> Tier:
        """Ask which plan the account is on, and say so on later calls as the SDKs do."""
        answer = await self.transport.send(wire.LICENSE)
        try:
            name = wire.Record(answer, "license").choice("rateLimitTier", tuple(_TIERS))
        except wire.Unreadable as error:
            raise wire.misread(wire.LICENSE, error) from None
        self.headers[_LICENSE_HEADER] = name
        return _TIERS[name]

    def baseline(self) -> Mapping[str, frozenset[str]]:
        """Name what every new project holds."""
        return BASELINE

    async def trail(self, since: int) -> Sequence[Deed]:
        """Tell who did what; Descope remembers 30 days."""
        return await trail.deeds(self.transport, since)


_TIERS = {f"tier{tier.value}": tier for tier in Tier}


class Descope:
    """Descope, as dstate's registry finds it."""

    name: ClassVar[str] = "descope"
    kinds: ClassVar[tuple[type[Any], ...]] = _KINDS
    endpoints: ClassVar[frozenset[str]] = frozenset({"descope", "emulator"})
    keyless: ClassVar[frozenset[str]] = frozenset({"emulator"})

    def connect(self, target: Target) -> AbstractAsyncContextManager[Session]:
        """Open a connection to the service, to another base URL, or to the embedded emulator."""
        return _embedded(target) if target.endpoint == "emulator" else _remote(target)

    def difference(self, kind: str, change: FieldChange) -> Difference | None:
        """Say how a flow changed in the words of flows."""
        if (kind, change.name) != (FlowKind.name, "definition"):
            return None
        return flow_outline.outline(change) or flow_model.difference(change)

    def cites(self, kind: str, attributes: Mapping[str, Value]) -> Iterable[Citation]:
        """Say what a flow names of other objects."""
        if kind != FlowKind.name:
            return ()
        return flow_citing.cites(attributes.get("definition"), ("definition",))

    def demands(self, kind: str, attributes: Mapping[str, Value]) -> Iterable[Citation]:
        """Say which roles a flow cannot be imported without."""
        if kind != FlowKind.name:
            return ()
        return flow_citing.demands(attributes.get("definition"), ("definition",))

    def emulator(self) -> Emulator:
        """Give the service that runs on a laptop."""
        from dstate_descope.emulator.door import DescopeEmulator  # noqa: PLC0415  # as wanted

        return DescopeEmulator()


@asynccontextmanager
async def _embedded(target: Target) -> AsyncIterator[Session]:
    from dstate_descope.emulator.embedded import (  # noqa: PLC0415  # only where it is wanted
        EmbeddedTransport,
    )

    project_id = target.project_id or emulated_project(
        target.environment, target.folder or "", remembered=target.remembered
    )
    transport = EmbeddedTransport(
        project_id=project_id,
        gate=target.gate,
        settling=Settling(describe=wire.describe, secrets=target.unsaid),
        folder=target.folder,
    )
    yield _session(
        transport, project_id=project_id, base_url="emulator", limits=(), lag=0, headers={}
    )


@asynccontextmanager
async def _remote(target: Target) -> AsyncIterator[Session]:
    _check_credentials(target)
    url = base_url(target.endpoint, target.project_id)
    headers = {
        "authorization": f"Bearer {target.project_id}:{target.key}",
        "content-type": "application/json",
        "user-agent": "dstate",
        "x-descope-project-id": target.project_id,
    }
    settling = Settling(describe=wire.describe, secrets=(target.key, *target.unsaid))
    async with over_http(url, headers=headers, gate=target.gate, settling=settling) as transport:
        yield _session(
            transport,
            project_id=target.project_id,
            base_url=url,
            limits=LIMITS,
            lag=LAG,
            headers=headers,
        )


def _session(
    transport: Transport,
    *,
    project_id: str,
    base_url: str,
    limits: tuple[Limit, ...],
    lag: float,
    headers: dict[str, str],
) -> DescopeSession:
    return DescopeSession(
        project_id=project_id,
        base_url=base_url,
        transport=transport,
        limits=limits,
        kinds={kind.name: kind(transport) for kind in _KINDS}
        | {ProjectKind.name: ProjectKind(transport, project_id)},
        lag=lag,
        headers=headers,
    )


def base_url(endpoint: str, project_id: str) -> str:
    """Say where a project is served; the region of a long project id is in its first letters."""
    if endpoint not in ("", "descope"):
        return _checked(endpoint)
    if len(project_id) >= _REGIONAL:
        return f"https://api.{project_id[1:5].lower()}.descope.com"
    return "https://api.descope.com"


def _checked(endpoint: str) -> str:
    parts = urlsplit(endpoint)
    if parts.username or parts.password or parts.query or parts.fragment or not parts.hostname:
        message = "the endpoint is not a base URL"
        raise Rejected(message, hint="write `emulator`, or a URL such as `https://api.descope.com`")
    if parts.scheme != "https" and not (parts.scheme == "http" and loopback(parts.hostname)):
        message = f"the endpoint `{parts.hostname}` would be sent the management key in clear"
        raise Rejected(message, hint="use `https://`; `http://` is for this machine only")
    return endpoint.rstrip("/")


def _check_credentials(target: Target) -> None:
    absent = [
        name
        for name, value in (("project id", target.project_id), ("management key", target.key))
        if not value
    ]
    where = f"environment `{target.environment}`"
    if absent:
        message = f"{where} has no {' and no '.join(absent)}"
        raise Unauthorized(message, hint="both are found in the Descope console")
    if not _PROJECT.fullmatch(target.project_id):
        message = f"{where}: `{target.project_id}` is not a project id"
        raise Unauthorized(message, hint="a project id begins with `P`")
    if not _KEY.fullmatch(target.key):
        message = f"{where}: the management key is not one of Descope's"
        raise Unauthorized(message, hint="a management key begins with `K` and has no spaces")
