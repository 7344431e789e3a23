"""The law of secrets: whatever is asked and whatever goes wrong, no secret is in any byte."""

import base64
import hashlib
import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, quote_plus

from hypothesis import given
from hypothesis import strategies as st

from descope_state.config.secrets import fingerprint
from tests.support.fake_world import FakeWorld
from tests.support.laws import law
from tests.support.model_apply import applied
from tests.support.pipeline import (
    EMPTY,
    KEY,
    SCHEMAS,
    environ_of,
    planned,
    said,
    write_stack,
    write_state,
)
from tests.support.worlds import CREDENTIALS, Stack, Written, stacks

# Long enough not to be found by chance; with everything that an encoding would spell otherwise. The
# mark at the end of it keeps it from being a word that dstate says of itself, such as `diagnostic`.
CANARIES = (
    st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=10, max_size=24)
    .filter(lambda text: len(set(text)) > 6)
    .map(lambda text: f"{text}¤7")
)


def spellings(secret: str) -> Iterator[bytes]:
    """Spell a secret in every way in which it may leak."""
    raw = secret.encode()
    yield raw
    yield secret[::-1].encode()
    for start in range(3):
        # In the middle of a longer text it falls on one of three places.
        yield base64.b64encode(b"\0" * start + raw)[4:-4]
        yield base64.urlsafe_b64encode(b"\0" * start + raw)[4:-4]
    yield base64.b32encode(raw).rstrip(b"=")
    yield raw.hex().encode()
    yield raw.hex().upper().encode()
    yield quote(secret, safe="").encode()
    yield quote_plus(secret).encode()
    yield json.dumps(secret)[1:-1].encode()
    yield json.dumps(secret, ensure_ascii=False)[1:-1].encode()
    yield repr(secret)[1:-1].encode()
    yield "".join(f"&#{ord(letter)};" for letter in secret).encode()
    for algorithm in ("md5", "sha1", "sha256", "sha512"):
        # A digest without a key can be guessed at.
        yield hashlib.new(algorithm, raw).hexdigest().encode()


def check_silent(secrets: dict[str, str], found: dict[str, bytes]) -> None:
    """Look for secrets in everything that was said and written."""
    for secret in secrets.values():
        for spelling in spellings(secret):
            for place, data in found.items():
                assert spelling not in data, (place, spelling)


def written_below(root: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def commands(stack: Stack) -> list[list[str]]:
    """Ask everything there is to ask."""
    places = [block.title for block in stack.blocks if block.keys is None and block.wanted]
    return [
        ["validate"],
        ["validate", "--json"],
        ["plan", "-out", "p.json"],
        ["plan", "--json", "--json-into", "events.jsonl"],
        ["plan", "--verbose"],
        ["plan", "-destroy", "-out", "d.json"],
        ["plan", "-refresh-only"],
        ["plan", "-refresh=false"],
        ["show", "p.json", "--verbose"],
        ["show", "--json", "p.json"],
        ["show", "--json", "d.json"],
        ["graph"],
        *(["why", place] for place in places[-2:]),
    ]


def credentials(*sources: str) -> tuple[Written, ...]:
    """State one credential for each source."""
    return tuple(
        Written(
            kind="credential",
            name=f"k{number}",
            body={"name": f"k{number}", "password": f"${{secret('{source}')}}"},
        )
        for number, source in enumerate(sources)
    )


def run_all(root: Path, stack: Stack, world: FakeWorld, *, secrets: dict[str, str]) -> set[int]:
    """Run every command, look at what it leaves, and give the statuses."""
    statuses = set()
    write_stack(root, stack, files=[stack.blocks])
    for arguments in commands(stack):
        answer = said(arguments, root, world, environ=environ_of(secrets))
        statuses.add(answer.status)
        said_now = {"out": answer.out.encode(), "err": answer.err.encode()}
        check_silent(secrets, {f"{arguments} {part}": said_now[part] for part in said_now})
    check_silent(secrets, written_below(root))
    return statuses


@law(12)
@given(stacks(3), CANARIES, CANARIES, CANARIES)
def test_no_secret_is_in_any_byte(stack: Stack, first: str, second: str, fresh: str) -> None:
    old = dict(zip(CREDENTIALS, (first, second), strict=True))
    new = {**old, "env:FIRST": fresh}
    stack = replace(stack, blocks=(*stack.blocks, *credentials(*CREDENTIALS)))
    world = FakeWorld()
    made = planned(stack, world, EMPTY)
    snapshot = applied(made, world, EMPTY, schemas=SCHEMAS, secrets=old)
    # One secret has been rotated, and one object has been changed by somebody.
    for credential in world.held("credential").values():
        credential["name"] += " outside"
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        write_state(root, snapshot)
        assert run_all(root, stack, world, secrets=new) == {0}


def mistakes() -> list[Written]:
    """Put a secret everywhere it may not be."""
    secret = "${secret('env:FIRST')}"
    bodies: list[tuple[str, dict[str, object]]] = [
        ("page", {"body": secret}),
        ("page", {"body": f"x {secret}"}),
        ("record", {"tags": {"t": secret}}),
        ("record", {"count": secret}),
        ("document", {"content": {"deep": [secret]}}),
        ("label", {"for_each": secret}),
        ("label", {"for_each": [secret]}),
        ("label", {"when": secret}),
        ("label", {"depends_on": [secret]}),
        ("label", {"description": "${secret(vars.word)}"}),
        ("label", {"description": "${size(secret('env:FIRST'))}"}),
        ("label", {"description": "${credential.k0.password}"}),
        ("label", {"description": "${credential.k0.password + 'x'}"}),
        ("credential", {"password": secret, "created_time": secret}),
        ("credential", {"password": "${secret('env:NOWHERE')}"}),
        ("credential", {"password": {"in": secret}}),
        ("credential", {"password": [secret]}),
    ]
    return [
        Written(kind=kind, name=f"m{number}", body={"name": f"m{number}", **body})
        for number, (kind, body) in enumerate(bodies)
    ]


@law(20)
@given(st.sampled_from(mistakes()), CANARIES)
def test_no_mistake_brings_a_secret_to_light(mistake: Written, canary: str) -> None:
    secrets = {"env:FIRST": canary}
    stack = Stack(blocks=(*credentials("env:FIRST"), mistake))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        assert 1 in run_all(root, stack, FakeWorld(), secrets=secrets)


BESIDES: list[dict[str, object]] = [
    {},
    {"bogus": 1},
    {"name": 3},
    {"name": "${nope.x}"},
    {"lifecycle": {"x": 1}},
    {"depends_on": ["label.none"]},
]


@law(30)
@given(CANARIES, st.sampled_from(BESIDES))
def test_a_secret_that_was_written_in_clear_is_not_repeated(
    canary: str, besides: dict[str, object]
) -> None:
    body: dict[str, object] = {"name": "k", "password": canary, **besides}
    mistake = Written(kind="credential", name="k", body=body)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        write_stack(root, Stack(blocks=(mistake,)), files=[[mistake]])
        for arguments in (["plan", "--json"], ["validate"], ["validate", "--json"]):
            answer = said(arguments, root, FakeWorld(), environ={})
            assert answer.status == 1
            check_silent({"": canary}, {"out": answer.out.encode(), "err": answer.err.encode()})


def test_the_law_would_notice() -> None:
    """A scan that finds nothing proves something only if it finds what is there."""
    secret = 'c4n4ry "ü"/+?'
    for spelling in spellings(secret):
        try:
            check_silent({"": secret}, {"place": b"before " + spelling + b" after"})
        except AssertionError:
            continue
        raise AssertionError(spelling)
    check_silent({"": secret}, {"place": fingerprint(secret, key=KEY).encode()})
