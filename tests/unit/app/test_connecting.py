"""Who we are in an environment: its own credentials, its own project, and words for refusals."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import pytest

from descope_state.app.connecting import connected, provider_for, translated
from descope_state.app.surroundings import Surroundings
from descope_state.app.workspace import Opening, Workspace, opened
from descope_state.errors import BadCredentials, DstateError, Exit, Unreachable
from descope_state.runtime.gate import Gate
from descope_state.sdk.faults import (
    Conflict,
    Fault,
    Indeterminate,
    NotFound,
    NotLicensed,
    Rejected,
    Throttled,
    Unauthorized,
    Unavailable,
)
from descope_state.sdk.provider import Limit, Provider, Session, Target
from tests.support.provider import FakeProvider, FakeSession, FakeWorld

ALL = {
    "DESCOPE_DEV_PROJECT_ID": "Pdev",
    "DESCOPE_DEV_MANAGEMENT_KEY": "Kdev",
    "DESCOPE_PROJECT_ID": "Pshared",
    "DESCOPE_MANAGEMENT_KEY": "Kshared",
}
SHARED = {name: ALL[name] for name in ("DESCOPE_PROJECT_ID", "DESCOPE_MANAGEMENT_KEY")}


@dataclass(slots=True)
class Service:
    """A provider that notes what it is asked to connect with."""

    targets: list[Target] = field(default_factory=list)
    answers: str = ""
    fault: Fault | None = None
    base_url: str = ""
    limits: tuple[Limit, ...] = ()

    name: ClassVar[str] = "descope"
    kinds: ClassVar[tuple[type[Any], ...]] = ()
    endpoints: ClassVar[frozenset[str]] = frozenset({"emulator"})
    keyless: ClassVar[frozenset[str]] = frozenset({"emulator"})

    def connect(self, target: Target) -> AbstractAsyncContextManager[Session]:
        """Note the target."""
        self.targets.append(target)
        return self._connected(target)

    @asynccontextmanager
    async def _connected(self, target: Target) -> AsyncIterator[Session]:
        if self.fault is not None:
            raise self.fault
        yield FakeSession(
            project_id=self.answers or target.project_id,
            base_url=self.base_url,
            kinds={},
            limits=self.limits,
            lag=0,
            world=FakeWorld(),
            gate=target.gate,
        )


@pytest.fixture(autouse=True)
def no_keychain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the machine's keychain out of it."""
    monkeypatch.setitem(sys.modules, "keyring", None)


def unheard(_text: str) -> None:
    """Hear no warning."""


def workspace(
    root: Path,
    environments: str,
    *,
    environment: str = "dev",
    environ: Mapping[str, str] | None = None,
    providers: Mapping[str, Provider] | None = None,
    warn: Callable[[str], None] = unheard,
) -> Workspace:
    """Open a stack of some environments."""
    text = f"dstate: 1\nname: acme\nenvironments: {environments}\nbackend: {{path: state}}\n"
    (root / "dstate.yaml").write_text(text)
    surroundings = Surroundings(
        environ=environ or {},
        folder=root,
        now=lambda: "2026-01-01T00:00:00Z",
        providers=lambda: providers or {},
        version="1",
        lineage=lambda: "L",
        key=lambda: bytes(32),
        warn=warn,
    )
    return opened(surroundings, Opening(environment=environment))


def connect(
    root: Path,
    environments: str,
    service: Service,
    *,
    environment: str = "dev",
    environ: Mapping[str, str] | None = None,
) -> Target:
    """Connect to an environment and give what the service was asked with."""
    place = workspace(
        root,
        environments,
        environment=environment,
        environ=environ,
        providers={"descope": service},
    )

    async def once() -> None:
        async with connected(place, Gate()):
            pass

    asyncio.run(once())
    return service.targets[-1]


def who(target: Target) -> tuple[str, str]:
    return target.project_id, target.key


# -- which credentials ----------------------------------------------------------------------------


def test_the_names_with_the_environment_come_first(tmp_path: Path) -> None:
    target = connect(tmp_path, "{dev: {}}", Service(), environ=ALL)
    assert who(target) == ("Pdev", "Kdev")
    assert target.environment == "dev"
    assert target.folder == str(tmp_path / "state" / "dev")


def test_a_dash_in_a_name_is_an_underscore_in_its_variables(tmp_path: Path) -> None:
    environ = {
        "DESCOPE_DEV_TEST_2_PROJECT_ID": "P1",
        "DESCOPE_DEV_TEST_2_MANAGEMENT_KEY": "K1",
        **ALL,
    }
    target = connect(
        tmp_path, "{dev-test-2: {}, dev: {}}", Service(), environment="dev-test-2", environ=environ
    )
    assert who(target) == ("P1", "K1")


def test_the_names_without_an_environment_serve_a_stack_with_only_one(tmp_path: Path) -> None:
    target = connect(tmp_path, "{dev: {}}", Service(), environ=SHARED)
    assert who(target) == ("Pshared", "Kshared")


@pytest.mark.parametrize("environments", ["{dev: {}, prod: {}}", "{dev: {}, prod: {}, test: {}}"])
@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_the_names_without_an_environment_never_reach_one_of_several(
    tmp_path: Path, environments: str, environment: str
) -> None:
    target = connect(tmp_path, environments, Service(), environment=environment, environ=SHARED)
    assert who(target) == ("", "")


def test_the_credentials_of_one_environment_never_reach_another(tmp_path: Path) -> None:
    target = connect(tmp_path, "{dev: {}, prod: {}}", Service(), environment="prod", environ=ALL)
    assert who(target) == ("", "")


def test_the_names_without_an_environment_serve_the_one_that_is_pinned_to_their_project(
    tmp_path: Path,
) -> None:
    environments = "{dev: {project_id: Pshared}, prod: {project_id: Pprod}}"
    target = connect(tmp_path, environments, Service(), environ=SHARED)
    assert who(target) == ("Pshared", "Kshared")
    prod = connect(tmp_path, environments, Service(), environment="prod", environ=SHARED)
    assert who(prod) == ("Pprod", "")


def test_a_key_without_its_project_serves_no_pinned_environment_of_several(
    tmp_path: Path,
) -> None:
    environ = {"DESCOPE_MANAGEMENT_KEY": "Kshared"}
    target = connect(tmp_path, "{dev: {project_id: Pdev}, prod: {}}", Service(), environ=environ)
    assert who(target) == ("Pdev", "")


def test_a_pinned_project_need_not_be_named_again(tmp_path: Path) -> None:
    environ = {"DESCOPE_DEV_MANAGEMENT_KEY": "Kdev"}
    target = connect(tmp_path, "{dev: {project_id: Pdev}, prod: {}}", Service(), environ=environ)
    assert who(target) == ("Pdev", "Kdev")


def test_an_embedded_service_is_given_no_credentials(tmp_path: Path) -> None:
    target = connect(tmp_path, "{dev: {endpoint: emulator}}", Service(), environ=ALL)
    assert who(target) == ("", "")
    assert target.endpoint == "emulator"


def test_a_target_shows_no_key(tmp_path: Path) -> None:
    target = connect(tmp_path, "{dev: {}}", Service(), environ=ALL)
    assert target.key not in repr(target)


# -- which project --------------------------------------------------------------------------------


def test_credentials_of_another_project_than_the_pinned_one_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadCredentials) as caught:
        connect(tmp_path, "{dev: {project_id: Pdev}}", Service(answers="Pother"), environ=ALL)
    assert caught.value.status is Exit.CREDENTIALS
    assert caught.value.message == (
        "environment `dev` is pinned to project Pdev, and the credentials are of Pother"
    )
    assert caught.value.hint == "use the credentials of Pdev"


# -- what goes wrong ------------------------------------------------------------------------------


def refusal(root: Path, fault: Fault, *, environment: str = "dev") -> DstateError:
    service = Service(fault=fault)
    with pytest.raises(DstateError) as caught:
        connect(root, f"{{{environment}: {{}}}}", service, environment=environment, environ=ALL)
    assert "Kshared" not in repr(caught.value.problems)
    return caught.value


def test_refused_credentials_are_told_with_the_exact_names_to_set(tmp_path: Path) -> None:
    error = refusal(tmp_path, Unauthorized("the key is not known"), environment="pre-prod")
    assert (type(error), error.status) == (BadCredentials, 7)
    assert error.message == "the key is not known"
    assert error.hint == "set DESCOPE_PRE_PROD_PROJECT_ID and DESCOPE_PRE_PROD_MANAGEMENT_KEY"


def test_what_the_licence_does_not_include_is_a_matter_of_credentials(tmp_path: Path) -> None:
    error = refusal(tmp_path, NotLicensed("roles need the plan pro", hint="upgrade"))
    assert (type(error), error.status) == (BadCredentials, 7)
    assert (error.message, error.hint) == ("roles need the plan pro", "upgrade")


@pytest.mark.parametrize(
    "fault",
    [
        Unavailable("no answer"),
        Throttled("no answer", after=3),
        Indeterminate("no answer"),
        Rejected("no answer"),
        NotFound("no answer"),
        Conflict("no answer"),
        Fault("no answer"),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_any_other_fault_means_that_nothing_is_known(tmp_path: Path, fault: Fault) -> None:
    error = refusal(tmp_path, fault)
    assert (type(error), error.status) == (Unreachable, 8)
    assert error.message == "`dev` could not be read: no answer"
    assert error.hint == "nothing was changed; run the command again"
    assert error.__cause__ is fault


def test_a_fault_that_knows_what_to_do_is_believed(tmp_path: Path) -> None:
    assert refusal(tmp_path, Unavailable("gone", hint="look at the proxy")).hint == (
        "look at the proxy"
    )


def test_what_is_no_fault_passes_as_it_is(tmp_path: Path) -> None:
    place = workspace(tmp_path, "{dev: {}}", providers={"descope": Service()})
    with pytest.raises(KeyError, match="bug"), translated(place):
        raise KeyError("bug")  # noqa: EM101  # whatever a mistake of ours would raise


# -- which provider -------------------------------------------------------------------------------


def test_the_provider_is_the_one_that_knows_the_endpoint(tmp_path: Path) -> None:
    service, fake = Service(), FakeProvider(FakeWorld())
    both: dict[str, Provider] = {"descope": service, "fake": fake}
    memory = workspace(tmp_path, "{dev: {endpoint: memory}}", providers=both)
    assert provider_for(memory) is fake
    real = workspace(tmp_path, "{dev: {}}", providers=both)
    assert provider_for(real) is service


def test_without_any_provider_the_command_that_installs_one_is_told(tmp_path: Path) -> None:
    with pytest.raises(DstateError, match="no provider is installed") as caught:
        provider_for(workspace(tmp_path, "{dev: {}}"))
    assert "pip install" in caught.value.hint


# -- whose limits ---------------------------------------------------------------------------------

LIMITS = (Limit(family="general", calls=1, seconds=60.0),)


def calling(root: Path, service: Service, *, budget: Path, warn: Callable[[str], None]) -> None:
    """Connect, make one call, and go."""
    place = workspace(
        root,
        "{dev: {}}",
        environ={**SHARED, "DSTATE_BUDGET_DIR": str(budget)},
        providers={"descope": service},
        warn=warn,
    )

    async def once() -> None:
        gate = Gate()
        async with connected(place, gate), gate.passing("general"):
            pass

    asyncio.run(once())


def files(folder: Path) -> int:
    return len(list(folder.iterdir()))


def test_two_ports_of_one_host_are_two_services(tmp_path: Path) -> None:
    budget = tmp_path / "budget"
    # One call a minute is all that each allows: the second would wait for the first.
    for url in ("http://127.0.0.1:8080", "http://127.0.0.1:8081/"):
        service = Service(base_url=url, limits=LIMITS)
        calling(tmp_path, service, budget=budget, warn=unheard)
    assert files(budget) == 2


def test_the_port_that_goes_without_saying_is_the_same_service(tmp_path: Path) -> None:
    budget = tmp_path / "budget"
    plenty = (Limit(family="general", calls=9, seconds=60.0),)
    for url in ("https://api.example", "https://API.example:443/"):
        service = Service(base_url=url, limits=plenty)
        calling(tmp_path, service, budget=budget, warn=unheard)
    assert files(budget) == 1


def test_a_budget_that_cannot_be_shared_is_said(tmp_path: Path) -> None:
    said: list[str] = []
    (tmp_path / "link").symlink_to(tmp_path)
    service = Service(base_url="https://api.example", limits=LIMITS)
    calling(tmp_path, service, budget=tmp_path / "link", warn=said.append)
    [warning] = said
    assert str(tmp_path / "link") in warning
    assert "by this run alone" in warning
