"""Spreadsheets that were sent to a page: kept in a folder of their own while they are looked at and loaded, then removed.

Only the person who sent a file finds it again. Of a file that was loaded the refused rows stay for two weeks.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from flows.accounts.authority import unit_in
from flows.importing import ImportReport, LedgerReport, Preview, import_contracts, import_ledger, preview_contracts
from flows.long_work import Progress, begin
from flows.office import Office
from flows.office_journal import Deed, record
from models.scope import Scope

#: what a file may be, and as which kinds of register the pages load it
SUFFIXES = (".xlsx", ".xls", ".xlsb", ".ods", ".csv")
PROFILES = ("ledger", "f7")
#: rows of a preview
FIRST = 50
#: how long files and refused rows are kept
MEMORY = timedelta(days=14)
_KEY = re.compile(r"[0-9a-f]{32}")
_SAFE = re.compile(r"[^\w.\- ]+")


@dataclass(frozen=True)
class Upload:
    """A file that was sent: whose, for which unit, read how. `profile` empty: a whole ledger."""

    key: str
    name: str
    profile: str
    unit_id: int
    person_id: int
    at: str


def keep_upload(office: Office, person_id: int, unit_id: int, profile: str, name: str, content: Any) -> Upload:
    """Keep the file; what was forgotten long ago is removed first. `content` is an open file."""
    forget_uploads(office)
    key = secrets.token_hex(16)
    cleaned = _SAFE.sub("_", Path(name).name).strip(". ")[-80:] or "upload.xlsx"
    upload = Upload(key, cleaned, profile, unit_id, person_id, office.now().isoformat())
    folder = _folder(office, key)
    folder.mkdir(parents=True, mode=0o700)
    with (folder / cleaned).open("xb") as target:
        shutil.copyfileobj(content, target)
    (folder / "upload.json").write_text(json.dumps(asdict(upload)))
    return upload


def upload_of(office: Office, person_id: int, key: str) -> Upload | None:
    """The file, for the person who sent it."""
    if not _KEY.fullmatch(key):
        return None
    try:
        found = Upload(**json.loads((_folder(office, key) / "upload.json").read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return found if found.person_id == person_id and file_of(office, found).exists() else None


def _folder(office: Office, key: str) -> Path:
    return office.settings.home / "imports" / key


def file_of(office: Office, upload: Upload) -> Path:
    """Where the file lies."""
    return _folder(office, upload.key) / upload.name


def preview_of(office: Office, upload: Upload) -> Preview:
    """What loading a register of contracts would make of it. Raises a `Refusal`."""
    return preview_contracts(file_of(office, upload), upload.profile, first=FIRST)


def load(office: Office, upload: Upload) -> int:
    """Load the file as long work; the id of its row. The file is removed at the end."""

    def body(progress: Progress) -> dict[str, Any]:
        path = file_of(office, upload)
        unit_id, actor_id = upload.unit_id, upload.person_id
        said: ImportReport | LedgerReport
        if upload.profile:
            said = import_contracts(office, path, upload.profile, unit_id=unit_id, actor_id=actor_id, progress=progress)
        else:
            said = import_ledger(office, path, unit_id=unit_id, actor_id=actor_id, progress=progress)
        refused, told = said.refused_file, said.counts()
        sheets = [told] if isinstance(said, ImportReport) else list(told.values())
        counts = {name: sum(one[name] for one in sheets) for name in ("rows", "accepted", "refused", "added", "already")}
        with office.store.write() as connection:
            record(connection, office.now(), Deed.IMPORT_DONE, actor_id=upload.person_id, unit_id=upload.unit_id,
                   profile=upload.profile or "ledger-book", **counts)  # fmt: skip
        path.unlink(missing_ok=True)
        lines = {lang: [line for line in said.said(lang) if str(refused) not in line] for lang in ("zh", "en")}
        return {**counts, "lines": lines, "refused_file": refused.name if refused is not None else ""}

    told = {"file": upload.name, "upload": upload.key, "unit_id": upload.unit_id}
    return begin(office, "web-import", actor_id=upload.person_id, key=upload.key, body=body, **told)


def refused_file(office: Office, key: str, name: str) -> Path | None:
    """The refused rows that a load left; None when they were forgotten."""
    if not _KEY.fullmatch(key) or not name or Path(name).name != name:
        return None
    found = [folder / name for folder in (_folder(office, key), office.settings.home / "imports") if (folder / name).exists()]
    return found[0] if found else None


def forget_uploads(office: Office) -> int:
    """Remove what was sent long ago; how many files."""
    gone, oldest = 0, office.now() - MEMORY
    for told in (office.settings.home / "imports").glob("*/upload.json"):
        try:
            old = datetime.fromisoformat(json.loads(told.read_text())["at"]) < oldest
        except (OSError, ValueError, KeyError):
            old = True
        if old:
            shutil.rmtree(told.parent, ignore_errors=True)
            gone += 1
    return gone


def may_load(connection: Connection, scope: Scope, unit_id: int) -> str:
    """The name of the unit, if the person administers it. Raises `NotThere`."""
    return str(unit_in(connection, scope, unit_id).name)
