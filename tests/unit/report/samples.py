"""Small plans, built by hand, that the tests of this folder print."""

from descope_state.model.address import Address
from descope_state.model.change import (
    Action,
    Change,
    Drift,
    DriftSort,
    Edit,
    FieldChange,
    Mark,
    Reason,
)
from descope_state.model.plan import (
    Bindings,
    CheckResult,
    Estimate,
    OutputValue,
    Plan,
    Verdict,
    Violation,
)
from descope_state.model.value import Ref, Secret, Unknown, Value

BINDINGS = Bindings(
    stack="acme-auth",
    environment="prod",
    project_id="P2abc",
    base_url="https://api.descope.example",
    lineage="9f1c",
    serial=41,
    config_digest="c0ffee",
    version="0.1.0",
    created="2026-11-21T02:00:00Z",
)

ACME = Address("tenant", "customer", "acme")
ANALYST = Address("role", "analyst")
READ_REPORTS = Address("permission", "read_reports")
SIGN_UP = Address("flow", "sign_up_or_in")
UNKNOWN_ID = Unknown(
    expression="tenant.customer['acme'].id", refs=(Ref("tenant", "customer", "acme", "id"),)
)

TEMPLATE = "Hello {{name}},\nwelcome to Acme.\n\nYour code is {{code}}.\nBye\n"
NEW_TEMPLATE = "Hello {{name}},\nwelcome to Acme!\n\nYour code is {{code}}.\nSee you\nBye\n"


def change(address: Address, action: Action, **more: object) -> Change:
    """Make a change with the provider filled in."""
    return Change(address=address, provider="descope", action=action, **more)  # type: ignore[arg-type]  # a shorthand of the tests


def deletion() -> Change:
    before: dict[str, Value] = {
        "name": "Legacy support",
        "description": "",
        "permissions": ["docs.read", "docs.share"],
    }
    return change(
        Address("role", "legacy"),
        Action.DELETE,
        reason=Reason.REMOVED,
        id="R7",
        identity="Legacy support",
        before=before,
    )


def replacement() -> Change:
    key = FieldChange(
        name="name", before="reports.read", after="report.read", forces_replacement=True
    )
    return change(
        READ_REPORTS,
        Action.REPLACE,
        reason=Reason.IMMUTABLE,
        id="PE1",
        identity="reports.read",
        fields=(key,),
        before={"name": "reports.read", "description": "Read any report"},
        after={"name": "report.read", "description": "Read any report"},
        stated=("description", "name"),
    )


def creation() -> Change:
    after: dict[str, Value] = {
        "name": "Globex Corporation",
        "self_provisioning_domains": ["globex.example", "globex.test"],
        "default_roles": [UNKNOWN_ID],
        "attributes": {"crm_id": "C-1192", "seats": 25, "regions": ["eu-west", "us-east"] * 4},
        "client_secret": Secret("env:GLOBEX_SECRET"),
        "enforce_sso": True,
        "notes": "A customer since the first day. " * 12,
    }
    return change(
        Address("tenant", "customer", "globex"),
        Action.CREATE,
        reason=Reason.MISSING,
        after=after,
        stated=tuple(after),
        depends_on=(ANALYST,),
    )


def update() -> Change:
    fields = (
        FieldChange(name="name", before="Acme Corp", after="Acme"),
        FieldChange(
            name="self_provisioning_domains",
            before=["acme.example", "acme.test", "old.acme.example"],
            after=["acme.example", "acme.test", "new.acme.example"],
            edits=(
                Edit(mark=Mark.ADDED, path=(2,), after="new.acme.example"),
                Edit(mark=Mark.REMOVED, path=(2,), before="old.acme.example"),
            ),
        ),
        FieldChange(
            name="attributes",
            before={"crm_id": "C-1", "seats": 10, "plan": "gold"},
            after={"crm_id": "C-1", "seats": 25, "region": "eu"},
            edits=(
                Edit(mark=Mark.REMOVED, path=("plan",), before="gold"),
                Edit(mark=Mark.ADDED, path=("region",), after="eu"),
                Edit(mark=Mark.CHANGED, path=("seats",), before=10, after=25),
            ),
        ),
        FieldChange(
            name="client_secret",
            before="canary-before",
            after=Secret("env:ACME_SECRET"),
            sensitive=True,
        ),
        FieldChange(name="invitation", before=TEMPLATE, after=NEW_TEMPLATE),
        FieldChange(name="owner_id", before="U1", after=UNKNOWN_ID),
        FieldChange(name="support_url", before=None, after="https://support.acme.example"),
    )
    return change(
        ACME,
        Action.UPDATE,
        reason=Reason.DRIFTED,
        id="T2abc",
        identity="acme",
        fields=fields,
        before={field.name: field.before for field in fields} | {"enforce_sso": True},
        after={field.name: field.after for field in fields} | {"enforce_sso": True},
        stated=(*(field.name for field in fields), "enforce_sso"),
    )


def flow_update() -> Change:
    long_text = "Sign in with your work address so that we can find your company. " * 4
    document = FieldChange(
        name="definition",
        before={"screens": {}, "tasks": {}, "edges": []},
        after={"screens": {}, "tasks": {}, "edges": []},
        edits=(
            Edit(mark=Mark.ADDED, path=("screens", "magic_link"), after={"title": "Check mail"}),
            Edit(
                mark=Mark.CHANGED,
                path=("screens", "welcome", "title"),
                before="Welcome",
                after="Welcome back",
            ),
            Edit(
                mark=Mark.CHANGED,
                path=("screens", "welcome", "components", 3, "text"),
                before=long_text,
                after=long_text.replace("find your company", "find your team", 1),
            ),
            Edit(mark=Mark.REMOVED, path=("tasks", "17"), before={"action": "otp/sms"}),
        ),
        hidden=31,
    )
    return change(
        SIGN_UP, Action.UPDATE, reason=Reason.EDITED, id="sign-up-or-in", fields=(document,)
    )


def small_ones() -> tuple[Change, ...]:
    return (
        change(
            Address("tenant", "initech"),
            Action.ADOPT,
            id="T9",
            importing=True,
            before={"name": "Initech"},
            after={"name": "Initech"},
        ),
        change(
            Address("tenant", "new"),
            Action.MOVE,
            id="T4",
            moved_from=Address("tenant", "old"),
            before={"name": "N"},
            after={"name": "N"},
        ),
        change(Address("role", "kept"), Action.FORGET, reason=Reason.REMOVED, id="R3"),
        change(
            Address("theme", "default"),
            Action.UPDATE,
            reason=Reason.BLOCKED,
            id="TH1",
            blocked="themes need the Pro plan and this project is on Free; "
            "take the block out or upgrade",
        ),
        change(
            Address("role", "same"), Action.NOOP, id="R5", before={"name": "S"}, after={"name": "S"}
        ),
    )


def drift() -> tuple[Drift, ...]:
    return (
        Drift(
            address=ACME,
            sort=DriftSort.CHANGED,
            id="T2abc",
            fields=(FieldChange(name="name", before="Acme", after="Acme Corp"),),
            unmanaged=(FieldChange(name="disabled", before=False, after=True),),
        ),
        Drift(address=Address("role", "gone"), sort=DriftSort.DELETED, id="R9"),
        Drift(
            address=Address("role", "wise"),
            sort=DriftSort.CONVERGED,
            id="R8",
            fields=(FieldChange(name="description", before="old", after="new"),),
        ),
    )


def rich_plan() -> Plan:
    changes = (deletion(), replacement(), creation(), update(), flow_update(), *small_ones())
    return Plan(
        bindings=BINDINGS,
        changes=tuple(sorted(changes, key=lambda each: each.address.order)),
        drift=drift(),
        unmanaged={"tenant": 3, "role": 1},
        outputs=(
            OutputValue(name="tenant_ids", value={"acme": "T2abc", "globex": UNKNOWN_ID}),
            OutputValue(name="token", value="canary-output", sensitive=True),
        ),
        checks=(
            CheckResult(name="names are set", verdict=Verdict.PASSED),
            CheckResult(
                name="prod tenants have a domain",
                verdict=Verdict.FAILED,
                message="every production tenant needs a self-provisioning domain",
            ),
            CheckResult(name="owners exist", verdict=Verdict.UNKNOWN),
        ),
        violations=(
            Violation(
                code="max_deletes",
                message="the plan destroys 7 objects, and `safety.max_deletes` is 5",
                hint="if that is what you want: `--override max_deletes=7`",
                addresses=(Address("role", "legacy"), READ_REPORTS),
            ),
        ),
        estimate=Estimate(
            calls=5, changes=92, waves=3, seconds=6.2, per_minute=100, refresh_calls=9
        ),
    )


def empty_plan() -> Plan:
    same = change(ANALYST, Action.NOOP, id="R1", before={"name": "A"}, after={"name": "A"})
    return Plan(bindings=BINDINGS, changes=(same,), estimate=Estimate(refresh_calls=9))
