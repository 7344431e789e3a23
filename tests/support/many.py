"""Many objects of many kinds in one stack, and faults that befall each of them once."""

import json
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from dstate_descope.emulator.faults import NONE, Fault, Faults, parse
from dstate_descope.emulator.request import Request
from tests.support.served import Wired


@dataclass(frozen=True, slots=True, kw_only=True)
class Sort:
    """One kind: how one of many is stated, the paths of its calls, and the table it is in."""

    row: str
    table: str
    create: str
    update: str
    delete: str
    batched: bool = False


# `{n}` is the number of an object, `{said}` what may be said anew of it.
SORTS: Mapping[str, Sort] = {
    "permission": Sort(
        row="name: perm.{n}, description: {said}",
        table="permissions",
        create="/v1/mgmt/permission/create*",
        update="/v1/mgmt/permission/update*",
        delete="/v1/mgmt/permission/delete*",
        batched=True,
    ),
    "role": Sort(
        row="name: Role {n}, description: {said}",
        table="roles",
        create="/v1/mgmt/role/create*",
        update="/v1/mgmt/role/update*",
        delete="/v1/mgmt/role/delete*",
        batched=True,
    ),
    "user_attribute": Sort(
        row="name: attribute{n}, type: string, display_name: {said}",
        table="attributes",
        create="/v1/mgmt/user/customattribute/create",
        update="/v1/mgmt/user/customattribute/create",
        delete="/v1/mgmt/user/customattribute/delete*",
        batched=True,
    ),
    "tenant": Sort(
        row="name: Tenant {n}, id: t{n}, self_provisioning_domains: ['{said}{n}.example']",
        table="tenants",
        create="/v1/mgmt/tenant/create",
        update="/v1/mgmt/tenant/patch",
        delete="/v1/mgmt/tenant/delete",
    ),
    "list": Sort(
        row="name: List {n}, type: texts, entries: [a], description: {said}",
        table="lists",
        create="/v1/mgmt/list",
        update="/v1/mgmt/list/update",
        delete="/v1/mgmt/list/delete",
    ),
    "jwt_template": Sort(
        row="name: Template {n}, type: user, description: {said}",
        table="templates",
        create="/v1/mgmt/jwt/templates/create",
        update="/v1/mgmt/jwt/templates/update",
        delete="/v1/mgmt/jwt/templates/delete",
    ),
    "outbound_application": Sort(
        row="name: Out {n}, description: {said}",
        table="outbound",
        create="/v1/mgmt/outbound/app/create",
        update="/v1/mgmt/outbound/app/update",
        delete="/v1/mgmt/outbound/app/delete",
    ),
    "inbound_application": Sort(
        row="name: In {n}, login_page_url: https://login.example, description: {said}",
        table="inbound",
        create="/v1/mgmt/thirdparty/app/create",
        update="/v1/mgmt/thirdparty/app/update",
        delete="/v1/mgmt/thirdparty/app/delete",
    ),
    "sso_application": Sort(
        row="name: Sso {n}, type: oidc, login_page_url: https://login.example, description: {said}",
        table="sso",
        create="/v1/mgmt/sso/idp/app/oidc/create",
        update="/v1/mgmt/sso/idp/app/oidc/update",
        delete="/v1/mgmt/sso/idp/app/delete",
    ),
}
# Everything that happens to a call which was carried out, and whose answer nobody has.
LOST = (
    "reset=after",
    "reset=headers",
    "reset=body",
    "body=truncated",
    "body=garbage",
    "body=html",
    "body=empty",
    "status=500, effect=true",
    "status=502, effect=true",
    "status=503, effect=true",
    "status=504, effect=true",
)


def many(numbers: Mapping[str, int], *, said: str = "first") -> str:
    """Write a stack of so many objects of each kind."""
    text = "resources:\n" if any(numbers.values()) else "resources: {}\n"
    for kind, number in numbers.items():
        rows = (f"    r{n}: {{{SORTS[kind].row.format(n=n, said=said)}}}\n" for n in range(number))
        text += f"  {kind}:\n{''.join(rows)}" if number else ""
    return text


def singly(number: int) -> dict[str, int]:
    """Ask for so many objects of each kind that is written one by one."""
    return {kind: number for kind, sort in SORTS.items() if not sort.batched}


@dataclass(slots=True, kw_only=True)
class EachOnce(Faults):
    """Strikes the first call about each object, in a way that chance decides.

    Calls about one object are those of one body; `share` of the objects are struck at all.
    """

    paths: Sequence[str]
    ways: Sequence[str] = LOST
    share: float = 1.0
    bodies: set[str] = field(default_factory=set)

    def of(self, request: Request) -> Fault:
        if not any(fnmatchcase(request.path, path) for path in self.paths):
            return NONE
        body = f"{request.path} {json.dumps(request.body, sort_keys=True)}"
        if body in self.bodies:
            return NONE
        self.bodies.add(body)
        if self.chance.random() >= self.share:
            return NONE
        self.struck += 1
        return parse(f"* *: {self.chance.choice(self.ways)}")


def seeded(seed: int) -> random.Random:
    """Make a source of chance that a test can repeat."""
    return random.Random(seed)


def doubled(there: Wired) -> list[str]:
    """Name what is there more than once."""
    return [
        f"{sort.table}: {name}"
        for sort in SORTS.values()
        for name, times in Counter(there.names(sort.table)).items()
        if times > 1
    ]
