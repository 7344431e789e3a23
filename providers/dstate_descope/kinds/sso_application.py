"""SSO applications: products that users sign in to with Descope as the identity provider."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from descope_state.sdk.http import Endpoint
from descope_state.sdk.provider import Remote, Tier
from descope_state.sdk.schema import (
    Computed,
    Config,
    Immutable,
    JsonField,
    Misfit,
    Unordered,
    keyed,
    refers,
)
from dstate_descope import wire
from dstate_descope.kinds.codec import Codec
from dstate_descope.kinds.fields import Long, Name, NeededUrl, Text, Url
from dstate_descope.kinds.listed import Listed, understood

Protocol = Literal["oidc", "saml", "wsfed"]


class AttributeMapping(Config):
    """One attribute of the user that the application is told."""

    name: Name = Field(description="What the application calls it.")
    type: Text = Field(default="", description="The type that it is sent as.")
    value: Text = Field(default="", description="The user's attribute that it is taken from.")


class MappedRole(Config):
    """One role that makes a user a member of a group."""

    id: Annotated[Text, refers("role", "id", loose=True)] = Field(
        default="", description="The id of the role."
    )
    name: Annotated[Text, refers("role", "name", loose=True)] = Field(
        default="", description="The name of the role."
    )


class GroupMapping(Config):
    """One group that the application is told, by the roles that the user has."""

    names: ClassVar[Mapping[str, str]] = {"filter_type": "filterType"}

    name: Name = Field(description="What the application calls it.")
    type: Text = Field(default="", description="The type that it is sent as.")
    filter_type: Text = Field(default="", description="How the roles are chosen.")
    value: Text = Field(default="", description="What they are chosen by.")
    roles: Annotated[list[MappedRole], keyed("name")] = Field(
        default_factory=list, description="The roles that make somebody a member."
    )


class Oidc(Config):
    """What only an OIDC application has."""

    back_channel_logout_url: Url = Field(
        default="", description="Where the application is told that a user has left."
    )
    claims: Annotated[list[Name], Unordered()] = Field(
        default_factory=list, description="The claims that tokens carry besides."
    )
    custom_idp_initiated_login_page_url: Url = Field(
        default="", description="Where a login that Descope begins is sent."
    )
    jwt_bearer_settings: JsonField = Field(
        default=None, description="What the JWT bearer grant is given for."
    )


class Saml(Config):
    """What only a SAML application has."""

    names: ClassVar[Mapping[str, str]] = {"error_redirect_url": "errorRedirectURL"}

    use_metadata_info: bool = Field(
        default=False, description="Whether the application describes itself at a URL."
    )
    metadata_url: Url = Field(default="", description="The URL where it does.")
    entity_id: Text = Field(default="", description="What the application is called.")
    acs_url: Url = Field(default="", description="Where it takes assertions.")
    certificate: Long = Field(default="", description="What it signs with.")
    attribute_mapping: Annotated[list[AttributeMapping], keyed("name")] = Field(
        default_factory=list, description="What it is told of a user."
    )
    groups_mapping: Annotated[list[GroupMapping], keyed("name")] = Field(
        default_factory=list, description="Which groups it is told of."
    )
    acs_allowed_callbacks: Annotated[list[Name], Unordered()] = Field(
        default_factory=list, description="Where else it may take assertions."
    )
    subject_name_id_type: Text = Field(default="", description="What names the user.")
    subject_name_id_format: Text = Field(default="", description="The form of that name.")
    default_relay_state: Text = Field(default="", description="The relay state where none is sent.")
    logout_redirect_url: Url = Field(default="", description="Where a user who leaves is sent.")
    error_redirect_url: Url = Field(default="", description="Where a user is sent upon an error.")
    default_signature_algorithm: Text = Field(default="", description="How assertions are signed.")

    @model_validator(mode="after")
    def _described(self) -> "Saml":
        if self.use_metadata_info and not self.metadata_url:
            message = "`use_metadata_info` needs a `metadata_url`"
            raise ValueError(message)
        if not self.use_metadata_info and not (self.entity_id and self.acs_url):
            message = "without `use_metadata_info`, `entity_id` and `acs_url` are needed"
            raise ValueError(message)
        return self


class WsFed(Config):
    """What only a WS-Federation application has."""

    realm: Name = Field(description="What the application is called.")
    reply_url: Url = Field(default="", description="Where it takes answers.")
    reply_allowed_callbacks: Annotated[list[Name], Unordered()] = Field(
        default_factory=list, description="Where else it may take answers."
    )
    attribute_mapping: Annotated[list[AttributeMapping], keyed("name")] = Field(
        default_factory=list, description="What it is told of a user."
    )
    groups_mapping: Annotated[list[GroupMapping], keyed("name")] = Field(
        default_factory=list, description="Which groups it is told of."
    )
    logout_redirect_url: Url = Field(default="", description="Where a user who leaves is sent.")
    error_redirect_url: Url = Field(default="", description="Where a user is sent upon an error.")


class SsoApplication(Config):
    """A product that users sign in to with Descope as the identity provider."""

    id: Annotated[
        Name | None, Immutable(), Computed(optional=True, made=r"SA[0-9A-Za-z]{25,27}")
    ] = Field(default=None, description="The id; chosen here, or else made by Descope.")
    name: Name = Field(description="The name of the application; unique within the project.")
    type: Annotated[Protocol, Immutable()] = Field(
        description="The protocol it speaks: `oidc`, `saml` or `wsfed`."
    )
    description: Text = Field(default="", description="What it is, for people.")
    logo: Long = Field(default="", description="The picture it is shown with, as a URL or data.")
    enabled: bool = Field(default=True, description="Whether users may sign in to it.")
    login_page_url: NeededUrl = Field(description="Where the flow that signs users in is hosted.")
    force_authentication: bool = Field(
        default=False, description="Whether users sign in again though they have a session."
    )
    oidc: Oidc = Field(default_factory=Oidc, description="What only an OIDC application has.")
    saml: Saml | None = Field(default=None, description="What only a SAML application has.")
    wsfed: WsFed | None = Field(default=None, description="What only a WS-Fed application has.")

    @model_validator(mode="after")
    def _of_its_type(self) -> "SsoApplication":
        for protocol in ("oidc", "saml", "wsfed"):
            if protocol != self.type and getattr(self, protocol) not in (None, Oidc()):
                message = f"`{protocol}` is for applications of `type: {protocol}`"
                raise Misfit(message, path=(protocol,))
        if self.type != "oidc" and getattr(self, self.type) is None:
            message = f"an application of `type: {self.type}` needs its `{self.type}` settings"
            raise ValueError(message)
        return self


_CREATE = {
    "oidc": wire.SSO_OIDC_CREATE,
    "saml": wire.SSO_SAML_CREATE,
    "wsfed": wire.SSO_WSFED_CREATE,
}
_UPDATE = {
    "oidc": wire.SSO_OIDC_UPDATE,
    "saml": wire.SSO_SAML_UPDATE,
    "wsfed": wire.SSO_WSFED_UPDATE,
}
_SETTINGS = {"oidc": "oidcSettings", "saml": "samlSettings", "wsfed": "wsFedSettings"}
_COMMON = ("name", "description", "logo", "enabled", "login_page_url", "force_authentication")


class SsoApplicationKind(Listed[SsoApplication]):
    """SSO applications of a project."""

    name = "sso_application"
    model: ClassVar[type[Config]] = SsoApplication
    description = "A product that users sign in to with Descope as the identity provider."
    requires: ClassVar[Tier] = Tier.PRO
    everything: ClassVar[Endpoint] = wire.SSO_ALL
    rows = "apps"
    # Applications made by templates are not managed, but tenants may use them.
    sifted_list: ClassVar[bool] = True
    # The answer to a creation is only the id.
    calls: ClassVar[Mapping[str, int]] = {"create": 2}
    reads: ClassVar[Mapping[str, int]] = {"create": 1}

    def decode(self, record: wire.Record) -> Remote[SsoApplication]:
        """Read one application, whose settings lie in an object of its own protocol."""
        protocol = record.choice("appType", tuple(_SETTINGS))
        settings = record.record(_SETTINGS[protocol]) or wire.Record({}, "settings")
        known: dict[str, Config | None] = {"oidc": Oidc(), "saml": None, "wsfed": None}
        known[protocol] = _PROTOCOLS[protocol].decode(settings)
        config = self.codec.decode(
            record,
            **known,
            type=protocol,
            login_page_url=settings.text("loginPageUrl"),
            force_authentication=settings.flag("forceAuthentication"),
        )
        return Remote(id=record.id(), config=config)

    async def list(self) -> AsyncIterator[Remote[SsoApplication]]:
        """Give those of the protocols that are managed; there are others, made by templates."""
        answer = await self.transport.send(self.everything)
        for remote in understood(self.everything, lambda: self._managed(answer)):
            yield remote

    def _managed(self, answer: wire.Json) -> Sequence[Remote[SsoApplication]]:
        rows = wire.Record(answer, "answer").records(self.rows, self.name)
        return [self.decode(row) for row in rows if row.text("appType") in _SETTINGS]

    async def read(self, id: str) -> Remote[SsoApplication] | None:
        """Give one application by its id, or None."""
        return await self._loaded(wire.SSO_LOAD, query={"id": id})

    async def create(self, config: SsoApplication) -> Remote[SsoApplication]:
        """Make an application under the id that was asked for or a new one."""
        endpoint = _CREATE[config.type]
        body = self._body(config) | ({"id": config.id} if config.id else {})
        answer = await self.transport.send(endpoint, body=body)
        made = understood(endpoint, lambda: wire.Record(answer, self.name).id())
        return await self._seen(self.read(made), f"application `{config.name}` (`{made}`)")

    async def update(
        self, current: Remote[SsoApplication], config: SsoApplication, changed: frozenset[str]
    ) -> Remote[SsoApplication]:
        """Write every field: the API replaces the whole application."""
        del changed
        body = self._body(config) | {"id": current.id}
        await self.transport.send(_UPDATE[config.type], body=body)
        return self._kept(current, config)

    async def delete(self, current: Remote[SsoApplication]) -> None:
        """Remove an application; tenants that may use it no longer can."""
        await self._gone(wire.SSO_DELETE, {"id": current.id})

    def _body(self, config: SsoApplication) -> wire.Body:
        own = _PROTOCOLS[config.type].encode(getattr(config, config.type))
        return {**own, **self.codec.encode(config, _COMMON)}


_PROTOCOLS: Mapping[str, Codec[Any]] = {
    "oidc": Codec(Oidc),
    "saml": Codec(Saml),
    "wsfed": Codec(WsFed),
}
