"""Unpacks a body piece by piece, so that nobody has to hold what a small one grows to.

An HTTP client that inflates whatever it has received makes 64 MB of each 64 kB it reads.
"""

import zlib
from collections.abc import Iterator
from typing import Protocol

# No piece is longer.
PIECE = 1 << 20
_GZIP = 16 + zlib.MAX_WBITS


class Unpacker(Protocol):
    """Gives the content of a body as it comes in; a ValueError says why there is none."""

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        """Give what a chunk of the body holds."""

    def close(self) -> None:
        """Hear that the body is over."""


class _Plain:
    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        yield chunk

    def close(self) -> None:
        """Know nothing of where a plain body ends."""


class _Gzip:
    def __init__(self) -> None:
        self._stream = zlib.decompressobj(wbits=_GZIP)
        self._begun = False

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        self._begun = True
        try:
            while True:
                piece = self._stream.decompress(chunk, PIECE)
                yield piece
                chunk = self._stream.unconsumed_tail
                if not chunk and len(piece) < PIECE:
                    return
        except zlib.error:
            message = "it is no gzip"
            raise ValueError(message) from None

    def close(self) -> None:
        if self._begun and not self._stream.eof:
            message = "it ends in the middle"
            raise ValueError(message)


def unpacker(encoding: str) -> Unpacker:
    """Choose how a body is unpacked; a ValueError where that was not asked for."""
    match encoding.strip().lower():
        case "" | "identity":
            return _Plain()
        case "gzip" | "x-gzip":
            return _Gzip()
        case _:
            message = "it is packed in another way than was asked for"
            raise ValueError(message)
