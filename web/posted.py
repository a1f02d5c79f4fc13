"""What a form brought: checked to be ours, small enough, and turned into the answers the door takes.

Nothing is judged here. Values stay as they were typed; the step's own model reads them and gives the reasons.
"""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import BaseModel
from starlette.datastructures import FormData, UploadFile

from web.access import Anybody
from web.errors import FormRefused
from web.fields import Asking, Field, fields_of

#: a group dispute of two thousand members typed by hand has fewer fields than this
MOST_FIELDS = 5000
MOST_FILES = 20


async def read_form(request: Request) -> AsyncIterator[FormData]:
    """The fields and files of the request. Starlette keeps large files on disk, not in memory; they go with the request."""
    async with request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=1024 * 1024) as form:
        yield form


async def posted(form: Annotated[FormData, Depends(read_form)], visitor: Anybody) -> FormData:
    """The form of somebody signed in, with the key of his session. Raises `FormRefused` without it."""
    if visitor is not None and not is_key(text_of(form, "form_key"), visitor.form_key):
        raise FormRefused
    return form


def is_key(given: str, key: str) -> bool:
    """Whether that is the key; how much of it is right does not show in the time it takes."""
    return hmac.compare_digest(given.encode(errors="replace"), key.encode())


Posted = Annotated[FormData, Depends(posted)]


def text_of(form: FormData, name: str, default: str = "") -> str:
    """A text of the form, trimmed; the default where it is missing or a file."""
    value = form.get(name, default)
    return _typed(value).strip() if isinstance(value, str) else default


def texts_of(form: FormData, name: str) -> list[str]:
    """All texts of that name: a row of ticks."""
    return [_typed(value) for value in form.getlist(name) if isinstance(value, str)]


def _typed(text: str) -> str:
    """The text without U+0000: nobody types it, and PostgreSQL keeps no text that has it."""
    return text.replace("\x00", "")


def numbers_of(form: FormData, name: str) -> list[int]:
    """All whole numbers of that name: the rows somebody chose. What is no number is left out."""
    return [value for text in texts_of(form, name) if (value := whole(text)) is not None]


def number_of(form: FormData, name: str) -> int:
    """The whole number of that name, an id or a version; 0 where none was sent, or something else."""
    return whole(text_of(form, name)) or 0


def whole(text: str) -> int | None:
    """A whole number that an id can be; None for any other text ("²" and a thousand nines are no ids)."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def file_of(form: FormData, name: str) -> UploadFile | None:
    """A file of the form; None when none was chosen."""
    value = form.get(name)
    return value if value is not None and not isinstance(value, str) and value.filename else None


def answers_of(form: FormData, asked: type[BaseModel], hidden: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The answers to what was asked, as they were typed; fields left empty are left out."""
    shape = fields_of(asked, Asking("zh", hidden=hidden))
    found = {field.name: _answer(form, field) for field in shape}
    return {name: value for name, value in found.items() if value not in ("", [], None)}


def _answer(form: FormData, field: Field) -> Any:
    if field.kind == "tick":
        return text_of(form, field.name) != ""
    if field.kind == "ticks":
        return texts_of(form, field.name)
    if field.kind == "lines":
        return [line.strip() for line in text_of(form, field.name).splitlines() if line.strip()]
    if field.kind == "rows":
        return _rows(form, field)
    return text_of(form, field.name)


def _rows(form: FormData, field: Field) -> list[dict[str, Any]]:
    """The rows of a table that have anything in them, in their order."""
    columns = {cell.name.rpartition(".")[2]: cell for cell in field.rows[0]}
    parts = (name.split(".") for name in form)
    numbers = sorted({no for part in parts if len(part) == 3 and part[0] == field.name and (no := whole(part[1])) is not None})
    rows = []
    for no in numbers:
        row = {}
        for name, cell in columns.items():
            value = _answer(form, Field(f"{field.name}.{no}.{name}", "", cell.kind, cell.required))
            if value not in ("", [], None, False) or (cell.kind == "tick" and value):
                row[name] = value
        chosen = {name for name, cell in columns.items() if cell.kind == "choice"}
        if set(row) - chosen:
            rows.append(row)
    return rows
