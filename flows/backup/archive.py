"""The file of a backup: a tar whose last two members are the manifest and the digest of all that stands before.

A file that was cut off has no manifest; a byte that was changed anywhere does not fit its digest. `open_archive` reads the
whole file once before it gives anything out. The digest finds damage and not forgery: who writes the file can write its digest.
"""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import orjson

from flows.backup.faults import Damaged

MANIFEST, SEAL = "manifest.json", "SHA256"
_BLOCK, _READ = 512, 1 << 20


class _Digested:
    """Writes on, and digests what it writes."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.digest = file, sha256()

    def write(self, some: bytes) -> int:
        """Write those bytes."""
        self.digest.update(some)
        return self.file.write(some)

    def tell(self) -> int:
        """Where it is."""
        return self.file.tell()


class ArchiveWriter:
    """The file as it grows; `digests` are those of its members."""

    def __init__(self, file: IO[bytes], mtime: float) -> None:
        self._file, self._mtime = _Digested(file), mtime
        out: Any = self._file
        self._tar = tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT)  # noqa: SIM115  closed by `close`
        self.digests: dict[str, str] = {}

    def add(self, name: str, content: bytes) -> None:
        """One member, readable by the owner alone when it is taken out."""
        member = tarfile.TarInfo(name)
        member.size, member.mode, member.mtime = len(content), 0o600, int(self._mtime)
        self._tar.addfile(member, BytesIO(content))
        self.digests[name] = sha256(content).hexdigest()

    def close(self, manifest: dict[str, Any]) -> None:
        """Write the manifest, with the digests of all members, and the digest of everything."""
        self.add(MANIFEST, orjson.dumps({**manifest, "members": self.digests}, option=orjson.OPT_INDENT_2))
        self.add(SEAL, self._file.digest.hexdigest().encode())
        self._tar.close()


@contextmanager
def new_archive(target: Path, mtime: float) -> Iterator[ArchiveWriter]:
    """A file under that name, on the disk, once the block ended well; else none. Raises `FileExistsError` if there is one."""
    if target.exists():
        raise FileExistsError(17, "there is such a file already", str(target))
    growing = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(growing, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            yield ArchiveWriter(file, mtime)
            file.flush()
            os.fsync(file.fileno())
        growing.replace(target)
        sync_folder(target.parent)
    finally:
        growing.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Bring the names of a folder to the disk: after a power cut a renamed file bears its new name."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


class Archive:
    """A backup that was found whole."""

    def __init__(self, file: Path, members: dict[str, tarfile.TarInfo]) -> None:
        self._file, self._members = file, members
        self.manifest: dict[str, Any] = orjson.loads(self.read(MANIFEST))
        told, there = set(self.manifest["members"]), set(members) - {MANIFEST, SEAL}
        if told != there:
            raise Damaged(f"{file.name}: other members than its manifest names")

    def read(self, name: str) -> bytes:
        """The content of a member. Raises `Damaged` if it changed since the file was looked through."""
        member = self._members[name]
        with self._file.open("rb") as file:
            file.seek(member.offset_data)
            content = file.read(member.size)
        if name != MANIFEST and sha256(content).hexdigest() != self.manifest["members"][name]:
            raise Damaged(f"{self._file.name}: {name} was changed")
        return content


def open_archive(file: Path) -> Archive:
    """The backup in that file, read once from end to end. Raises `Damaged`, `FileNotFoundError`."""
    try:
        with tarfile.open(file, "r:") as tar:
            members = {member.name: member for member in tar.getmembers()}
            last = members[SEAL]
            sealed = tar.extractfile(last)
            told = sealed.read() if sealed is not None else b""
        well = told.decode("ascii") == _digest(file, last.offset) and _nothing_after(file, last.offset_data + last.size)
    except (tarfile.TarError, KeyError, UnicodeDecodeError) as fault:
        raise Damaged(f"{file.name}: {type(fault).__name__}") from None
    if not well or MANIFEST not in members:
        raise Damaged(f"{file.name}: its digest does not fit")
    return Archive(file, members)


def _digest(file: Path, up_to: int) -> str:
    total, left = sha256(), up_to
    with file.open("rb") as opened:
        while left and (some := opened.read(min(_READ, left))):
            total.update(some)
            left -= len(some)
    return total.hexdigest()


def _nothing_after(file: Path, at: int) -> bool:
    """Whether the tar ends as one does: two empty blocks, filled up with nothing to a whole record."""
    with file.open("rb") as opened:
        opened.seek(at)
        rest = opened.read(tarfile.RECORDSIZE + _BLOCK + 1)
    return (
        2 * _BLOCK <= len(rest) <= tarfile.RECORDSIZE + _BLOCK and (at + len(rest)) % tarfile.RECORDSIZE == 0 and not any(rest)
    )
