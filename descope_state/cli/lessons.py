"""What `quickstart` tells and shows, step by step; no line is longer than a narrow window."""

from collections.abc import Mapping
from dataclasses import field

from descope_state.app.tutoring import MISTYPED, ROLES, SETTINGS, TENANTS
from descope_state.cli.stepping import Step
from descope_state.errors import Exit
from descope_state.frozen import dataclass

_RENAMED = '{"id": "acme", "name": "Acme Inc."}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """One step: the files that are written, in the place of which text, and what is typed then."""

    title: str
    told: str
    files: Mapping[str, str] = field(default_factory=dict)
    instead: str = ""
    step: Step | None = None
    after: str = ""


OPENING = """\
A first stack in {count} steps and five minutes. All of it is on the emulator, a
Descope on this machine: no account, no network, nothing that could break."""

LESSONS = (
    Lesson(
        title="A stack",
        told="""\
A stack is a folder of YAML that says what a Descope project is to hold, and
where that is. Here a permission, and a role that has it:""",
        files={"dstate.yaml": SETTINGS, "resources/roles.yaml": ROLES},
    ),
    Lesson(
        title="A plan",
        told="""\
`plan` reads the project and says what would change; it changes nothing. -out
keeps the plan in a file, to be read by somebody else and applied later.""",
        step=Step(typed=("plan", "-out", "plan.json")),
    ),
    Lesson(
        title="An apply",
        told="""\
What was reviewed is what is applied. The role refers to the permission by
${permission.read_reports.name}, so the permission is made first.""",
        step=Step(typed=("apply", "plan.json")),
    ),
    Lesson(
        title="Two mistakes",
        told="Now a tenant, in a file of its own. Its last two lines are mistyped:",
        files={"resources/tenants.yaml": MISTYPED},
        step=Step(typed=("plan",), status=Exit.ERROR),
        after="""\
All mistakes are told at once, each with its place and the name that was meant.
The exit status is 1, and nothing was changed.""",
    ),
    Lesson(
        title="Put right",
        told="""\
With the right names it can be applied. Without a saved plan, `apply` plans,
shows that and asks; -auto-approve says yes beforehand.""",
        files={"resources/tenants.yaml": TENANTS},
        instead=MISTYPED,
        step=Step(typed=("apply", "-auto-approve")),
    ),
    Lesson(
        title="Somebody with the console",
        told="""\
Meanwhile ben renames the tenant in Descope's console. A call to the emulator
plays him:""",
        step=Step(
            typed=("emulator", "call", "PATCH", "/v1/mgmt/tenant/patch", _RENAMED, "--as", "ben"),
            quiet=True,
        ),
    ),
    Lesson(
        title="Drift",
        told="Has anybody changed anything outside dstate, and who was it?",
        step=Step(typed=("drift", "--who"), status=Exit.CHANGES),
        after="The exit status is 2: a nightly job goes by that.",
    ),
    Lesson(
        title="Set back",
        told="""\
`drift accept tenant.acme.name` would write the new name into the YAML; this
sets the old one back, by a plan like any other:""",
        step=Step(typed=("drift", "revert", "-auto-approve")),
    ),
    Lesson(
        title="Nothing left to do",
        told="The YAML, the project and what dstate remembers agree:",
        step=Step(typed=("plan",)),
    ),
)

CLOSING = """\
That is all of it: write, plan, apply, and look for drift. Now you:

  cd {place}
  dstate plan             after a change to a line; the rest works there as well
  dstate explain tenant   what a tenant may say; without a name, all kinds
  dstate tenant list      what is there now
  dstate demo             what else there is: backups, undo, the audit trail

A stack of your own begins with one of these. The second brings in a project
that exists, once DESCOPE_DEV_PROJECT_ID and DESCOPE_DEV_MANAGEMENT_KEY are set:

  dstate init our-auth
  dstate init our-auth --from-env

docs/tutorial of dstate's repository goes on in five lessons: many of the same,
several environments, an apply that breaks, production."""
