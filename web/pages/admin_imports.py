"""Importing with a preview: a file is sent, looked at row by row, then loaded; refused rows come back as a file."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response
from starlette.background import BackgroundTask

from flows.importing import write_template
from flows.office import Office
from flows.office_journal import Deed, record
from flows.uploads import IMPORT, PROFILES, SUFFIXES, keep_upload, load, may_load, preview_of, upload_of
from models.administration import topmost
from models.base import AnyRow
from models.works import works_of
from states.errors import InvalidAnswers, Reason, Refusal
from states.labels import Label
from web.access import ForAdministrators, TheOffice, Visitor
from web.errors import NotFound
from web.pages.admin_units import unit_named
from web.pages.administration import administered_by
from web.posted import Posted, file_of, text_of
from web.rendering import go, page

router = APIRouter(prefix="/administration/imports")
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = {"": Label("整本台账(单位、人员、合同、争议)", "A whole ledger (units, people, contracts, disputes)"),
         "ledger": Label("合同台账", "Register of contracts"),
         "f7": Label("美国联邦 F-7 通知表", "F-7 notices (United States)")}  # fmt: skip


@router.get("")
def imports(request: Request, office: TheOffice, visitor: ForAdministrators) -> Response:
    """The form, the template, and what was loaded before."""
    return _form(request, office, visitor)


def _form(request: Request, office: TheOffice, visitor: Visitor, refusal: Refusal | None = None, unit: str = "",
          kind: str = "") -> Response:  # fmt: skip
    with office.store.read() as connection:
        tops = topmost(connection, administered_by(visitor))
        works = works_of(connection, visitor.person_id, IMPORT)
    told: dict[str, Any] = {"works": works, "unit": unit or (tops[0].code if tops else ""), "kind": kind, "kinds": KINDS}
    status, reasons = (422, refusal.reasons) if refusal is not None else (200, ())
    return page(request, visitor, "administration/imports.html", status=status, reasons=reasons, **told)


@router.get("/template")
def template(office: TheOffice, visitor: ForAdministrators) -> Response:
    """The empty ledger, with what belongs into each column."""
    with tempfile.NamedTemporaryFile(suffix=".xlsx", delete=False) as made:
        path = Path(made.name)
    write_template(path)
    with office.store.write() as connection:
        record(connection, office.now(), Deed.LIST_EXPORTED, actor_id=visitor.person_id, what="ledger-template")
    name = "ledger-template.xlsx" if visitor.lang == "en" else "台账模板.xlsx"
    return FileResponse(path, media_type=SPREADSHEET, filename=name, background=BackgroundTask(path.unlink))


@router.post("")
def send(request: Request, office: TheOffice, visitor: ForAdministrators, form: Posted) -> Response:
    """Take the file and show what would become of it."""
    unit, kind, file = text_of(form, "unit"), text_of(form, "kind"), file_of(form, "file")
    try:
        with office.store.read() as connection:
            unit_id = unit_named(connection, visitor, unit, "unit")
        if kind not in ("", *PROFILES) or file is None or not (file.filename or "").lower().endswith(SUFFIXES):
            raise InvalidAnswers([_NO_FILE])
        key = keep_upload(office, visitor.person_id, unit_id, kind, file.filename or "", file.file)
        if kind:
            preview_of(office, _upload(office, visitor, key))
    except Refusal as refusal:
        return _form(request, office, visitor, refusal, unit, kind)
    return go(f"/administration/imports/{key}")


_NO_FILE = Reason("no_file", Label("请选择电子表格文件", "choose a spreadsheet"),
                  Label("可用:xlsx、xls、xlsb、ods、csv", "xlsx, xls, xlsb, ods or csv"), "file")  # fmt: skip


def _upload(office: Office, visitor: Visitor, key: str) -> AnyRow:
    with office.store.read() as connection:
        upload = upload_of(connection, visitor.person_id, key)
    if upload is None:
        raise NotFound
    return upload


@router.get("/{key}")
def preview(request: Request, office: TheOffice, visitor: ForAdministrators, key: str) -> Response:
    """The first fifty rows with an answer each, the columns that were found, and how many rows would be refused and why."""
    upload = _upload(office, visitor, key)
    with office.store.read() as connection:
        unit = may_load(connection, administered_by(visitor), upload.unit_id)
    try:
        shown, reasons = (preview_of(office, upload) if upload.profile else None), ()
    except Refusal as refusal:
        shown, reasons = None, refusal.reasons  # type: ignore[assignment]
    told: dict[str, Any] = {"upload": upload, "preview": shown, "reasons": reasons, "unit": unit, "kinds": KINDS}
    columns = shown.profile.columns if shown is not None else {}
    said = {field: _words(column.choices) for field, column in columns.items() if column.choices}
    return page(request, visitor, "administration/preview.html", **told, said=said)


def _words(choices: Mapping[str, str]) -> dict[str, str]:
    """Value → the word people write for it."""
    found: dict[str, str] = {}
    for word, value in choices.items():
        found.setdefault(value, word)
    return found


@router.post("/{key}")
def run(office: TheOffice, visitor: ForAdministrators, key: str, _form: Posted) -> Response:
    """Load the file; the page of the work says how far it is."""
    upload = _upload(office, visitor, key)
    with office.store.read() as connection:
        may_load(connection, administered_by(visitor), upload.unit_id)
    return go(f"/administration/works/{load(office, upload)}")
