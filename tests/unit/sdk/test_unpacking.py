"""A body is what it was before it was packed, however it is cut; and never more than a piece."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from descope_state.sdk.unpacking import PIECE, unpacker


def unpacked(encoding: str, chunks: list[bytes]) -> bytes:
    unpack = unpacker(encoding)
    pieces = [piece for chunk in chunks for piece in unpack.pieces(chunk)]
    assert all(len(piece) <= PIECE for piece in pieces)
    unpack.close()
    return b"".join(pieces)


@given(content=st.binary(max_size=2_000), cut=st.integers(1, 40), level=st.integers(0, 9))
def test_however_it_is_cut_it_is_the_same(content: bytes, cut: int, level: int) -> None:
    packed = gzip.compress(content, level)
    chunks = [packed[at : at + cut] for at in range(0, len(packed), cut)]
    assert unpacked("gzip", chunks) == content


@pytest.mark.parametrize("size", [PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_what_grows_comes_in_pieces(size: int) -> None:
    assert unpacked("GZIP ", [gzip.compress(bytes(size))]) == bytes(size)


@pytest.mark.parametrize("encoding", ["", "identity", " Identity"])
def test_what_is_not_packed_passes(encoding: str) -> None:
    assert unpacked(encoding, [b"a", b"", b"b"]) == b"ab"


@pytest.mark.parametrize("encoding", ["br", "zstd", "deflate", "gzip, gzip"])
def test_what_was_not_asked_for_is_refused(encoding: str) -> None:
    with pytest.raises(ValueError, match="another way"):
        unpacker(encoding)


@pytest.mark.parametrize("chunks", [[b"no gzip"], [gzip.compress(b"whole")[:-3]]])
def test_what_is_broken_is_refused(chunks: list[bytes]) -> None:
    with pytest.raises(ValueError, match=r"gzip|middle"):
        unpacked("gzip", chunks)


def test_nothing_at_all_is_nothing() -> None:
    assert unpacked("gzip", []) == b""
