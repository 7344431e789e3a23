"""A service that makes something else of what it is asked: shown, tried twice, and then left."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

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

DOMAINS = "tenant:\n    a: {name: Acme, self_provisioning_domains: [B.example, a.example]}\n"
TEXT = "list:\n    a: {name: Denied, type: texts, description: '  As it is ', entries: [b, a]}\n"
DRIVE = "outbound_application:\n    a: {name: Drive, description: '  As it is '}\n"
ZAP = (
    "inbound_application:\n"
    "    a: {name: Zap, description: '  As it is ', login_page_url: https://login.example/A}\n"
)
# Some kinds are answered with what has become of them, others with nothing: those cannot be told
# from an object that somebody sets back each time.
CASES: Mapping[str, tuple[str, tuple[str, ...], Make, bool]] = {
    "a list's description cut": (TEXT, LIST, field("description", lambda text: text[:4]), True),
    "a list's description stripped": (TEXT, LIST, field("description", str.strip), True),
    "a list's description dropped": (TEXT, LIST, dropped("description"), True),
    "a list's description in capitals": (TEXT, LIST, field("description", str.upper), True),
    "a list's entries cut": (TEXT, LIST, field("data", lambda them: them[:1]), True),
    "an application's description stripped": (
        DRIVE,
        OUTBOUND,
        inside("app", field("description", str.strip)),
        True,
    ),
    "domains in small letters": (
        DOMAINS,
        TENANT,
        field("selfProvisioningDomains", lambda them: [one.lower() for one in them]),
        False,
    ),
    "one domain only": (DOMAINS, TENANT, field("selfProvisioningDomains", lambda a: a[:1]), False),
    "no domains": (DOMAINS, TENANT, dropped("selfProvisioningDomains"), False),
    "an address in small letters": (ZAP, INBOUND, field("loginPageUrl", str.lower), False),
    "an address with a slash": (ZAP, INBOUND, field("loginPageUrl", lambda url: url + "/"), False),
}


@pytest.mark.parametrize("name", list(CASES)[:: examples(6, 1, soak=1)])
def test_what_is_not_kept_is_shown_tried_again_and_then_left(tmp_path: Path, name: str) -> None:
    stack, paths, make, answers = CASES[name]
    service = normalizing(make, paths)
    with wired(tmp_path, make=service) as there:
        there.write(f"resources:\n  {stack}")
        assert there.apply().status == 0
        shown = there.said("plan", "-detailed-exitcode")
        assert shown.status == 2, shown.out + shown.err
        assert "1 to change" in shown.out
        assert there.apply().status == 0
        third = there.said("plan")
        if not answers:
            assert third.status == 0, third.out + third.err
            assert "Changed outside dstate" in third.out
            return
        assert third.status == 5, third.out + third.err
        said = " ".join(third.out.replace("#", "").split())
        assert "the service does not keep" in said
        assert "ignore_changes" in said
        assert there.apply().status == 5
        # What has become of it may be tried again as soon as the stack says something else.
        service.on = False
        there.write(f"resources:\n  {stack.replace('As it is', 'Anew').replace('[b, a]', '[c]')}")
        assert there.apply().status == 0
        assert there.said("plan", "-detailed-exitcode").status == 0


def test_an_object_that_somebody_changes_back_each_time_is_set_each_time(tmp_path: Path) -> None:
    with wired(tmp_path) as there:
        there.write(f"resources:\n  {TEXT}")
        for _ in range(4):
            assert there.apply().status == 0
            [row] = there.world.tables["lists"].values()
            row["description"] = "somebody else's"
            planned = there.said("plan")
            assert planned.status == 0, planned.out + planned.err
            assert "1 to change" in planned.out
