"""The uploaded file: taken in under a random name, looked over once, opened again by whoever works on it."""

import codecs
import gzip
import hashlib
import io
import os
import secrets
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, Protocol
from uuid import UUID

from django.conf import settings

from programs.imports.errors import FileRefused

MAX_BYTES = 256 * 1024 * 1024
MAX_PLAIN_BYTES = 1024 * 1024 * 1024
MAX_ROWS = 3_000_000
MAX_COLUMNS = 100
MAX_LINE_BYTES = 256 * 1024
ORPHAN_AGE = timedelta(days=1)
_BLOCK = 256 * 1024
# Bytes that mean nothing in Windows' western code page; a file that has them is taken as Latin-1.
_NOT_IN_CP1252 = b"\x81\x8d\x8f\x90\x9d"


class Readable(Protocol):
    """Anything that gives its bytes block by block, as uploaded and opened files do."""

    def read(self, size: int = ..., /) -> bytes: ...


@dataclass(frozen=True)
class StoredFile:
    """A file as it was taken in: where it lies, what it is, and how its text is to be read."""

    name: str
    sha256: str
    size_bytes: int
    encoding: str
    lines: int
    is_gzip: bool


def folder() -> Path:
    """Where imports wait; readable to the application's user only."""
    path = Path(settings.DATA_DIR) / "imports"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def take_in(*, tenant: UUID, file: Readable) -> StoredFile:
    """Keep a file under a random name that tells whose it is, and look it over. Nothing is kept of a refused one.

    Raises FileRefused: too large, not text, a broken gzip, lines without end, too many rows.
    """
    name = f"{tenant.hex}.{secrets.token_hex(12)}"
    path = folder() / name
    try:
        digest, size = _copy(file, path)
        return _looked_over(path, name, digest, size)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def discard(name: str) -> None:
    """Remove a kept file; one that is gone already is no matter."""
    if name:
        (folder() / name).unlink(missing_ok=True)


def left_behind(*, tenant: UUID) -> list[str]:
    """The brand's files older than `ORPHAN_AGE`: those of no open import were taken in by a process that then died."""
    before = time.time() - ORPHAN_AGE.total_seconds()
    found = []
    for path in folder().glob(f"{tenant.hex}.*"):
        with suppress(FileNotFoundError):  # somebody has just worked it off
            if path.stat().st_mtime < before:
                found.append(path.name)
    return found


@contextmanager
def opened(name: str, encoding: str) -> Iterator[IO[str]]:
    """The kept file's text, decompressed, its line ends as they are."""
    path = folder() / name
    with path.open("rb") as raw, _plain(raw) as plain, io.TextIOWrapper(plain, encoding, newline="") as text:
        yield text


@contextmanager
def _plain(raw: IO[bytes]) -> Iterator[IO[bytes]]:
    is_gzip = raw.read(2) == b"\x1f\x8b"
    raw.seek(0)
    if not is_gzip:
        yield raw
        return
    with gzip.GzipFile(fileobj=raw) as unpacked:
        yield io.BufferedReader(unpacked, _BLOCK)


def _copy(file: Readable, path: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        while block := file.read(_BLOCK):
            size += len(block)
            if size > MAX_BYTES:
                raise FileRefused("too_large", "This file is too large.", most_bytes=MAX_BYTES)
            digest.update(block)
            out.write(block)
    if not size:
        raise FileRefused("empty", "This file is empty.")
    return digest.hexdigest(), size


@dataclass
class _Look:
    """What one pass over the plain bytes finds."""

    size: int = 0
    lines: int = 0
    since_newline: int = 0
    is_utf8: bool = True
    has_odd_bytes: bool = False
    last: bytes = b""

    def take(self, block: bytes, decoder: codecs.IncrementalDecoder) -> None:
        self.size += len(block)
        if self.size > MAX_PLAIN_BYTES:
            raise FileRefused("too_large", "Unpacked, this file is too large.", most_bytes=MAX_PLAIN_BYTES)
        if b"\0" in block:
            raise FileRefused("not_text", "This file is not text: save the table as CSV.")
        first, last = block.find(b"\n"), block.rfind(b"\n")
        self._measure(block, first, last)
        self.lines += block.count(b"\n")
        if self.lines > MAX_ROWS:
            raise FileRefused("too_many_rows", "This file has too many rows.", most_rows=MAX_ROWS)
        self.last = block[-1:]
        self.has_odd_bytes = self.has_odd_bytes or any(byte in block for byte in _NOT_IN_CP1252)
        if self.is_utf8:
            try:
                decoder.decode(block)
            except UnicodeDecodeError:
                self.is_utf8 = False

    def _measure(self, block: bytes, first: int, last: int) -> None:
        if first < 0:
            self.since_newline += len(block)
        longest = self.since_newline + max(first, 0)
        if first >= 0:
            if last - first > MAX_LINE_BYTES:
                longest = max(longest, max(len(line) for line in block[first:last].split(b"\n")))
            self.since_newline = len(block) - last - 1
        if max(longest, self.since_newline) > MAX_LINE_BYTES:
            raise FileRefused("line_too_long", "A line of this file never ends.", most_bytes=MAX_LINE_BYTES)


def _looked_over(path: Path, name: str, digest: str, size: int) -> StoredFile:
    look, decoder = _Look(), codecs.getincrementaldecoder("utf-8")("strict")
    with path.open("rb") as raw:
        start = raw.read(4)
        raw.seek(0)
        if start[:2] == b"PK" or start[:2] in (b"\xff\xfe", b"\xfe\xff") or start[:4] in (b"%PDF", b"\xd0\xcf\x11\xe0"):
            raise FileRefused("not_text", "This file is not text: save the table as CSV in UTF-8.")
        try:
            with _plain(raw) as plain:
                while block := plain.read(_BLOCK):
                    look.take(block, decoder)
            if look.is_utf8:
                decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            look.is_utf8 = False
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise FileRefused("broken_gzip", "This gzip file is damaged.") from error
    return StoredFile(
        name=name,
        sha256=digest,
        size_bytes=size,
        encoding="utf-8-sig" if look.is_utf8 else "latin-1" if look.has_odd_bytes else "cp1252",
        lines=look.lines + (look.last not in (b"\n", b"")),
        is_gzip=start[:2] == b"\x1f\x8b",
    )
