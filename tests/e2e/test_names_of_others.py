"""Names of other objects, over a socket: a plan never promises what the service refuses."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.served import Wired, wired

# Each is needed by something that comes before it in the alphabet, and named by a plain text.
NAMED = """\
resources:
  access_key:
    builds: {name: builds, roles: [Editor]}
    acme: {name: acme, tenants: [{tenant: acme, roles: [Editor]}]}
  role:
    editor: {name: Editor, permissions: [reports.read, Impersonate]}
    inside: {name: Inside, tenant: acme, permissions: [reports.read]}
  permission:
    read: {name: reports.read}
  tenant:
    child: {name: Child, id: child, parent: acme, default_roles: [Editor]}
    acme: {name: Acme, id: acme, default_roles: [Tenant Admin]}
  tenant_settings:
    acme: {tenant: acme, enabled: true}
  user_attribute:
    plan: {name: plan, type: string, view_permissions: [reports.read]}
"""


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Wired]:
    with wired(tmp_path) as service:
        yield service


def apply(there: Wired, text: str) -> int:
    there.write(text)
    return there.apply("-secrets-into", str(there.folder / "told")).status


def test_what_is_named_by_a_plain_text_is_made_first(there: Wired) -> None:
    assert apply(there, NAMED) == 0
    assert there.said("plan", "-detailed-exitcode").status == 0


def test_what_is_named_by_a_plain_text_is_deleted_last(there: Wired) -> None:
    assert apply(there, NAMED) == 0
    came = there.said("destroy", "-auto-approve")
    assert came.status == 0, came.err
    assert there.names("tenants") == []


@pytest.mark.parametrize(
    ("block", "said"),
    [
        (
            "role: {r: {name: R, permissions: [none]}}",
            "`permissions[0]` names the permission `none`",
        ),
        ("role: {r: {name: R, tenant: none}}", "`tenant` names the tenant `none`"),
        ("tenant: {t: {name: T, parent: none}}", "`parent` names the tenant `none`"),
        (
            "tenant: {t: {name: T, default_roles: [None]}}",
            "`default_roles[0]` names the role `None`",
        ),
        (
            "access_key: {k: {name: K, tenants: [{tenant: none}]}}",
            "`tenants[0].tenant` names the tenant `none`",
        ),
        ("tenant_settings: {t: {tenant: none}}", "`tenant` names the tenant `none`"),
        ("password_settings: {t: {tenant: none}}", "`tenant` names the tenant `none`"),
        (
            "user_attribute: {a: {name: a, type: string, edit_permissions: [none]}}",
            "`edit_permissions[0]` names the permission `none`",
        ),
    ],
)
def test_a_name_that_is_nowhere_is_refused_by_the_plan(there: Wired, block: str, said: str) -> None:
    there.write(f"resources:\n  {block}\n")
    came = there.said("plan")
    assert came.status == 5, came.out + came.err
    assert f"{said}, which neither the stack nor the project has" in " ".join(
        came.out.replace("# ", "").split()
    )
    assert "at stack.yaml:2:" in came.err
    assert there.apply().status == 5


def test_the_rest_of_the_plan_stands(there: Wired) -> None:
    status = apply(there, NAMED.replace("[Editor]}\n    acme", "[Nobody]}\n    acme"))
    assert status == 4
    assert "Editor" in there.names("roles")
    assert there.names("keys") == ["acme"]


LEVELS = """\
resources:
  tenant:
    acme: {name: Acme, id: acme, default_roles: [%s]}
    other: {name: Other, id: other}
  role:
    mine: {name: Mine, tenant: acme}
    theirs: {name: Theirs, tenant: other}
"""


def test_a_role_of_a_tenant_is_named_by_that_tenant_alone(there: Wired) -> None:
    assert apply(there, LEVELS % "") == 0
    there.write(LEVELS % "Theirs")
    came = there.said("plan")
    assert came.status == 5
    assert "which belongs to another tenant" in " ".join(came.out.replace("# ", "").split())
    assert apply(there, LEVELS % "Mine") == 0
    there.write(LEVELS % "Mine" + "  access_key: {k: {name: K, roles: [Mine]}}\n")
    assert "which belongs to a tenant, not to the project" in " ".join(
        there.said("plan").err.split()
    )


def test_a_role_that_is_made_after_its_tenant_cannot_be_its_default_at_once(there: Wired) -> None:
    there.write(LEVELS % "Mine")
    came = there.said("plan")
    assert "which is made only after it, as role.mine" in " ".join(came.err.split())
    assert apply(there, LEVELS % "Mine") == 4
    assert there.names("tenants") == ["Other"]


def test_another_list_is_read_only_for_a_name_that_is_new(there: Wired) -> None:
    def asked() -> int:
        return sum("GET /v1/mgmt/role/all" in line for line in there.service.log)

    text = "resources: {tenant: {acme: {name: Acme, default_roles: [%s]}}}\n"
    assert apply(there, text % "Tenant Admin") == 0
    assert asked() == 0  # Every project has that one.
    there.world.roles["ROL9"] = {
        **next(iter(there.world.roles.values())),
        "id": "ROL9",
        "name": "Mine",
    }
    there.write(text % "Mine")
    came = there.said("plan")
    assert came.status == 0
    assert asked() == 1
    assert "refresh used 3 calls" in came.out
    assert "Live, but in no stack" not in came.out
    assert there.apply().status == 0
    there.service.log.clear()
    assert there.said("plan", "-detailed-exitcode").status == 0
    assert there.said("drift").status == 0
    assert asked() == 0


def test_a_permission_that_a_role_still_names_is_not_deleted(there: Wired) -> None:
    assert apply(there, NAMED) == 0
    there.write(NAMED.replace("    read: {name: reports.read}\n", "    more: {name: more}\n"))
    came = there.said("plan")
    assert came.status == 0
    assert "permission.read" in came.out
    assert "still names it: `reports.read`" in " ".join(came.out.replace("# ", "").split())
    assert "at stack.yaml:" in came.err
    assert (
        apply(there, NAMED.replace("    read: {name: reports.read}\n", "    more: {name: more}\n"))
        == 4
    )
    assert "reports.read" in there.names("permissions")


FLOW = """\
resources:
  flow:
    invite:
      id: invite
      definition:
        metadata: {name: Invite}
        contents: {startTask: "0", tasks: {"0": {id: "0", type: end}}}
        references: {roles: {%s: ""}}
"""


def test_a_flow_comes_after_the_roles_that_it_cannot_be_imported_without(there: Wired) -> None:
    assert apply(there, FLOW % "Guest" + "  role: {guest: {name: Guest}}\n") == 0
    assert there.said("plan", "-detailed-exitcode").status == 0


def test_a_flow_that_names_a_role_that_is_nowhere_is_refused_by_the_plan(there: Wired) -> None:
    there.write(FLOW % "Gest" + "  role: {guest: {name: Guest}}\n")
    came = there.said("plan")
    assert "did you mean `Guest`?" in came.err
    assert "at stack.yaml:8:36" in came.err
    assert "1 blocked" in came.out


def test_a_name_that_the_service_does_not_look_up_is_not_held_against_the_plan(
    there: Wired,
) -> None:
    scopes = "permissions_scopes: [{name: all, values: [Nobody]}]"
    application = f"{{name: A, login_page_url: 'https://a.example', {scopes}}}"
    text = f"resources:\n  inbound_application: {{a: {application}}}\n  role: {{r: {{name: R}}}}\n"
    assert apply(there, text) == 0


DOMAINS = """\
resources:
  tenant:
    one: {name: One, self_provisioning_domains: [one.example, %s]}
    two: {name: Two, self_provisioning_domains: [two.example]}
"""


def test_a_domain_that_two_tenants_claim_is_refused_by_the_plan(there: Wired) -> None:
    there.write(DOMAINS % "two.example")
    came = there.said("plan")
    told = " ".join(came.out.replace("# ", "").split())
    assert came.status == 5
    assert "`self_provisioning_domains` holds `two.example`, and so does tenant.two" in told
    assert "and so does tenant.one" in told
    assert apply(there, DOMAINS % "three.example") == 0
    assert there.said("plan", "-detailed-exitcode").status == 0


def test_a_domain_of_a_tenant_that_nobody_manages_is_not_claimed(there: Wired) -> None:
    assert apply(there, DOMAINS % "three.example") == 0
    pattern = next(iter(there.world.tenants.values()))
    there.world.tenants["T9"] = {
        **pattern, "id": "T9", "name": "Other", "selfProvisioningDomains": ["other.example"],
    }  # fmt: skip
    there.write(DOMAINS % "other.example")
    came = there.said("plan")
    assert came.status == 5
    assert "and so does tenant `Other` (T9)" in " ".join(came.out.replace("# ", "").split())


def test_a_domain_that_is_set_free_is_taken_by_the_next_plan(there: Wired) -> None:
    assert apply(there, DOMAINS % "three.example") == 0
    text = "\n".join(line for line in (DOMAINS % "two.example").splitlines() if "Two" not in line)
    there.write(text + "\n")
    came = there.said("plan")
    assert "takes `two.example` from tenant.two, which gives it up in this plan" in " ".join(
        came.out.replace("# ", "").split()
    )
    assert there.apply().status == 4
    assert there.apply().status == 0
    assert there.said("plan", "-detailed-exitcode").status == 0
