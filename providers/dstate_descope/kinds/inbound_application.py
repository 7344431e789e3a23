"""Inbound applications: third parties that users let act for them, by OAuth."""

from collections.abc import AsyncIterator, Mapping
from functools import partial
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from descope_state.sdk.faults import Rejected, Unavailable
from descope_state.sdk.http import Endpoint
from descope_state.sdk.provider import Remote
from descope_state.sdk.schema import (
    Computed,
    Config,
    Immutable,
    JsonField,
    Unordered,
    keyed,
    refers,
)
from dstate_descope import wire
from dstate_descope.kinds.fields import (
    Attribute,
    AttributeName,
    Count,
    Long,
    Name,
    Text,
    Unit,
    Url,
)
from dstate_descope.kinds.listed import Listed, understood

_PAGE = 500
_MOST_PAGES = 200
_MOST_LOOKS = 4


class Scope(Config):
    """One thing that a user is asked to agree to."""

    name: Name = Field(description="The scope, as the application asks for it.")
    description: Text = Field(default="", description="What the user reads.")
    values: Annotated[list[Name], Unordered()] = Field(
        default_factory=list, description="The roles, permissions or attributes it stands for."
    )


class PermissionScope(Scope):
    """One thing that a user is asked to let the application do."""

    values: Annotated[
        list[Name],
        Unordered(),
        refers("permission", "name", loose=True),
        refers("role", "name", loose=True),
    ] = Field(default_factory=list, description="The permissions or roles it stands for.")


class ScopeClaims(Config):
    """The claims that a scope adds to tokens."""

    scope: Name = Field(description="The scope.")
    claims: JsonField = Field(default=None, description="The claims, by name.")


class Sessions(Config):
    """How long what the application is given lasts."""

    names: ClassVar[Mapping[str, str]] = {
        "refresh_token": "refreshTokenExpiration",
        "refresh_token_unit": "refreshTokenExpirationUnit",
        "session_token": "sessionTokenExpiration",
        "session_token_unit": "sessionTokenExpirationUnit",
        "key_session_token": "keySessionTokenExpiration",
        "key_session_token_unit": "keySessionTokenExpirationUnit",
    }

    enabled: bool = Field(default=False, description="Whether it has times of its own.")
    refresh_token: Count = Field(default=0, description="How long a refresh token lasts.")
    refresh_token_unit: Unit = Field(default="", description="The unit of that time.")
    session_token: Count = Field(default=0, description="How long a session token lasts.")
    session_token_unit: Unit = Field(default="", description="The unit of that time.")
    key_session_token: Count = Field(default=0, description="How long a key's token lasts.")
    key_session_token_unit: Unit = Field(default="", description="The unit of that time.")
    user_template_id: Annotated[Text, refers("jwt_template", "id", loose=True)] = Field(
        default="", description="The JWT template of users' tokens."
    )
    key_template_id: Annotated[Text, refers("jwt_template", "id", loose=True)] = Field(
        default="", description="The JWT template of keys' tokens."
    )


class InboundApplication(Config):
    """A third party that users let act for them."""

    names: ClassVar[Mapping[str, str]] = {"attributes": "customAttributes"}

    id: Annotated[str | None, Computed()] = Field(
        default=None, description="The id that Descope gave the application."
    )
    client_id: Annotated[str | None, Computed()] = Field(
        default=None, description="What the application is called as an OAuth client."
    )
    name: Name = Field(description="The name of the application; unique within the project.")
    description: Text = Field(default="", description="What it is; users read it.")
    logo: Long = Field(default="", description="The picture it is shown with, as a URL or data.")
    login_page_url: Url = Field(default="", description="Where the flow that asks is hosted.")
    approved_callback_urls: Annotated[list[Name], Unordered()] = Field(
        default_factory=list, description="Where users may be sent back to."
    )
    permissions_scopes: Annotated[list[PermissionScope], keyed("name")] = Field(
        default_factory=list, description="What it may do, as permissions and roles."
    )
    attributes_scopes: Annotated[list[Scope], keyed("name")] = Field(
        default_factory=list, description="What it may know, as attributes of the user."
    )
    connections_scopes: Annotated[list[Scope], keyed("name")] = Field(
        default_factory=list, description="Which outbound connections it may use."
    )
    audience_whitelist: Annotated[list[Name], Unordered()] = Field(
        default_factory=list, description="The audiences it may ask for."
    )
    force_add_all_authorization_info: bool = Field(
        default=False, description="Whether tokens carry all roles, whatever was asked for."
    )
    jwt_bearer_settings: JsonField = Field(
        default=None, description="What the JWT bearer grant is given for."
    )
    session_settings: Sessions | None = Field(
        default=None, description="How long what it is given lasts."
    )
    consent_flow_id: Annotated[Text, refers("flow", "id", loose=True)] = Field(
        default="", description="The flow that asks for consent."
    )
    non_confidential_client: Annotated[bool, Immutable()] = Field(
        default=False, description="Whether it cannot keep a secret, as a page in a browser."
    )
    scope_claim_mapping: Annotated[list[ScopeClaims], keyed("scope")] = Field(
        default_factory=list, description="The claims that scopes add to its tokens."
    )
    attributes: dict[AttributeName, Attribute] = Field(
        default_factory=dict, description="The values of its custom attributes."
    )
    force_pkce: bool = Field(default=False, description="Whether it must use PKCE.")
    default_audience: Literal["", "projectId", "clientId"] = Field(
        default="", description="The audience of tokens where none is asked for."
    )


class InboundApplicationKind(Listed[InboundApplication]):
    """Inbound applications of a project, without those that registered themselves."""

    name = "inbound_application"
    model: ClassVar[type[Config]] = InboundApplication
    description = "A third party that users let act for them, by OAuth."
    everything: ClassVar[Endpoint] = wire.INBOUND_ALL
    rows = "apps"
    # Those that registered themselves are left out.
    sifted_list: ClassVar[bool] = True
    # The answer to a creation has ids and a secret, and the rest is read back.
    calls: ClassVar[Mapping[str, int]] = {"create": 2}
    reads: ClassVar[Mapping[str, int]] = {"create": 1}

    async def list(self) -> AsyncIterator[Remote[InboundApplication]]:
        """Give every application, page by page; several pages count once two looks agree.

        Between two pages the list may shift, and what shifts is on neither: it would seem deleted.
        """
        found, pages = await self._everything()
        for look in range(_MOST_LOOKS):
            if pages == 1:
                break
            again, pages = await self._everything()
            if again.keys() == found.keys():
                break
            found = again
            if look == _MOST_LOOKS - 1:
                message = f"{self.everything} changes for as long as it is read"
                raise Unavailable(message)
        for remote in found.values():
            if remote is not None:
                yield remote

    async def _everything(self) -> tuple[dict[str, Remote[InboundApplication] | None], int]:
        """Read all pages once: what is managed by its id, and None for what registered itself."""
        found: dict[str, Remote[InboundApplication] | None] = {}
        for page in range(_MOST_PAGES):
            query = {"page": str(page), "limit": str(_PAGE)}
            answer = await self.transport.send(self.everything, query=query)
            number, rows = understood(self.everything, partial(self._page, answer))
            fresh = rows.keys() - found.keys()
            found |= rows
            # Fewer than were asked for are the last; more, and nothing new, are everything.
            if number < _PAGE or (number > _PAGE and not fresh):
                return found, page + 1
            if not fresh:
                message = f"{self.everything} gave the same page twice"
                raise Unavailable(message)
        message = f"{self.everything} has no end: {_MOST_PAGES} pages were read"
        raise Rejected(message)

    def _page(self, answer: wire.Json) -> tuple[int, dict[str, Remote[InboundApplication] | None]]:
        rows = wire.Record(answer, "answer").records(self.rows, self.name)
        shown = {row.id(): None if row.flag("dynamic") else self.decode(row) for row in rows}
        return len(rows), shown

    async def read(self, id: str) -> Remote[InboundApplication] | None:
        """Give one application by its id, or None."""
        return await self._loaded(wire.INBOUND_LOAD, query={"id": id})

    async def create(self, config: InboundApplication) -> Remote[InboundApplication]:
        """Make an application; its secret can be read in the console at any time."""
        answer = await self.transport.send(wire.INBOUND_CREATE, body=self._body(config))
        made = understood(wire.INBOUND_CREATE, lambda: wire.Record(answer, self.name).id())
        return await self._seen(self.read(made), f"application `{config.name}` (`{made}`)")

    async def update(
        self,
        current: Remote[InboundApplication],
        config: InboundApplication,
        changed: frozenset[str],
    ) -> Remote[InboundApplication]:
        """Write every field: the API replaces the whole application."""
        del changed
        body = self._body(config) | {"id": current.id}
        await self.transport.send(wire.INBOUND_UPDATE, body=body)
        return self._kept(current, config)

    async def delete(self, current: Remote[InboundApplication]) -> None:
        """Remove an application; what users had agreed to ends."""
        await self._gone(wire.INBOUND_DELETE, {"id": current.id})

    def _body(self, config: InboundApplication) -> wire.Body:
        body = self.codec.encode(config)
        return {name: value for name, value in body.items() if value is not None}
