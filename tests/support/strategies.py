"""Arbitrary values of the engine, well-typed and as odd as the types allow."""

from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from descope_state.model.address import RESERVED_NAMES, Address
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
from descope_state.model.resource import Entry, Status
from descope_state.model.state import Snapshot
from descope_state.model.value import Fingerprint, Path, Ref, Secret, Unknown, Value

T = TypeVar("T")

# Lone surrogates included: JSON can spell them, so a service can send them.
texts = st.text(st.characters(codec=None, categories=None), max_size=12)
odd_keys = st.sampled_from(
    ["$map", "$unknown", "$secret", "$fingerprint", "$ref", "$", "$$map", "", "a", '"$', "\n"]
)
numbers = st.integers(min_value=-(2**70), max_value=2**70)
floats = st.floats(allow_nan=False, allow_infinity=False)


def names() -> SearchStrategy[str]:
    """Make names as the stack allows them."""
    return st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True).filter(
        lambda name: name not in RESERVED_NAMES
    )


def addresses() -> SearchStrategy[Address]:
    """Make addresses whose keys may hold anything."""
    return st.builds(Address, names(), names(), st.none() | texts)


def json_values() -> SearchStrategy[Value]:
    """Make JSON alone, with maps that look like placeholders among it."""
    return _nested(_scalars())


def values() -> SearchStrategy[Value]:
    """Make JSON with every placeholder anywhere in it."""
    return _nested(st.one_of(_scalars(), placeholders()))


def _scalars() -> SearchStrategy[Value]:
    return st.one_of(st.none(), st.booleans(), numbers, floats, texts)


def _nested(leaves: SearchStrategy[Value]) -> SearchStrategy[Value]:
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(texts, inner, max_size=3),
            st.dictionaries(odd_keys, inner, min_size=1, max_size=1),
        ),
        max_leaves=6,
    )


def placeholders() -> SearchStrategy[Value]:
    """Make unknowns, secrets and fingerprints."""
    refs = st.builds(Ref, names(), names(), st.none() | texts, st.none() | texts)
    bindings = st.tuples(texts, _nested(_scalars()))
    return st.one_of(
        st.builds(
            Unknown,
            texts,
            st.lists(refs, max_size=2).map(tuple),
            st.lists(bindings, max_size=2).map(tuple),
        ),
        st.builds(Secret, texts, st.none() | texts),
        st.builds(Fingerprint, texts),
    )


def attributes() -> SearchStrategy[dict[str, Value]]:
    """Make the attributes of one object."""
    return st.dictionaries(texts | odd_keys, values(), max_size=3)


def entries(address: Address, *, others: tuple[Address, ...] = ()) -> SearchStrategy[Entry]:
    """Make entries for one address, depending on some of the others."""
    needed = st.lists(st.sampled_from(others), max_size=2, unique=True) if others else st.just([])
    return st.builds(
        Entry,
        address=st.just(address),
        provider=names(),
        schema_version=st.integers(0, 9),
        id=texts.map(lambda text: f"{address}{text}"),
        identity=texts,
        inputs=attributes(),
        outputs=attributes(),
        depends_on=needed.map(tuple),
        status=st.sampled_from(Status),
        protected=st.booleans(),
    )


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    """Draw a valid state: every entry under its address, no id twice, no dangling edge."""
    held = tuple(draw(st.lists(addresses(), max_size=4, unique=True)))
    return Snapshot(
        lineage=draw(texts),
        serial=draw(st.integers(0, 2**40)),
        environment=draw(texts),
        project_id=draw(texts),
        entries={
            address: draw(entries(address, others=held[:index]))
            for index, address in enumerate(held)
        },
    )


def paths() -> SearchStrategy[Path]:
    """Make paths into values."""
    return st.lists(texts | st.integers(0, 99), max_size=3).map(tuple)


def field_changes() -> SearchStrategy[FieldChange]:
    """Make differences of one field."""
    edits = st.builds(
        Edit, mark=st.sampled_from(Mark), path=paths(), before=values(), after=values()
    )
    return st.builds(
        FieldChange,
        name=texts,
        before=values(),
        after=values(),
        edits=_tuples(edits),
        hidden=st.integers(0, 9),
        forces_replacement=st.booleans(),
        sensitive=st.booleans(),
    )


def _tuples(elements: SearchStrategy[T]) -> SearchStrategy[tuple[T, ...]]:
    return st.lists(elements, max_size=2).map(tuple)


def changes() -> SearchStrategy[Change]:
    """Make changes with every field set to anything."""
    return st.builds(
        Change,
        address=addresses(),
        provider=names(),
        action=st.sampled_from(Action),
        reason=st.sampled_from(Reason),
        fields=_tuples(field_changes()),
        before=st.none() | attributes(),
        after=st.none() | attributes(),
        stated=_tuples(texts),
        id=texts,
        identity=texts,
        depends_on=_tuples(addresses()),
        live_fingerprint=texts,
        blocked=texts,
        moved_from=st.none() | addresses(),
        importing=st.booleans(),
        create_first=st.booleans(),
        protected=st.booleans(),
        takes_along=st.dictionaries(texts, st.integers(1, 999), max_size=2),
    )


def drifts() -> SearchStrategy[Drift]:
    """Make what changed outside."""
    return st.builds(
        Drift,
        address=addresses(),
        sort=st.sampled_from(DriftSort),
        id=texts,
        fields=_tuples(field_changes()),
        unmanaged=_tuples(field_changes()),
    )


def bindings() -> SearchStrategy[Bindings]:
    """Make worlds that a plan may belong to."""
    return st.builds(
        Bindings,
        stack=texts,
        environment=texts,
        project_id=texts,
        base_url=texts,
        lineage=texts,
        serial=st.integers(0, 2**40),
        config_digest=texts,
        version=texts,
        created=texts,
        protected=st.booleans(),
    )


def plans() -> SearchStrategy[Plan]:
    """Make plans that are well-typed and otherwise arbitrary."""
    small = st.integers(0, 999)
    return st.builds(
        Plan,
        bindings=bindings(),
        changes=_tuples(changes()),
        drift=_tuples(drifts()),
        unmanaged=st.dictionaries(texts | odd_keys, small, max_size=2),
        outputs=_tuples(
            st.builds(
                OutputValue, name=texts, value=values(), sensitive=st.booleans(), description=texts
            )
        ),
        checks=_tuples(
            st.builds(CheckResult, name=texts, verdict=st.sampled_from(Verdict), message=texts)
        ),
        violations=_tuples(
            st.builds(
                Violation, code=texts, message=texts, hint=texts, addresses=_tuples(addresses())
            )
        ),
        estimate=st.builds(
            Estimate,
            calls=small,
            reads=small,
            changes=small,
            waves=small,
            seconds=floats,
            per_minute=small,
            refresh_calls=small,
        ),
        mode=texts,
        narrowed=st.booleans(),
    )
