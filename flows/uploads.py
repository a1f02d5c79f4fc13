"""Spreadsheets that were sent to a page: kept sealed in the store while they are looked at and loaded, then dropped.

Only the person who sent a file finds it again. Of a file that was loaded the refused rows stay for two weeks. Loading is a run
(`flows.works`), done by whichever process is free: it takes the bytes from the store, so it may be another machine.
"""

from __future__ import annotations

import re
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from flows.accounts.authority import unit_in
from flows.importing import ImportReport, LedgerReport, Preview, import_contracts, import_ledger, preview_contracts
from flows.office import Office
from flows.office_journal import Deed, record
from flows.works import Claim, Counts, file_work
from models.base import AnyRow
from models.requests import OPEN_RUNS, Run
from models.scope import Scope
from models.uploads import Upload

#: what a file may be, and as which kinds of register the pages load it
SUFFIXES = (".xlsx", ".xls", ".xlsb", ".ods", ".csv")
PROFILES = ("ledger", "f7")
#: rows of a preview
FIRST = 50
#: how long files and refused rows are kept
MEMORY = timedelta(days=14)
#: the name of the run that loads a file
IMPORT = "import-upload"
_SAFE = re.compile(r"[^\w.\- ]+")
_TOLD = (Upload.key, Upload.name, Upload.profile, Upload.unit_id, Upload.person_id)


def keep_upload(office: Office, person_id: int, unit_id: int, profile: str, name: str, content: Any) -> str:
    """Keep the file, and give its key; what was forgotten long ago is removed first. `content` is an open file."""
    key = secrets.token_hex(16)
    cleaned = _SAFE.sub("_", Path(name).name).strip(". ")[-80:] or "upload.xlsx"
    row = {"key": key, "name": cleaned, "profile": profile, "unit_id": unit_id, "person_id": person_id, "at": office.now(),
           "content": content.read(), "refused_name": ""}  # fmt: skip
    with office.store.write() as connection:
        wanted = select(Run.key).where(OPEN_RUNS, Run.flow == IMPORT)
        connection.execute(delete(Upload).where(Upload.at < office.now() - MEMORY, Upload.key.not_in(wanted)))
        connection.execute(insert(Upload).values(row))
    return key


def upload_of(connection: Connection, person_id: int, key: str) -> AnyRow | None:
    """The file that is still to be loaded (key, name, profile, unit_id, person_id), for the person who sent it."""
    mine = (Upload.key == key, Upload.person_id == person_id, Upload.content.is_not(None))
    return connection.execute(select(*_TOLD).where(*mine)).one_or_none()


@contextmanager
def _as_file(office: Office, key: str) -> Iterator[Path]:
    """The file on the disk of this machine, for the length of the block: what reads spreadsheets wants a path."""
    with office.store.read() as connection:
        row = connection.execute(select(Upload.name, Upload.content).where(Upload.key == key)).one()
    with tempfile.TemporaryDirectory(prefix="concord-import-") as folder:
        path = Path(folder) / row.name
        path.write_bytes(row.content)
        yield path


def preview_of(office: Office, upload: AnyRow) -> Preview:
    """What loading a register of contracts would make of it. Raises a `Refusal`."""
    with _as_file(office, upload.key) as path:
        return preview_contracts(path, upload.profile, first=FIRST)


def load(office: Office, upload: AnyRow) -> int:
    """Have the file loaded; the id of the run. Sent off twice it is one run."""
    with office.store.write() as connection:
        connection.execute(select(Upload.key).where(Upload.key == upload.key).with_for_update())  # the second click waits here
        under_way = select(Run.id).where(OPEN_RUNS, Run.flow == IMPORT, Run.key == upload.key).limit(1)
        if (there := connection.execute(under_way).scalar_one_or_none()) is not None:
            return int(there)
        asked = {"upload": upload.key, "file": upload.name}
        return file_work(connection, office, IMPORT, asked, key=upload.key, person_id=upload.person_id)


def load_upload(mine: Claim) -> Counts:
    """The body of that run: load it, keep its refused rows, drop its bytes. Raises a `Refusal`."""
    office, key = mine.office, str(mine.asked["upload"])
    with office.store.read() as connection:
        upload = connection.execute(select(*_TOLD, Upload.content.is_(None).label("loaded")).where(Upload.key == key)).one()
    if upload.loaded:  # an earlier attempt ended between its last chunk and its last word
        return mine.counts
    with _as_file(office, key) as path:
        said = _loaded(mine, upload, path)
        refused, told = said.refused_file, said.counts()
        sheets = [told] if isinstance(said, ImportReport) else list(told.values())
        counts = {name: sum(one[name] for one in sheets) for name in ("rows", "accepted", "refused", "added", "already")}
        lines = {lang: [line for line in said.said(lang) if str(refused) not in line] for lang in ("zh", "en")}
        kept = {"content": None, "refused": refused.read_bytes() if refused else None,
                "refused_name": refused.name if refused else ""}  # fmt: skip
    with office.store.write() as connection:
        mine.hold(connection)
        connection.execute(update(Upload).where(Upload.key == key).values(kept))
        record(connection, office.now(), Deed.IMPORT_DONE, actor_id=upload.person_id, unit_id=upload.unit_id,
               profile=upload.profile or "ledger-book", **counts)  # fmt: skip
    return {**counts, "lines": lines, "upload": key, "refused_file": kept["refused_name"]}


def _loaded(mine: Claim, upload: AnyRow, path: Path) -> ImportReport | LedgerReport:
    who = {"unit_id": upload.unit_id, "actor_id": upload.person_id, "progress": mine.progress}
    if upload.profile:
        return import_contracts(mine.office, path, upload.profile, **who)
    return import_ledger(mine.office, path, **who)


def refused_rows(connection: Connection, person_id: int, key: str) -> tuple[str, bytes] | None:
    """Name and bytes of the refused rows that a load left; None when there were none, or they were forgotten."""
    mine = (Upload.key == key, Upload.person_id == person_id, Upload.refused.is_not(None))
    row = connection.execute(select(Upload.refused_name, Upload.refused).where(*mine)).one_or_none()
    return None if row is None or row.refused is None else (row.refused_name, row.refused)


def may_load(connection: Connection, scope: Scope, unit_id: int) -> str:
    """The name of the unit, if the person administers it. Raises `NotThere`."""
    return str(unit_in(connection, scope, unit_id).name)
