"""Raw streams, one on another: counted, unpacked, recoded.

Each gives what stands before a fault. A stream never raises for bad bytes: it ends, and leaves in
`Damage` what was wrong and where.
"""

from __future__ import annotations

import codecs
import copy
import io
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from idgraph.errors import MissingExtraError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
BOM_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CHUNK = 1 << 18
_RATIO = 1000
_RATIO_FROM = 8 << 20
"""Below so many unpacked bytes a high ratio harms nobody."""
_WINDOW = 128 << 20
_LATIN = frozenset(b"\x80\x85\x91\x92\x93\x94\x96\x97" + bytes(range(0xA0, 0xFF)))
"""What programs of western Europe write beyond ASCII: letters and signs of Latin-1, and the quotes,
dashes and the euro of Windows-1252. 0xFF is left out: it fills what is blank or broken."""


class Damage:
    """What ended a stream before its time: a reject slug, and the offset in unpacked bytes.

    `latin` says that bytes which are no UTF-8 were taken for Latin-1.
    """

    slug: str | None = None
    offset: int = 0
    latin: bool = False


class Packed(Protocol):
    """A decompressor of zlib's shape."""

    @property
    def eof(self) -> bool:
        """Whether the member is whole."""

    @property
    def unused_data(self) -> bytes:
        """What stands behind the member."""

    def decompress(self, data: bytes, /) -> bytes:
        """Return what the next bytes unpack to."""


class _Raw(io.RawIOBase):
    """A readable raw stream that is filled from `_next`, chunk by chunk, until it gives nothing."""

    def __init__(self, damage: Damage) -> None:
        super().__init__()
        self.damage = damage
        self.given = 0
        self._pending = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Fill the whole buffer where the input allows it, so that a peek shows a whole head."""
        room = memoryview(buffer).cast("B")
        filled = 0
        while filled < len(room):
            if not self._pending:
                chunk = self._next()
                if not chunk:
                    break
                self._pending = memoryview(chunk)
            part = self._pending[: len(room) - filled]
            room[filled : filled + len(part)] = part
            self._pending = self._pending[len(part) :]
            filled += len(part)
        self.given += filled
        return filled

    def _next(self) -> bytes:
        raise NotImplementedError

    def _end(self, slug: str) -> bytes:
        if self.damage.slug is None:
            self.damage.slug = slug
            self.damage.offset = self.given + len(self._pending)
        return b""


class Counted(_Raw):
    """The bytes of a file; tells `on_bytes` how many were taken."""

    def __init__(
        self,
        file: BinaryIO,
        damage: Damage,
        on_bytes: Callable[[int], object],
        *,
        owned: bool = True,
    ) -> None:
        """Read from `file`, which is closed with this stream where it is `owned`."""
        super().__init__(damage)
        self._owned = owned
        self._file = file
        self._on_bytes = on_bytes

    def _next(self) -> bytes:
        try:
            chunk = self._file.read(_CHUNK)
        except OSError:
            return self._end("corrupt")
        self._on_bytes(len(chunk))
        return chunk

    def close(self) -> None:
        """Close the file too."""
        if self._owned and not self.closed:
            self._file.close()
        super().close()


class Unpacked(_Raw):
    """What a gzip or zstd stream unpacks to, member after member."""

    def __init__(self, packed: io.BufferedReader[Any], damage: Damage, magic: bytes) -> None:
        """Read from `packed`, which starts with `magic`."""
        super().__init__(damage)
        self._packed = packed
        self._zstd = magic == ZSTD
        self._open: Callable[[], Packed] = _zstd if self._zstd else _gzip
        self._member: Packed | None = self._open()
        self._fault = _zstd_error() if self._zstd else zlib.error
        self._rest = b""
        self._taken = 0
        self._made = 0
        self._fatal = ""

    def _next(self) -> bytes:
        while not self._fatal:
            chunk = self._rest or self._packed.read(2048 if self._zstd else 16384)
            self._rest = b""
            if not chunk:
                return self._end("cut") if self._member else b""
            if self._member is None:
                chunk = chunk.lstrip(b"\0")  # tapes and block devices pad with zeros
                if not chunk:
                    continue
                self._member = self._open()
            self._taken += len(chunk)
            made = self._unpack(self._member, chunk)
            if made is None:
                return self._end("corrupt")
            self._made += len(made)
            if self._made > _RATIO_FROM and self._made > _RATIO * self._taken:
                self._fatal = "too-dense"
            if made:
                return made
        return self._end(self._fatal)

    def _unpack(self, member: Packed, chunk: bytes) -> bytes | None:
        before = None if self._zstd else copy.copy(member)
        try:
            made = member.decompress(chunk)
        except self._fault:
            return None if before is None else self._until_fault(before, chunk)
        if member.eof:
            self._member, self._rest = None, member.unused_data
            self._taken -= len(self._rest)
        return made

    def _until_fault(self, member: Packed, chunk: bytes) -> bytes | None:
        """Take a damaged chunk byte by byte: what it gives before the damage is still good."""
        made = bytearray()
        for place in range(len(chunk)):
            try:
                made += member.decompress(chunk[place : place + 1])
            except self._fault:
                break
        self._fatal = "corrupt"
        return bytes(made) or None

    def close(self) -> None:
        """Close what was packed too."""
        if not self.closed:
            self._packed.close()
        super().close()


def _gzip() -> Packed:
    return zlib.decompressobj(31)


def _zstd() -> Packed:
    try:
        import zstandard
    except ImportError:
        raise MissingExtraError(
            "the input is packed with zstd, and the package zstandard is not installed",
            remedy="Run `pip install zstandard`, or unpack the file with `zstd -d`.",
        ) from None
    member: Packed = zstandard.ZstdDecompressor(max_window_size=_WINDOW).decompressobj()
    return member


def _zstd_error() -> type[Exception]:
    import zstandard

    fault: type[Exception] = zstandard.ZstdError
    return fault


class Recoded(_Raw):
    """UTF-16 with a byte order mark, as UTF-8.

    A lone half of a character becomes bytes that are no UTF-8, so that its row is a reject.
    """

    def __init__(self, coded: io.BufferedReader[Any], damage: Damage) -> None:
        """Read from `coded`, which starts with a byte order mark of UTF-16."""
        super().__init__(damage)
        self._coded = coded
        self._decoder = codecs.getincrementaldecoder("utf-16")("surrogatepass")
        self._ended = False

    def _next(self) -> bytes:
        while not self._ended:
            chunk = self._coded.read(_CHUNK)
            self._ended = not chunk
            try:
                made = self._decoder.decode(chunk, final=self._ended)
            except UnicodeDecodeError:
                return self._end("cut")
            if made:
                return made.encode("utf-8", "surrogatepass")
        return b""

    def close(self) -> None:
        """Close what was coded too."""
        if not self.closed:
            self._coded.close()
        super().close()


class Widened(_Raw):
    """Latin-1 as UTF-8, where the bytes say so; all else as it is.

    The first bytes beyond ASCII decide for the whole input: Latin-1, if none of them stands in a
    character of UTF-8 and each is one that Latin-1 is used for. In a text of both, a byte that is
    no UTF-8 is damage, and its row a reject.
    """

    def __init__(self, plain: io.BufferedReader[Any], damage: Damage) -> None:
        """Read from `plain`, which is neither packed nor marked as UTF-8 or UTF-16."""
        super().__init__(damage)
        self._plain = plain
        self._decided = False

    def _next(self) -> bytes:
        chunk: bytes = self._plain.read(_CHUNK)
        while not self._decided and not chunk.isascii():
            more = self._plain.read(_CHUNK)
            latin = _is_latin(chunk, final=not more)
            self._decided = latin is not None
            self.damage.latin = bool(latin)
            chunk += more
        return chunk.decode("cp1252", "replace").encode() if self.damage.latin else chunk

    def close(self) -> None:
        """Close what is read from too."""
        if not self.closed:
            self._plain.close()
        super().close()


def _is_latin(chunk: bytes, *, final: bool) -> bool | None:
    """Tell Latin-1 from UTF-8; None where the chunk is cut in its only character beyond ASCII."""
    text = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode(chunk, final=final)
    beyond = {ord(character) for character in text if not character.isascii()}
    if not beyond:
        return None
    return b"\0" not in chunk and all(number - 0xDC00 in _LATIN for number in beyond)
