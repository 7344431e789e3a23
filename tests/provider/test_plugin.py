"""Where the provider connects to, as whom, and what that costs at start-up."""

import subprocess
import sys
from pathlib import Path

import pytest
import respx

from descope_state.sdk.faults import Fault, Rejected, Unauthorized, Unavailable
from descope_state.sdk.provider import Tier
from descope_state.sdk.schema import fields_of
from dstate_descope import Descope
from dstate_descope.emulator.world import fresh, save
from dstate_descope.naming import FILE, emulated_project
from dstate_descope.plugin import base_url
from tests.provider.connections import KEY, PROJECT, CountingGate, embedded, target

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("endpoint", "project", "url"),
    [
        ("", "P2" + "a" * 26, "https://api.descope.com"),
        ("descope", "P" + "a" * 30, "https://api.descope.com"),
        ("", "Puse1" + "a" * 27, "https://api.use1.descope.com"),
        ("", "Peuc1" + "a" * 27, "https://api.euc1.descope.com"),
        ("https://auth.acme.example/", "P2" + "a" * 26, "https://auth.acme.example"),
        ("http://127.0.0.1:8080", "Peuc1" + "a" * 27, "http://127.0.0.1:8080"),
        ("http://[::1]:8080", PROJECT, "http://[::1]:8080"),
    ],
)
def test_the_base_url_follows_endpoint_and_region(endpoint: str, project: str, url: str) -> None:
    assert base_url(endpoint, project) == url


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://auth.acme.example",
        "ftp://auth.acme.example",
        "emulater",
        "https://",
        "https://user:planted@auth.acme.example",
        "https://auth.acme.example?key=planted",
    ],
)
def test_an_endpoint_that_would_give_the_key_away_is_refused(endpoint: str) -> None:
    with pytest.raises(Rejected) as caught:
        base_url(endpoint, PROJECT)
    assert "planted" not in str(caught.value)


@pytest.mark.parametrize(
    ("project", "key", "words"),
    [
        ("", "", "no project id and no management key"),
        ("", KEY, "no project id"),
        (PROJECT, "", "no management key"),
        ("X2fake0000000", KEY, "is not a project id"),
        ("P2fake/../0000000", KEY, "is not a project id"),
        (PROJECT, "planted", "is not one of Descope's"),
        (PROJECT, "Kplanted\nx: y", "is not one of Descope's"),
    ],
)
async def test_what_is_wrong_with_the_credentials_is_named(
    project: str, key: str, words: str
) -> None:
    with pytest.raises(Unauthorized) as caught:
        async with Descope().connect(target(endpoint="", project_id=project, key=key)):
            pytest.fail("a connection was opened")
    assert words in caught.value.message
    assert "`local`" in caught.value.message
    assert "planted" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize(
    ("answer", "tier"),
    [
        ({"rateLimitTier": "tier1"}, Tier.FREE),
        ({"rateLimitTier": "tier4"}, Tier.ENTERPRISE),
        ({"rateLimitTier": "tier9"}, Unavailable),
        ({}, Unavailable),
    ],
)
async def test_the_tier_is_asked(answer: dict[str, str], tier: Tier | type[Fault]) -> None:
    with respx.mock(base_url="https://api.descope.com") as router:
        router.get("/v1/mgmt/license").respond(json=answer)
        async with Descope().connect(target(endpoint="", project_id=PROJECT, key=KEY)) as session:
            if isinstance(tier, Tier):
                assert await session.tier() is tier
            else:
                with pytest.raises(tier):
                    await session.tier()


async def test_entering_asks_the_service_nothing() -> None:
    gate = CountingGate()
    async with Descope().connect(
        target(endpoint="", project_id=PROJECT, key=KEY, gate=gate)
    ) as session:
        assert session.project_id == PROJECT
        families = {limit.family for limit in session.limits}
        assert families == {"general", "user", "user search", "audit search"}
        assert KEY not in repr(session)
    assert gate.families == []


async def test_the_baseline_is_what_the_emulator_begins_with() -> None:
    async with embedded() as session:
        for name, kind in session.kinds.items():
            if kind.singleton:
                continue
            held = {kind.identity(remote.config) async for remote in kind.list()}
            assert held == session.baseline().get(name, frozenset())


async def test_every_call_passes_the_gate_once() -> None:
    gate = CountingGate()
    async with Descope().connect(target(gate=gate)) as session:
        await session.tier()
        assert [row async for row in session.kinds["tenant"].list()] == []
    assert gate.families == ["general", "general"]


def test_emulated_projects_are_told_apart() -> None:
    names = ["local", "dev", "dev-test", "devtest", "a-very-long-name-indeed", "a-very-long-name"]
    projects = {emulated_project(name) for name in names}
    assert len(projects) == len(names)
    assert all(project.startswith("Pemulator") for project in projects)
    assert all(len(project) == 28 and project.isalnum() for project in projects)


def test_an_emulated_project_belongs_to_its_folder_and_its_file_says_which(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    assert emulated_project("local", str(one)) != emulated_project("local", str(other))
    assert emulated_project("local", str(one)) == emulated_project("local", str(one))
    # As every version before kept it.
    save(fresh("Pemulatorlocal25bf8e1a2393f1"), one / FILE)
    assert emulated_project("local", str(one)) == "Pemulatorlocal25bf8e1a2393f1"
    # The state knows as well; but an emulator never poses as a real project.
    assert emulated_project("local", str(other), remembered="PemulatorX") == "PemulatorX"
    assert emulated_project("local", str(other), remembered=PROJECT) != PROJECT
    one.rename(other)
    assert emulated_project("local", str(other)) == "Pemulatorlocal25bf8e1a2393f1"


# Where what the service begins with is not the zero value.
NOT_ZERO = {
    ("access_key", "status"),
    ("password_settings", "min_length"),
    ("sso_application", "enabled"),
    ("sso_application", "oidc"),
}


def test_no_field_states_itself_twice_and_defaults_are_the_services_zero_values() -> None:
    for kind in Descope.kinds:
        for field in fields_of(kind.model).values():
            if field.statable and not field.required and not field.computed:
                zero = field.default in ("", False, [], {}, None)
                assert zero or (kind.name, field.name) in NOT_ZERO, (kind.name, field.name)


def _loaded(code: str) -> set[str]:
    script = f"{code}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script],
        check=True,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    return set(done.stdout.split())


def test_importing_the_provider_loads_no_transport_and_no_emulator() -> None:
    loaded = _loaded("import dstate_descope")
    pydantic = _loaded("import pydantic\nclass Model(pydantic.BaseModel): pass")
    assert not (loaded - pydantic) & {"httpx", "ssl", "logging", "asyncio", "socket", "random"}
    assert not {name for name in loaded if name.startswith("dstate_descope.emulator")}


def test_the_embedded_emulator_needs_no_http_library() -> None:
    loaded = _loaded(
        "import asyncio\nfrom tests.provider.embedded_probe import main\nasyncio.run(main())"
    )
    assert "dstate_descope.emulator.api" in loaded
    assert not loaded & {"httpx", "httpcore", "certifi"}
