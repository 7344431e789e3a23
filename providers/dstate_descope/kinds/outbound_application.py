"""Outbound applications: services that users connect, so that the product may act there."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from descope_state.sdk.http import Endpoint
from descope_state.sdk.provider import Remote
from descope_state.sdk.schema import (
    Computed,
    Config,
    Immutable,
    Sensitive,
    Unordered,
    keyed,
    refers,
)
from dstate_descope import wire
from dstate_descope.kinds.fields import Long, Name, Text, Url
from dstate_descope.kinds.listed import Listed

Prompt = Literal["none", "login", "consent", "select_account"]


class UrlParameter(Config):
    """One parameter that is added to a URL."""

    key: Name = Field(description="The name of the parameter.")
    value: Text = Field(default="", description="Its value.")


class OutboundApplication(Config):
    """A service that users connect, so that the product may act there in their name."""

    id: Annotated[
        Name | None, Immutable(), Computed(optional=True, made=r"OA[0-9A-Za-z]{25,27}")
    ] = Field(default=None, description="The id; chosen here, or else made by Descope.")
    name: Name = Field(description="The name of the application; unique within the project.")
    description: Text = Field(default="", description="What it is, for people.")
    logo: Long = Field(default="", description="The picture it is shown with, as a URL or data.")
    app_type: Annotated[Text, Immutable()] = Field(
        default="", description="The type of application, as the service names it."
    )
    template_id: Annotated[Text, Immutable()] = Field(
        default="", description="The template it was made from."
    )
    client_id: Text = Field(default="", description="What we are called there.")
    client_secret: Annotated[str, Sensitive()] = Field(
        default="", description="What we prove it with; never read back."
    )
    discovery_url: Url = Field(default="", description="Where the service describes itself.")
    authorization_url: Url = Field(default="", description="Where users are sent to agree.")
    authorization_url_params: Annotated[list[UrlParameter], keyed("key")] = Field(
        default_factory=list, description="What is added to that URL."
    )
    token_url: Url = Field(default="", description="Where tokens are fetched.")
    token_url_params: Annotated[list[UrlParameter], keyed("key")] = Field(
        default_factory=list, description="What is added to that URL."
    )
    revocation_url: Url = Field(default="", description="Where tokens are given back.")
    default_scopes: Annotated[list[Name], Unordered()] = Field(
        default_factory=list, description="What is asked for where nothing else is said."
    )
    default_redirect_url: Url = Field(default="", description="Where users are sent back to.")
    callback_domain: Text = Field(default="", description="The domain that the service answers to.")
    pkce: bool = Field(default=False, description="Whether PKCE is used.")
    access_type: Literal["", "offline", "online"] = Field(
        default="", description="Whether tokens outlive the user's presence."
    )
    prompt: Annotated[list[Prompt], Unordered()] = Field(
        default_factory=list, description="What the user is asked each time."
    )
    use_dcr: bool = Field(default=False, description="Whether we register ourselves there.")
    dcr_url: Url = Field(default="", description="Where we do.")
    tenant_id: Annotated[Text, Immutable(), refers("tenant", "id", loose=True)] = Field(
        default="", description="The id of the tenant whose application it is."
    )


class OutboundApplicationKind(Listed[OutboundApplication]):
    """Outbound applications of a project."""

    name = "outbound_application"
    model: ClassVar[type[Config]] = OutboundApplication
    description = "A service that users connect, so that the product may act there."
    everything: ClassVar[Endpoint] = wire.OUTBOUND_ALL
    rows = "apps"

    async def read(self, id: str) -> Remote[OutboundApplication] | None:
        """Give one application by its id, or None."""
        return await self._loaded(wire.outbound_app(id), within="app")

    async def create(self, config: OutboundApplication) -> Remote[OutboundApplication]:
        """Make an application under the id that was asked for or a new one."""
        body = self._body(config, secret=bool(config.client_secret))
        body |= {"id": config.id} if config.id else {}
        answer = await self.transport.send(wire.OUTBOUND_CREATE, body=body)
        return self._understood(wire.OUTBOUND_CREATE, answer, within="app")

    async def update(
        self,
        current: Remote[OutboundApplication],
        config: OutboundApplication,
        changed: frozenset[str],
    ) -> Remote[OutboundApplication]:
        """Write every field; the secret stays what it was unless it is to change."""
        body = self._body(config, secret="client_secret" in changed) | {"id": current.id}
        answer = await self.transport.send(wire.OUTBOUND_UPDATE, body={"app": body})
        return self._understood(wire.OUTBOUND_UPDATE, answer, within="app")

    async def delete(self, current: Remote[OutboundApplication]) -> None:
        """Remove an application; the users' connections go with it."""
        await self._gone(wire.OUTBOUND_DELETE, {"id": current.id})

    def _body(self, config: OutboundApplication, *, secret: bool) -> wire.Body:
        names = {*self.codec.writable, *(("client_secret",) if secret else ())} - {"id"}
        return self.codec.encode(config, names)
