"""Decides whether a plan may be applied here and now: everything is asked before the first call."""

from collections.abc import Mapping

from descope_state.app.surroundings import Surroundings
from descope_state.app.workspace import Opening, Workspace, opened, outlined
from descope_state.config.secrets import fingerprint
from descope_state.config.stack import combined_digest
from descope_state.core.guard import check
from descope_state.core.secret_sources import secrets_in
from descope_state.errors import DstateError, Refused, StalePlan, UsageError
from descope_state.model.plan import Bindings, Plan
from descope_state.model.state import Snapshot
from descope_state.model.unspoken import Unspoken

AGAIN = "make the plan again with `dstate plan -out FILE`"


def again(environment: str) -> str:
    """Say how to make a plan of one environment again: typed as it is, it is of no other."""
    return f"make the plan again with `dstate plan --env {environment} -out FILE`"


def workspace_of(surroundings: Surroundings, bindings: Bindings, *, opening: Opening) -> Workspace:
    """Open the stack that a plan claims to be of; another one's plan is stale here."""
    if opening.environment is not None and opening.environment != bindings.environment:
        message = (
            f"the plan is for environment `{bindings.environment}`, and --env says"
            f" `{opening.environment}`"
        )
        raise StalePlan(message, hint="leave --env out: a plan brings its own environment")
    here = Opening(chdir=opening.chdir, environment=bindings.environment)
    try:
        workspace = outlined(surroundings, here)
    except UsageError as error:
        message = f"the plan is for environment `{bindings.environment}`: {error.message}"
        raise StalePlan(message, hint=AGAIN) from error
    if workspace.documents.name != bindings.stack:
        message = f"the plan is of stack `{bindings.stack}`, and this is {workspace.documents.name}"
        raise StalePlan(message, hint="name the plan's stack with -C")
    return workspace


def confirm(environment: str, *, typed: str) -> None:
    """Refuse to touch a protected environment whose name was not typed."""
    if typed != environment:
        message = f"`{environment}` is protected, and its name was not confirmed"
        raise Refused(message, hint=f"type its name when asked, or say `--confirm {environment}`")


def check_bindings(bindings: Bindings, snapshot: Snapshot, *, now: str) -> None:
    """Refuse a plan that was made from another state than this one, or too long ago."""
    if snapshot.lineage != bindings.lineage:
        message = "the plan was made for another state: the lineage differs"
        raise StalePlan(message, hint=again(bindings.environment))
    if snapshot.serial != bindings.serial:
        made = f"at serial {bindings.serial}" if bindings.serial else "before anything was applied"
        message = (
            f"the plan is stale: it was made {made}, and the state is at serial"
            f" {snapshot.serial} now: this plan or another has been applied since"
        )
        raise StalePlan(message, hint=again(bindings.environment))
    if bindings.expires and now > bindings.expires:
        message = f"the plan expired at {bindings.expires}, as `safety.plan_max_age` says"
        raise StalePlan(message, hint=again(bindings.environment))


def check_project(bindings: Bindings, *, project_id: str, base_url: str) -> None:
    """Refuse a plan that was made for another project, or for another service."""
    for what, planned_for, found in (
        ("project", bindings.project_id, project_id),
        ("service", bindings.base_url, base_url),
    ):
        if planned_for != found:
            message = f"the plan is for {what} {planned_for}, and this environment's is {found}"
            raise StalePlan(message, hint=again(bindings.environment))


def refuse_violations(
    plan: Plan, snapshot: Snapshot, *, workspace: Workspace, overrides: Mapping[str, int]
) -> None:
    """Hold a plan against the guards once more: they may have become stricter since."""
    found = check(
        plan,
        snapshot.entries,
        safety=workspace.documents.safety,
        overrides={**plan.overrides, **overrides},
    )
    if found:
        first = found[0]
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise Refused(first.message + more, hint=first.hint)
    if plan.stuck:
        message = "every change of the plan is blocked: nothing can be done"
        raise Refused(message, hint="the rows of the plan say why")


def revealed(plan: Plan, workspace: Workspace, *, key: bytes) -> dict[str, str]:
    """Read the secrets that a plan will write; each must be the one it was planned with."""
    found = Unspoken()
    for source, expected in secrets_in(plan).items():
        try:
            found[source] = workspace.secrets.read(source)
        except ValueError as error:
            message = f"secret `{source}`: {error}"
            raise StalePlan(
                message, hint="set it where dstate runs, as it was for the plan"
            ) from error
        if fingerprint(found[source], key=key) != expected:
            message = f"secret `{source}` is no longer the one that the plan was made with"
            raise StalePlan(message, hint=again(workspace.environment))
    return found


def changed_since(bindings: Bindings, surroundings: Surroundings, *, opening: Opening) -> str:
    """Say whether the stack is no longer what was planned; nothing, where it still is."""
    here = Opening(chdir=opening.chdir, environment=bindings.environment)
    try:
        now = opened(surroundings, here)
        now.resolution()
    except DstateError:
        return "the stack's files cannot be read as they are now; the plan is applied as saved"
    digest = combined_digest({"stack": now.documents.digest}, now.sources.digests)
    if digest == bindings.config_digest:
        return ""
    return "the stack's files have changed since the plan was made; what was planned is applied"
