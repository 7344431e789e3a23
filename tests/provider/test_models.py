"""What a stack may say about each kind, to the letter of the API's own limits."""

from typing import Any

import pytest
from pydantic import ValidationError

from dstate_descope.kinds.access_key import AccessKey
from dstate_descope.kinds.fga_schema import FgaSchema
from dstate_descope.kinds.flow import Flow
from dstate_descope.kinds.inbound_application import InboundApplication
from dstate_descope.kinds.lookup_list import LookupList
from dstate_descope.kinds.password_settings import PasswordSettings
from dstate_descope.kinds.permission import Permission
from dstate_descope.kinds.role import Role
from dstate_descope.kinds.sso_application import SsoApplication
from dstate_descope.kinds.tenant import Tenant
from dstate_descope.kinds.theme import Theme
from tests.provider.connections import new_world
from tests.provider.emulation import refused


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (Permission, {"name": "x" * 100, "description": "x" * 254}),
        (Role, {"name": "x" * 100, "description": "x" * 254, "permissions": []}),
        (Tenant, {"name": "x" * 254, "role_inheritance": "none"}),
        (Tenant, {"name": "x", "role_inheritance": ""}),
        (LookupList, {"name": "x", "type": "ips", "entries": ["10.0.0.1", "10.0.0.1/8", "::1"]}),
        (LookupList, {"name": "x", "type": "texts", "entries": ["hello"]}),
        (PasswordSettings, {"lock_attempts": 2, "reuse_amount": 50, "expiration_weeks": 999}),
        (Tenant, {"name": "x", "attributes": {"a-B_9": ["x"], "b": 1, "c": 1.5, "d": False}}),
    ],
)
def test_what_the_api_takes_is_taken(model: type[Any], fields: dict[str, Any]) -> None:
    assert model.model_validate(fields).model_dump(exclude_unset=True) == fields


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (Permission, {}),
        (Permission, {"name": ""}),
        (Permission, {"name": "x" * 101}),
        (Permission, {"name": "x", "description": "x" * 255}),
        (Permission, {"name": "x", "description": None}),
        (Permission, {"name": 7}),
        (Role, {"name": "x" * 101}),
        (Role, {"name": "x", "default": "yes"}),
        (Role, {"name": "x", "default": 1}),
        (Role, {"name": "x", "permissions": "User Admin"}),
        (Role, {"name": "x", "colour": "red"}),
        (Tenant, {"name": "x" * 255}),
        (Tenant, {"name": "x", "id": ""}),
        (Tenant, {"name": "x", "role_inheritance": "all"}),
        (Tenant, {"name": "x", "self_provisioning_domains": [""]}),
        (Tenant, {"name": "x", "attributes": {"x" * 21: 1}}),
        (Tenant, {"name": "x", "attributes": {"a b": 1}}),
        (Tenant, {"name": "x", "attributes": {"a": None}}),
        (Tenant, {"name": "x", "attributes": {"a": {"b": 1}}}),
        (Tenant, {"name": "x", "attributes": {"a": [1]}}),
        (Role, {"name": "x", "permissions": [""]}),
        (Role, {"name": "x", "permissions": ["x" * 101]}),
        (LookupList, {"name": "x", "type": "ips", "entries": ["10.0.0.1", "hello"]}),
        (LookupList, {"name": "x", "type": "ips", "entries": ["10.0.0.0/33"]}),
        (AccessKey, {"name": "x", "permitted_ips": ["office"]}),
        (AccessKey, {"name": "x", "expire_time": 2**63}),
        (PasswordSettings, {"lock_attempts": 1}),
        (PasswordSettings, {"reuse_amount": 51}),
        (PasswordSettings, {"expiration_weeks": 1_000}),
        (InboundApplication, {"name": "x", "login_page_url": "login.example"}),
        (InboundApplication, {"name": "x", "session_settings": {"session_token": 2**31}}),
        (SsoApplication, {"name": "x", "type": "oidc", "login_page_url": ""}),
        (FgaSchema, {"dsl": "type doc"}),
        (FgaSchema, {"dsl": "model AuthZ 1.0\nrelation owner: user"}),
        (FgaSchema, {"dsl": "model AuthZ 1.0\ntype doc\nrelaton owner: user"}),
        (FgaSchema, {"dsl": "model AuthZ 1.0\ntype doc\nrelation owner:"}),
        (Flow, {"id": "x", "definition": {"contents": {}, "metadata": "Sign in"}}),
        (Flow, {"id": "x", "definition": {"contents": {}, "metadata": {"name": 7}}}),
        (Flow, {"id": "x", "definition": {"contents": {}, "metadata": {"disabled": "no"}}}),
        (Flow, {"id": "x", "definition": {"contents": {}, "references": ["Admin"]}}),
        (
            Flow,
            {"id": "x", "definition": {"contents": {"tasks": dict.fromkeys(map(str, range(201)))}}},
        ),
        (Theme, {"definition": {"styles": {}, "componentsVersion": 3}}),
    ],
)
def test_anything_else_is_refused(model: type[Any], fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        model.model_validate(fields)


@pytest.mark.parametrize(
    "field",
    [
        {"selfProvisioningDomains": "acme.example"},
        {"selfProvisioningDomains": [1]},
        {"customAttributes": []},
        {"disabled": "true"},
        {"roleInheritance": "all"},
        {"roleInheritance": 1},
        {"authType": "magic"},
    ],
)
def test_the_service_refuses_the_same_misshapen_fields(field: dict[str, Any]) -> None:
    body = {"name": "x", **field}
    assert refused(new_world(), "POST /v1/mgmt/tenant/create", body)[:2] == (400, "E011004")
    batch = {"roles": "all of them"}
    assert refused(new_world(), "POST /v1/mgmt/role/create/batch", batch)[:2] == (400, "E011004")
