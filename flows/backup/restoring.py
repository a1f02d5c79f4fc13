"""Restoring: the file is found whole first, the place empty; then everything is written, read back and compared, and only then
does it count. A backup of an older program is restored in its own shape and then brought to ours.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection

from config.settings import Settings
from flows.backup.archive import Archive, open_archive
from flows.backup.faults import Damaged, KeyNeeded, NotTheSame
from flows.backup.keys import KEY, Keys
from flows.backup.places import empty_place
from flows.backup.taking import FORMAT, Progress
from models.audit import Broken, head_now, verify
from models.migrating import StoreTooNew, bring_to, fill_search, known_revisions
from models.portable import Carried, Column, Row, count_rows, set_sequences, write_rows
from models.search_tables import filled_at_once
from models.vault import VAULT

_NAME = re.compile(r"[a-z_]{1,60}")
_KINDS = frozenset({"tick", "number", "day", "instant", "json", "bytes", "text"})


@dataclass(frozen=True)
class Restored:
    """What was restored."""

    tables: Mapping[str, int]
    head: str
    taken_at: datetime
    #: the database it was taken from
    database: str
    #: whether the key of its sealed fields is here now
    key_here: bool
    #: places of the record that were broken in the backup already
    broken: Sequence[Broken]

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return sum(self.tables.values())


def restore_backup(settings: Settings, file: Path, now: datetime, progress: Progress | None = None) -> Restored:
    """Restore that file into the place of the settings. Raises `Damaged`, `NotEmpty`, `InUse`, `StoreTooNew`, `KeyNeeded`."""
    archive = open_archive(file)
    manifest = archive.manifest
    carried = [_carried(one) for one in manifest["tables"]]
    revision = str(manifest["revision"])
    older = _is_older(manifest["format"], revision)
    keys = Keys.in_text(archive.read(KEY)) if manifest["with_key"] else None
    here = Keys.of(settings.home)
    kept = keys.before(here) if keys is not None else here
    key_here = set(manifest["keys"]) <= set(kept.marks)
    if older and manifest["keys"] and not key_here:
        raise KeyNeeded
    with empty_place(settings, now) as connection:
        if kept != here:
            kept.write(settings.home)
        if older:
            VAULT.unlock(settings.home / KEY)
        broken = _fill(connection, archive, carried, progress)
    counts = {one["name"]: one["rows"] for one in manifest["tables"]}
    return Restored(
        counts, manifest["head"], datetime.fromisoformat(manifest["taken_at"]), manifest["database"],
        key_here or not manifest["keys"], broken,
    )  # fmt: skip


def _is_older(form: Any, revision: str) -> bool:
    known = known_revisions()
    if form != FORMAT or revision not in known:
        raise StoreTooNew(
            f"the backup is of revision {revision}, which this program does not know (newest: {known[-1]}); update the program"
        )
    return revision != known[-1]


def _carried(told: Mapping[str, Any]) -> Carried:
    columns = tuple(Column(name, kind) for name, kind in told["columns"])
    names = (told["name"], *told["key"], *(column.name for column in columns))
    if not all(_NAME.fullmatch(name) for name in names) or not {column.kind for column in columns} <= _KINDS:
        raise Damaged(f"the manifest names a table or column that is none: {told['name']!r}")
    return Carried(told["name"], columns, tuple(told["key"]))


def _fill(connection: Connection, archive: Archive, carried: Sequence[Carried], progress: Progress | None) -> Sequence[Broken]:
    """Make the tables, write the rows, and compare what is there then; what the verifier finds broken."""
    manifest = archive.manifest
    bring_to(connection, manifest["revision"])
    for one, told in zip(carried, manifest["tables"], strict=True):
        with filled_at_once(connection) if one.name == "search_text" else nullcontext():
            write_rows(connection, one, _batches(archive, told["parts"]))
        there = count_rows(connection, one.name)
        if there != told["rows"]:
            raise NotTheSame(f"{one.name}: {told['rows']} rows told, {there} written")
        if progress is not None:
            progress(one.name, there)
    set_sequences(connection, carried)
    if manifest["revision"] != known_revisions()[-1]:
        bring_to(connection, "head")
        fill_search(connection)
    connection.exec_driver_sql("ANALYZE")
    if head_now(connection) != manifest["head"]:
        raise NotTheSame("the head of the record differs")
    return verify(connection).broken


def _batches(archive: Archive, parts: Sequence[str]) -> Iterator[list[Row]]:
    for part in parts:
        for line in zlib.decompress(archive.read(part)).split(b"\n"):
            yield orjson.loads(line)
