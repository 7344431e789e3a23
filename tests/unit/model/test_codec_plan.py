"""The plan file: complete, sealed, and refused after any change."""

import hmac
import random
from dataclasses import fields, replace
from hashlib import sha256
from pathlib import Path

import pytest

from descope_state.errors import StalePlan
from descope_state.model import codec_plan_read
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
from descope_state.model.codec import (
    decode_plan,
    encode_plan,
    plain_change,
    plan_bindings,
    revived_change,
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
from descope_state.model.value import Fingerprint, Ref, Secret, Unknown

GOLDEN = Path(__file__).parents[2] / "golden" / "plan-v1"
KEY = bytes(range(32))
SITE = Address("site", "main")
CHILD = Address("child", "page", 'a "b"\n')

BINDINGS = Bindings(
    stack="acme",
    environment="dev",
    project_id="P2abc",
    base_url="memory",
    lineage="0b5c",
    serial=7,
    config_digest="c0ffee",
    version="0.1.0",
    created="2026-01-02T03:04:05Z",
)
NOOP = Change(address=SITE, provider="fake", action=Action.NOOP)
FULL = Change(
    address=CHILD,
    provider="fake",
    action=Action.REPLACE,
    reason=Reason.IMMUTABLE,
    fields=(
        FieldChange(
            name="title",
            before=["a", {"$map": 1}],
            after=Unknown("site.main.url", (Ref("site", "main", None, "url"),), (("n", 1),)),
            edits=(
                Edit(mark=Mark.ADDED, path=("a", 0, "$b"), after={"$secret": 1}),
                Edit(mark=Mark.REMOVED, path=(), before=False),
                Edit(mark=Mark.CHANGED, path=("x",), before=1, after=1.0),
            ),
            hidden=3,
            forces_replacement=True,
            sensitive=True,
        ),
        FieldChange(name="empty", before=None, after={}),
    ),
    before={"title": ["a", {"$map": 1}], "password": Fingerprint("ab")},
    after={"$only": Secret("env:X", "cd")},
    stated=("title", "empty"),
    id="child-1",
    identity="main/page",
    depends_on=(SITE,),
    live_fingerprint="beef",
    blocked="needs a paid plan",
    moved_from=Address("child", "old"),
    importing=True,
    create_first=True,
    protected=True,
)
EVERYTHING = Plan(
    bindings=replace(BINDINGS, protected=True),
    changes=(
        FULL,
        NOOP,
        Change(address=SITE, provider="fake", action=Action.CREATE, after={}, before={}),
    ),
    drift=(
        Drift(address=SITE, sort=DriftSort.DELETED, id="site-1"),
        Drift(
            address=CHILD,
            sort=DriftSort.CHANGED,
            id="child-1",
            fields=FULL.fields,
            unmanaged=(FieldChange(name="n", before={"$a": 1}, after=None),),
        ),
    ),
    unmanaged={"site": 3, "$odd": 1},
    outputs=(
        OutputValue(name="url", value={"$unknown": "text"}, sensitive=True, description="where"),
        OutputValue(name="none", value=None),
    ),
    checks=(
        CheckResult(name="one", verdict=Verdict.UNKNOWN, message="not yet"),
        CheckResult(name="two", verdict=Verdict.PASSED),
    ),
    violations=(
        Violation(code="E5001", message="too many", hint="fewer", addresses=(SITE, CHILD)),
        Violation(code="E5002", message="never"),
    ),
    estimate=Estimate(calls=5, changes=9, waves=2, seconds=6.5, per_minute=100, refresh_calls=4),
    mode="destroy",
)
EMPTY = Plan(bindings=BINDINGS, changes=())
SMALL = Plan(bindings=BINDINGS, changes=(NOOP,))
ALONG = Plan(
    bindings=BINDINGS,
    changes=(
        Change(
            address=SITE,
            provider="fake",
            action=Action.DELETE,
            id="site-1",
            takes_along={"user": 212, "role": 2, "$odd": 1},
        ),
    ),
    estimate=Estimate(calls=3, reads=1, changes=1),
)
GOLDENS = {
    "empty.json": EMPTY,
    "small.json": SMALL,
    "everything.json": EVERYTHING,
    "along.json": ALONG,
}


@pytest.mark.parametrize("name", sorted(GOLDENS))
def test_every_golden_is_read_as_the_plan_it_was_written_from(name: str) -> None:
    assert decode_plan((GOLDEN / name).read_bytes(), KEY) == GOLDENS[name]


@pytest.mark.parametrize("name", sorted(GOLDENS))
def test_the_present_format_writes_the_golden_bytes(name: str) -> None:
    assert encode_plan(GOLDENS[name], KEY) == (GOLDEN / name).read_bytes()


def test_no_golden_is_without_a_plan_to_compare_it_with() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == set(GOLDENS)


def test_a_plan_comes_back_as_what_it_was() -> None:
    read = decode_plan(encode_plan(EVERYTHING, KEY), KEY)
    assert read == EVERYTHING
    assert [type(item) for item in read.changes[0].fields[0].edits[2].path] == [str]
    assert type(read.changes[0].fields[0].edits[2].after) is float


def test_a_plan_is_one_line() -> None:
    data = encode_plan(EVERYTHING, KEY)
    assert data.count(b"\n") == 1
    assert data.endswith(b"\n")


def test_what_is_default_takes_no_room() -> None:
    assert b'[{"action":"no-op","address":"site.main","provider":"fake"}]' in encode_plan(
        SMALL, KEY
    )


def test_every_truncation_is_refused() -> None:
    data = encode_plan(SMALL, KEY)
    for length in range(len(data)):
        with pytest.raises(StalePlan):
            decode_plan(data[:length], KEY)


def test_every_flipped_bit_of_a_small_plan_is_refused() -> None:
    data = encode_plan(SMALL, KEY)
    for position in range(len(data) * 8):
        with pytest.raises(StalePlan):
            decode_plan(flipped(data, position), KEY)


def test_two_thousand_random_flips_of_a_full_plan_are_refused() -> None:
    data = encode_plan(EVERYTHING, KEY)
    chance = random.Random(1)
    for _ in range(2000):
        with pytest.raises(StalePlan):
            decode_plan(flipped(data, chance.randrange(len(data) * 8)), KEY)


def test_without_a_key_no_flipped_bit_ends_in_anything_but_a_plan_or_a_refusal() -> None:
    data = encode_plan(EVERYTHING, KEY)
    read = refused = 0
    for position in range(0, len(data) * 8, 3):
        try:
            decode_plan(flipped(data, position), None)
            read += 1
        except StalePlan:
            refused += 1
    assert read
    assert refused


def test_another_key_is_refused_and_no_key_shows_the_plan() -> None:
    data = encode_plan(EVERYTHING, KEY)
    with pytest.raises(StalePlan, match="another state"):
        decode_plan(data, b"another key")
    assert decode_plan(data, None) == EVERYTHING


def test_two_plans_spliced_are_refused() -> None:
    one, two = encode_plan(SMALL, KEY), encode_plan(EVERYTHING, KEY)
    cut = one.index(b'"plan":')
    with pytest.raises(StalePlan):
        decode_plan(one[:cut] + two[cut:], KEY)
    with pytest.raises(StalePlan):
        decode_plan(one + two, KEY)


def test_bindings_can_be_seen_before_the_seal() -> None:
    assert plan_bindings(encode_plan(EVERYTHING, KEY)) == EVERYTHING.bindings
    assert plan_bindings(encode_plan(EMPTY, b"")) == BINDINGS


@pytest.mark.parametrize("data", [b"", b"{}", b"\n", b'{"dstate_plan":1}\n', b"\xff", b"null\n"])
def test_what_is_no_plan_at_all_is_refused(data: bytes) -> None:
    with pytest.raises(StalePlan, match="not a plan of dstate"):
        decode_plan(data, KEY)
    with pytest.raises(StalePlan, match="not a plan of dstate"):
        plan_bindings(data)


def test_a_newer_format_is_refused_with_both_numbers() -> None:
    newer = encode_plan(SMALL, KEY).replace(b'"dstate_plan":1', b'"dstate_plan":3')
    for key in (KEY, None):
        with pytest.raises(StalePlan, match="format 3, newer than format 1"):
            decode_plan(newer, key)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (b'"action":"no-op"', b'"action":"nope"', "`action` is `nope`"),
        (b'"action":"no-op",', b"", "`action` is missing"),
        (b'"action":"no-op"', b'"action":[]', "`action` is not a text"),
        (b'"action":"no-op"', b'"acts":1,"action":"no-op"', "`acts` is not a field"),
        (b'"site.main"', b'"Site"', "is not an address"),
        (b'"changes":[', b'"changes":[7,', "int stands where an object belongs"),
        (b'"changes":[', b'"changes":["x"],"x":[', "`x` is not a field"),
        (b'"provider"', b'"before":null,"provider"', "`before` is not an object"),
        (b'"provider"', b'"before":{"$fingerprint":"x"},"provider"', "`before` is not an object"),
        (b'"provider"', b'"moved_from":null,"provider"', "`moved_from` is not a text"),
        (b'"provider"', b'"fields":null,"provider"', "`fields` is not a list"),
        (b'"provider"', b'"fields":[{}],"provider"', "`name` is missing"),
        (
            b'"provider"',
            b'"fields":[{"name":"n","edits":[{"mark":"+","path":[true]}]}],"provider"',
            "`path` is not a list of names and positions",
        ),
        (b'"seconds":0.0', b'"seconds":"0"', "`seconds` is not a number"),
        (b'"unmanaged":{}', b'"unmanaged":{"a":true}', "`unmanaged.a` is not a whole number"),
        (b'"unmanaged":{}', b'"unmanaged":[]', "`unmanaged` is not an object"),
        (b'"bindings":{', b'"bindings":' + b"[" * 100_000 + b"{", "nested too deeply"),
    ],
)
def test_a_structure_that_was_never_written_is_refused(
    old: bytes, new: bytes, complaint: str
) -> None:
    data = encode_plan(SMALL, KEY)
    assert old in data
    forged = resealed(data.replace(old, new, 1))
    for key in (KEY, None):
        with pytest.raises(StalePlan, match=complaint):
            decode_plan(forged, key)


@pytest.mark.parametrize(
    "bindings", [b"7", b"{}", b"[" * 100_000, b'{"stack":1}', b"", b'{"stack":"\xff"}']
)
def test_bindings_that_were_never_written_are_refused(bindings: bytes) -> None:
    data = b'{"dstate_plan":1,"seal":"%s","plan":{"bindings":%s}}\n' % (b"0" * 64, bindings)
    with pytest.raises(StalePlan):
        plan_bindings(data)


def test_a_plan_without_bindings_is_refused() -> None:
    with pytest.raises(StalePlan, match="`bindings` is missing"):
        plan_bindings(encode_plan(SMALL, KEY).replace(b"bindings", b"bonds"))


@pytest.mark.parametrize("change", [FULL, NOOP])
def test_a_change_comes_back_from_plain_json(change: Change) -> None:
    assert revived_change(plain_change(change)) == change


@pytest.mark.parametrize(
    ("described", "names"),
    [
        (Plan, codec_plan_read.PLAN),
        (Bindings, codec_plan_read.BINDINGS),
        (Change, codec_plan_read.CHANGE),
        (FieldChange, codec_plan_read.FIELD),
        (Edit, codec_plan_read.EDIT),
        (Drift, codec_plan_read.DRIFT),
        (OutputValue, codec_plan_read.OUTPUT),
        (CheckResult, codec_plan_read.CHECK),
        (Violation, codec_plan_read.VIOLATION),
        (Estimate, codec_plan_read.ESTIMATE),
    ],
)
def test_no_field_is_forgotten(described: type[Plan], names: frozenset[str]) -> None:
    """A field that is new in the model must be written too, or it would be lost without a word."""
    assert {field.name for field in fields(described)} == names


def flipped(data: bytes, position: int) -> bytes:
    changed = bytearray(data)
    changed[position // 8] ^= 1 << position % 8
    return bytes(changed)


def resealed(data: bytes) -> bytes:
    """Seal a forged plan as its owner would, so that only its structure can give it away."""
    payload = data.split(b'"plan":', 1)[1][:-2]
    seal = hmac.new(KEY, b"dstate_plan:1:" + payload, sha256).hexdigest().encode()
    return b'{"dstate_plan":1,"seal":"%s","plan":%s}\n' % (seal, payload)
