"""Taking a backup while the office works: one reading of the store as it is at one instant, table by table, row by row.

Writers go on meanwhile: SQLite's WAL and PostgreSQL's REPEATABLE READ show this reading the store as it was. Memory holds a
part of a table, not the table.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, insert

from config.settings import Settings
from config.version import version_of_the_program
from flows.backup.archive import ArchiveWriter, new_archive
from flows.backup.faults import NoKey, WrongShape
from flows.backup.keys import KEY, Keys
from flows.office import Office
from models.audit import head_now
from models.migrating import known_revisions, revision_of
from models.portable import Carried, Row, read_rows, tables
from models.requests import Run
from models.session import Store

#: what the files that we name are called: their order is their age
NAME = re.compile(r"concord-\d{8}-\d{6}\.tar")
FORMAT = 1
#: the name of backups in the journal of runs
FLOW = "backup"
#: bytes of a part before it is packed; rows that are larger have a part of their own
PART = 4 << 20
#: packing harder costs five times the time for a tenth of the size
LEVEL = 1
Progress = Callable[[str, int], None]


@dataclass(frozen=True)
class Taken:
    """What was taken, and where it lies."""

    file: Path
    bytes: int
    rows: int
    head: str
    #: whether the key of sealed fields is inside
    with_key: bool
    #: whether this home has a key at all
    has_key: bool


def file_name(now: datetime) -> str:
    """The name of a backup taken at that instant (UTC)."""
    return f"concord-{now:%Y%m%d-%H%M%S}.tar"


def take_backup(
    store: Store, settings: Settings, now: datetime, target: Path, *, with_key: bool = False, progress: Progress | None = None
) -> Taken:
    """Write the store into that file, which is there when it is whole. Raises `WrongShape`, `FileExistsError`."""
    revision = revision_of(store)
    if revision != known_revisions()[-1]:
        raise WrongShape(f"the store: {revision or 'empty'}, this program: {known_revisions()[-1]}")
    keys = Keys.of(settings.home)
    if with_key and not keys.lines:
        raise NoKey
    target.parent.mkdir(parents=True, exist_ok=True)
    with store.snapshot() as connection, new_archive(target, now.timestamp()) as archive:
        carried = [_carry(connection, archive, one, progress) for one in tables()]
        head = head_now(connection)
        if with_key:
            archive.add(KEY, keys.content)
        archive.close({
            "format": FORMAT, "program": version_of_the_program(), "revision": revision, "database": connection.dialect.name,
            "taken_at": now.isoformat(), "tables": carried, "head": head, "keys": keys.marks, "with_key": with_key,
        })  # fmt: skip
    rows = sum(one["rows"] for one in carried)
    return Taken(target, target.stat().st_size, rows, head, with_key, bool(keys.marks))


def _carry(connection: Connection, archive: ArchiveWriter, one: Carried, progress: Progress | None) -> dict[str, Any]:
    count = 0
    parts: list[str] = []
    for part, rows in _parts(read_rows(connection, one)):
        name = f"rows/{one.name}/{len(parts) + 1:06d}.jsonl.z"
        archive.add(name, zlib.compress(part, LEVEL))
        parts.append(name)
        count += rows
    if progress is not None:
        progress(one.name, count)
    columns = [[column.name, column.kind] for column in one.columns]
    return {"name": one.name, "columns": columns, "key": list(one.key), "rows": count, "parts": parts}


def _parts(batches: Iterable[list[Row]]) -> Iterator[tuple[bytes, int]]:
    """The rows in parts of a few megabytes, a line of JSON for some of them: (bytes, rows)."""
    lines: list[bytes] = []
    size = count = 0
    for rows in batches:
        lines.append(orjson.dumps(rows))  # many at once: the bytes of a single row would lie in a buffer made for more
        size, count = size + len(lines[-1]) + 1, count + len(rows)
        if size >= PART:
            yield b"\n".join(lines), count
            lines, size, count = [], 0, 0
    if lines:
        yield b"\n".join(lines), count


def note_taken(office: Office, taken: Taken, begun: datetime) -> None:
    """Put the backup into the journal of runs, once it is whole: watchers ask how old the last one is."""
    done = insert(Run).values(
        flow=FLOW, key=taken.file.name[:120], state="done", asked={}, filed_at=begun, started_at=begun, ended_at=office.now(),
        attempt=1, holder="", observed=False, flow_run_id="", counts={"rows": taken.rows, "bytes": taken.bytes}, error="",
    )  # fmt: skip
    with office.store.write() as connection:
        connection.execute(done)


def forget_old(folder: Path, keep: int) -> list[Path]:
    """Delete all but the newest backups of that folder, by the names we give; those that were deleted."""
    ours = sorted(file for file in folder.iterdir() if NAME.fullmatch(file.name))
    old = ours[: max(0, len(ours) - keep)]
    for file in old:
        file.unlink()
    return old
