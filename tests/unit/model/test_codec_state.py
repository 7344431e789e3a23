"""The state file: what is read is what was written, and any other bytes are refused."""

import json
from dataclasses import fields, replace
from hashlib import sha256
from pathlib import Path

import pytest

from descope_state.errors import DamagedState
from descope_state.model.address import Address
from descope_state.model.codec import (
    Malformed,
    decode_state,
    encode_state,
    plain,
    plain_entry,
    revived,
    revived_entry,
)
from descope_state.model.codec_event import ENTRY
from descope_state.model.codec_state import SNAPSHOT
from descope_state.model.resource import Entry, Status
from descope_state.model.state import Head, Snapshot
from descope_state.model.value import Fingerprint, Ref, Secret, Unknown, Value, canonical, written

GOLDEN = Path(__file__).parents[2] / "golden" / "state-v1"

SITE = Address("site", "main")
CHILD = Address("child", "page", 'a "quoted"\nkey \u20ac \ud800')


def entry(address: Address, *, id: str, inputs: dict[str, Value]) -> Entry:  # noqa: A002  # the field's name
    return Entry(
        address=address,
        provider="fake",
        schema_version=2,
        id=id,
        identity=f"the {id}",
        inputs=inputs,
        outputs={**inputs, "url": "https://example"},
    )


def full_entry() -> Entry:
    return Entry(
        address=CHILD,
        provider="fake",
        schema_version=1,
        id="child-1",
        identity="page",
        inputs={
            "password": Fingerprint("ab12"),
            "numbers": [1, 1.0, -0.5, 10**20, True, None],
            "odd": {"$map": {"$fingerprint": "not a secret"}},
            "nested": [{"$secret": 1}, {"$a": 1, "b": 2}, {}, [], [[]]],
        },
        outputs={},
        depends_on=(SITE,),
        status=Status.TAINTED,
        protected=True,
    )


def snapshot(*entries: Entry) -> Snapshot:
    return Snapshot(
        lineage="0b5c",
        serial=7,
        environment="dev",
        project_id="P2abc",
        entries={entry.address: entry for entry in entries},
    )


def small() -> Snapshot:
    return snapshot(entry(SITE, id="site-1", inputs={"name": "Main", "tags": ["a", "b"]}))


GOLDENS = {
    "empty.json": snapshot(),
    "audited.json": replace(small(), audit=Head(seq=41, hash="5e" * 32)),
    "small.json": small(),
    "everything.json": snapshot(
        entry(SITE, id="site-1", inputs={"name": "Main", "tags": ["a", "b"]}), full_entry()
    ),
}


@pytest.mark.parametrize("name", sorted(GOLDENS))
def test_every_golden_is_read_as_the_snapshot_it_was_written_from(name: str) -> None:
    assert decode_state((GOLDEN / name).read_bytes()) == GOLDENS[name]


@pytest.mark.parametrize("name", sorted(GOLDENS))
def test_the_present_format_writes_the_golden_bytes(name: str) -> None:
    assert encode_state(GOLDENS[name]) == (GOLDEN / name).read_bytes()


def test_no_golden_is_without_a_snapshot_to_compare_it_with() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == set(GOLDENS)


def test_types_survive_as_well_as_values() -> None:
    written = GOLDENS["everything.json"]
    read = decode_state(encode_state(written))
    for address, expected in written.entries.items():
        assert canonical(read.entries[address].inputs) == canonical(expected.inputs)
        assert isinstance(read.entries[address].depends_on, tuple)
        assert read.entries[address].status is expected.status


def test_a_leaf_has_a_line_of_its_own() -> None:
    assert b'\n    "name": "Main",\n' in encode_state(small())


def test_the_order_of_entries_and_keys_is_no_part_of_the_bytes() -> None:
    first = entry(SITE, id="1", inputs={"a": 1, "b": 2})
    second = entry(CHILD, id="2", inputs={})
    turned = entry(SITE, id="1", inputs={"b": 2, "a": 1})
    assert encode_state(snapshot(first, second)) == encode_state(snapshot(second, turned))


def test_every_truncation_is_refused_and_named() -> None:
    data = encode_state(small())
    for length in range(len(data)):
        with pytest.raises(DamagedState, match="truncated"):
            decode_state(data[:length])


def test_every_flipped_bit_is_refused() -> None:
    data = encode_state(small())
    for position in range(len(data) * 8):
        with pytest.raises(DamagedState):
            decode_state(flipped(data, position))


def test_bytes_after_the_end_are_refused() -> None:
    for tail in (b"\n", b" ", b"\0", b"{}", b"\n}\n"):
        with pytest.raises(DamagedState):
            decode_state(encode_state(small()) + tail)


def test_an_edit_by_hand_is_named() -> None:
    edited = encode_state(small()).replace(b'"Main"', b'"Home"')
    with pytest.raises(DamagedState, match="edited by hand") as caught:
        decode_state(edited)
    assert "state repair --accept" in caught.value.hint
    assert decode_state(edited, sealed=False).entries[SITE].inputs["name"] == "Home"


def test_an_edit_that_reformats_the_file_can_be_accepted_too() -> None:
    reformatted = json.dumps(json.loads(encode_state(small())), sort_keys=True, indent=4).encode()
    assert decode_state(reformatted, sealed=False) == small()


def test_a_name_that_an_editor_wrote_twice_is_refused_when_accepted() -> None:
    twice = encode_state(small()).replace(b'"serial": 7,', b'"serial": 7,\n "serial": 8,')
    with pytest.raises(DamagedState, match="`serial` stands twice"):
        decode_state(twice, sealed=False)


@pytest.mark.parametrize("sealed", [True, False])
def test_a_newer_format_is_refused_with_both_numbers(*, sealed: bool) -> None:
    newer = encode_state(small()).replace(b'"format": 1,', b'"format": 12,')
    for data in (newer, resealed(newer)):
        with pytest.raises(DamagedState, match="format 12, newer than format 1") as caught:
            decode_state(data, sealed=sealed)
        assert "update dstate" in caught.value.hint


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (b'"format": 1', b'"format": 0', "format 0 was never written"),
        (b'"serial": 7', b'"serial": true', "`serial` is not a whole number"),
        (b'"serial": 7', b'"serial": 7.0', "`serial` is not a whole number"),
        (b'"serial": 7', b'"serial": NaN', "`NaN` is not a number"),
        (b' "serial": 7,\n', b"", "`serial` is missing"),
        (b'"lineage": "0b5c"', b'"lineage": null', "`lineage` is not a text"),
        (b'"lineage"', b'"linage"', "`linage` is not a field"),
        (b'"site.main"', b'"site"', "`site` is not an address"),
        (b'"site.main"', b'"site.main[\\"\\\\u0061\\"]"', "is not how"),
        (b'"id": "site-1"', b'"id": 1', "`id` is not a text"),
        (b'"inputs": {', b'"inputs": 3, "outputs": {', "`inputs` is not an object"),
        (b'"schema_version": 2', b'"schema_version": 2, "status": "odd"', "`status` is `odd`"),
        (b'"schema_version": 2', b'"schema_version": 2, "depends_on": 1', "is not a list"),
        (b'"schema_version": 2', b'"schema_version": 2, "depends_on": [1]', "a list of texts"),
        (b'"schema_version": 2', b'"schema_version": 2, "protected": 1', "is not true or false"),
        (b'"Main"', b'{"$later": 1}', "`\\$later` is not a placeholder"),
        (b'"Main"', b'{"$map": {"a": 1}}', "`\\$map` is not a placeholder"),
        (b'"Main"', b"[" * 100_000 + b"]" * 100_000, "nested too deeply"),
        (b'"Main"', b"[" * 600 + b'{"$fingerprint": "x"}' + b"]" * 600, "nested too deeply"),
        (b'"Main"', b'"\xff"', "utf-8"),
        (b'"Main"', b"1" * 5000, "cannot be read"),
    ],
)
def test_a_structure_that_was_never_written_is_damage(
    old: bytes, new: bytes, complaint: str
) -> None:
    data = encode_state(small())
    assert old in data
    with pytest.raises(DamagedState, match=complaint):
        decode_state(resealed(data.replace(old, new, 1)))


@pytest.mark.parametrize("text", [b"", b"null", b"[]", b"3", b'"text"', b"{}", b"{", b"\xff\xfe"])
@pytest.mark.parametrize("sealed", [True, False])
def test_what_is_no_state_at_all_is_damage(text: bytes, *, sealed: bool) -> None:
    with pytest.raises(DamagedState):
        decode_state(text, sealed=sealed)


def test_an_entry_filed_under_another_address_is_never_written() -> None:
    misfiled = Snapshot(
        lineage="l",
        serial=1,
        environment="e",
        project_id="p",
        entries={CHILD: small().entries[SITE]},
    )
    with pytest.raises(ValueError, match=r"holds the entry of site\.main"):
        encode_state(misfiled)


@pytest.mark.parametrize(
    "value",
    [
        Unknown(
            "site.main.url",
            (Ref("site", "main", None, "url"), Ref("child", "page", "k")),
            (("each", {"$unknown": [Secret("env:X")]}), ("seats", 5)),
        ),
        Secret("env:X"),
        Secret("env:X", "ab"),
        Fingerprint("ab"),
        {"$unknown": {"expression": "a", "refs": [], "bindings": []}},
        {"$secret": {"source": "env:X"}},
        {"$map": {"$map": {"$map": 1}}},
        {"$": None},
        {"": None},
        {"$a": 1, "$b": Fingerprint("x")},
    ],
)
def test_a_value_comes_back_as_what_it_was(value: Value) -> None:
    spelled = plain(value)
    read = revived(json.loads(json.dumps(spelled)))
    assert read == value
    assert type(read) is type(value)
    assert plain(read) == spelled


def test_placeholders_are_spelled_as_the_canonical_bytes_spell_them() -> None:
    value: Value = {
        "a": Unknown("x.y", (Ref("x", "y"),), (("k", Secret("env:A", "f")),)),
        "b": [Fingerprint("d"), Secret("env:B")],
    }
    assert written(plain(value)) == canonical(value)


@pytest.mark.parametrize(
    "raw",
    [
        {"$fingerprint": 1},
        {"$secret": "env:X"},
        {"$secret": {"source": "s", "value": "v"}},
        {"$secret": {"source": "s", "fingerprint": None}},
        {"$unknown": {"expression": "e", "refs": []}},
        {"$unknown": {"expression": "e", "refs": {}, "bindings": []}},
        {"$unknown": {"expression": "e", "refs": [["kind"]], "bindings": []}},
        {"$unknown": {"expression": "e", "refs": [["k", "n", 1, None]], "bindings": []}},
        {"$unknown": {"expression": "e", "refs": [], "bindings": [["name"]]}},
        {"$map": {"$a": 1, "$b": 2}},
        {"$ref": ["a", "b", None, None]},
    ],
)
def test_a_placeholder_that_was_never_spelled_is_refused(raw: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        revived(json.loads(json.dumps(raw)))


def test_an_entry_comes_back_from_a_journal() -> None:
    assert revived_entry(plain_entry(full_entry())) == full_entry()
    bare = small().entries[SITE]
    assert revived_entry(plain_entry(bare)) == bare


def test_no_field_of_an_entry_or_a_snapshot_is_forgotten() -> None:
    assert {field.name for field in fields(Entry)} == ENTRY
    assert {field.name for field in fields(Snapshot)} == SNAPSHOT - {"checksum", "format"}


def flipped(data: bytes, position: int) -> bytes:
    changed = bytearray(data)
    changed[position // 8] ^= 1 << position % 8
    return bytes(changed)


def resealed(data: bytes) -> bytes:
    """Give a checksum that fits, as a careful forger would."""
    rest = data.split(b"\n", 2)[2]
    return b'{\n "checksum": "%s",\n%s' % (sha256(rest).hexdigest().encode(), rest)
