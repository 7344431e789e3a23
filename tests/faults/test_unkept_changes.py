"""A service that makes something else of what it is asked: shown, tried twice, and then left."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from dstate_descope import plugin
from dstate_descope.emulator.request import Request
from dstate_descope.emulator.service import Outcome, Service
from tests.support.effort import examples
from tests.support.served import wired

Json = Any
Make = Callable[[Mapping[str, Json]], Mapping[str, Json]]


class Normalizing(Service):
    """Makes something else of every body before it is written."""

    make: ClassVar[Make]
    paths: ClassVar[tuple[str, ...]]
    on: ClassVar[bool] = True

    def outcome(self, request: Request, *, source: str = "") -> Outcome:
        if type(self).on and request.path in self.paths and isinstance(request.body, dict):
            request = replace(request, body=dict(type(self).make(request.body)))
        return Service.outcome(self, request, source=source)


def normalizing(make: Make, paths: tuple[str, ...]) -> type[Normalizing]:
    members = {"make": staticmethod(make), "paths": paths, "on": True}
    return type("NormalizingSo", (Normalizing,), members)


def field(name: str, change: Callable[[Json], Json]) -> Make:
    """Change one field of a body, where it is there."""
    return lambda body: {**body, name: change(body[name])} if name in body else body


def dropped(name: str) -> Make:
    return lambda body: {key: value for key, value in body.items() if key != name}


def inside_rows(name: str, change: Callable[[Json], Json]) -> Make:
    """Change one field of every row of a body."""
    make = field(name, change)
    return lambda body: {
        key: [make(row) for row in value] if isinstance(value, list) else value
        for key, value in body.items()
    }


def inside(name: str, make: Make) -> Make:
    """Make the same of a body, and of the object within it where there is one."""
    return lambda body: {
        **make(body),
        **({name: make(body[name])} if isinstance(body.get(name), dict) else {}),
    }


TENANT = ("/v1/mgmt/tenant/create", "/v1/mgmt/tenant/update", "/v1/mgmt/tenant/patch")
LIST = ("/v1/mgmt/list", "/v1/mgmt/list/update")
OUTBOUND = ("/v1/mgmt/outbound/app/create", "/v1/mgmt/outbound/app/update")
INBOUND = ("/v1/mgmt/thirdparty/app/create", "/v1/mgmt/thirdparty/app/update")
PERMISSION = ("/v1/mgmt/permission/create", "/v1/mgmt/permission/update")
ROLE = ("/v1/mgmt/role/create", "/v1/mgmt/role/update")
ATTRIBUTE = ("/v1/mgmt/user/customattribute/create",)
TEMPLATE = ("/v1/mgmt/jwt/templates/create", "/v1/mgmt/jwt/templates/update")
SETTINGS = ("/v1/mgmt/tenant/settings",)
PASSWORDS = ("/v1/mgmt/password/settings",)

NOTE = "description: '  As it is '"
DOMAINS = "tenant:\n    a: {name: Acme, self_provisioning_domains: [B.example, a.example]}\n"
TEXT = f"list:\n    a: {{name: Denied, type: texts, {NOTE}, entries: [b, a]}}\n"
DRIVE = f"outbound_application:\n    a: {{name: Drive, {NOTE}}}\n"
ZAP = (
    f"inbound_application:\n    a: {{name: Zap, {NOTE}, login_page_url: https://login.example/A}}\n"
)
READ = f"permission:\n    a: {{name: read, {NOTE}}}\n"
EDITOR = f"role:\n    a: {{name: Editor, {NOTE}}}\n"
PLAN = "user_attribute:\n    a: {name: plan, type: string, display_name: '  As it is '}\n"
PLAIN = f"jwt_template:\n    a: {{name: Plain, type: user, {NOTE}}}\n"
SESSION = (
    "tenant:\n    a: {name: Acme, id: acme}\n"
    "  tenant_settings:\n    a: {tenant: '${tenant.a.id}', jit_disabled: true}\n"
)
LENGTH = "password_settings:\n    a: {enabled: true, min_length: 12}\n"
strip = field("description", str.strip)
CASES: Mapping[str, tuple[str, tuple[str, ...], Make]] = {
    "a list's description cut": (TEXT, LIST, field("description", lambda text: text[:4])),
    "a list's description stripped": (TEXT, LIST, strip),
    "a list's description dropped": (TEXT, LIST, dropped("description")),
    "a list's description in capitals": (TEXT, LIST, field("description", str.upper)),
    "a list's entries cut": (TEXT, LIST, field("data", lambda them: them[:1])),
    "an application's description stripped": (DRIVE, OUTBOUND, inside("app", strip)),
    "an application's description dropped": (
        DRIVE,
        OUTBOUND,
        inside("app", dropped("description")),
    ),
    "domains in small letters": (
        DOMAINS,
        TENANT,
        field("selfProvisioningDomains", lambda them: [one.lower() for one in them]),
    ),
    "one domain only": (DOMAINS, TENANT, field("selfProvisioningDomains", lambda a: a[:1])),
    "no domains": (DOMAINS, TENANT, dropped("selfProvisioningDomains")),
    "an address in small letters": (ZAP, INBOUND, field("loginPageUrl", str.lower)),
    "an address with a slash": (ZAP, INBOUND, field("loginPageUrl", lambda url: url + "/")),
    "a third party's description stripped": (ZAP, INBOUND, strip),
    "a third party's description dropped": (ZAP, INBOUND, dropped("description")),
    "a permission's description stripped": (READ, PERMISSION, strip),
    "a permission's description dropped": (READ, PERMISSION, dropped("description")),
    "a role's description stripped": (EDITOR, ROLE, strip),
    "a role's description cut": (EDITOR, ROLE, field("description", lambda text: text[:4])),
    "a template's description stripped": (PLAIN, TEMPLATE, inside("template", strip)),
    "a template's description dropped": (
        PLAIN,
        TEMPLATE,
        inside("template", dropped("description")),
    ),
    "an attribute's label stripped": (PLAN, ATTRIBUTE, inside_rows("displayName", str.strip)),
    "a switch that stays off": (SESSION, SETTINGS, field("JITDisabled", lambda _: False)),
    "a length at most ten": (LENGTH, PASSWORDS, field("minLength", lambda _: 10)),
}
# Updates of these are answered with nothing, or with what was asked for: to know takes one more.
ECHOED = (TENANT, INBOUND, PERMISSION, SETTINGS, PASSWORDS)
FIGURE = 20


def test_there_are_as_many_ways_as_the_table_of_faults_asks_for() -> None:
    assert len(CASES) >= FIGURE


@pytest.fixture(autouse=True)
def _short_lag(monkeypatch: pytest.MonkeyPatch) -> None:
    """Believe what is read sooner than the real service's lag allows: the emulator has none."""
    monkeypatch.setattr(plugin, "LAG", 0.2)


@pytest.mark.parametrize("name", list(CASES)[:: examples(11, 1, soak=1)])
def test_what_is_not_kept_is_shown_tried_again_and_then_left(tmp_path: Path, name: str) -> None:
    stack, paths, make = CASES[name]
    service = normalizing(make, paths)
    with wired(tmp_path, make=service) as there:
        there.write(f"resources:\n  {stack}")
        assert there.apply().status == 0
        shown = there.said("plan", "-detailed-exitcode")
        assert shown.status == 2, shown.out + shown.err
        assert "1 to change" in shown.out
        for _ in range(2 if paths in ECHOED else 1):
            assert there.apply().status == 0
        third = there.said("plan")
        assert third.status == 5, third.out + third.err
        # It is as the service made it, and nobody is blamed for that.
        assert "Changed outside dstate" not in third.out
        said = " ".join(third.out.replace("#", "").split())
        assert "the service does not keep" in said
        assert "ignore_changes" in said
        assert there.apply().status == 5
        # What has become of it may be tried again as soon as the stack says something else.
        service.on = False
        there.write(f"resources:\n  {anew(stack)}")
        assert there.apply().status == 0
        assert there.said("plan", "-detailed-exitcode").status == 0


def anew(stack: str) -> str:
    """Say something else of everything that is not kept."""
    for before, after in (
        ("As it is", "Anew"),
        ("[b, a]", "[c]"),
        ("B.example", "C.example"),
        ("example/A", "example/B"),
        ("jit_disabled: true", "jit_disabled: false"),
        ("min_length: 12", "min_length: 14"),
    ):
        stack = stack.replace(before, after)
    return stack


LIVING: Mapping[str, tuple[str, str, str, object]] = {
    "list": (TEXT, "lists", "description", "somebody else's"),
    "inbound application": (ZAP, "inbound", "description", "somebody else's"),
    "tenant": (DOMAINS, "tenants", "selfProvisioningDomains", ["somebody.example"]),
    "role": (EDITOR, "roles", "description", "somebody else's"),
}


@pytest.mark.parametrize("name", list(LIVING)[:: examples(2, 1, soak=1)])
def test_an_object_that_somebody_changes_back_each_time_is_set_each_time(
    tmp_path: Path, name: str
) -> None:
    stack, table, changed, theirs = LIVING[name]
    with wired(tmp_path) as there:
        there.write(f"resources:\n  {stack}")
        for _ in range(5):
            assert there.apply().status == 0
            [*_, row] = there.world.tables[table].values()
            row[changed] = theirs
            planned = there.said("plan")
            assert planned.status == 0, planned.out + planned.err
            assert "1 to change" in planned.out
            assert "Changed outside dstate" in planned.out
