"""Opening a spreadsheet somebody sends: xlsx, xls, xlsb, ods and csv; anything else is refused with its reason.

Rows come as the file has them (text stays text, so "00123" keeps its zeros); a csv is UTF-8 or GB18030. A sheet's heading
need not be its first row: ledgers carry a title above it.
"""

from __future__ import annotations

import csv
import io
import struct
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from flows.importing.reasons import UnreadableFile
from states.errors import Refusal, refuse
from states.labels import Label

Cells = Sequence[Any]
#: bytes of a file, and of what a packed file unfolds to, that are read at most
LARGEST, LARGEST_UNPACKED = 100 * 2**20, 1000 * 2**20
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_REMEDY = Label("另存为 xlsx 后重新导入", "save it as xlsx and import that")


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name and all its rows, as read. Row numbers for people start at 1."""

    name: str
    rows: list[list[Any]]


@dataclass(frozen=True)
class SheetFile:
    """A file as read, with the SHA-256 of its bytes."""

    path: Path
    digest: str
    sheets: tuple[Sheet, ...]


def read_file(path: Path) -> SheetFile:
    """Everything in the file. Raises `UnreadableFile`."""
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= LARGEST else b""
    except OSError:
        what = ("文件不存在或无法读取", "the file is absent or cannot be read")
        raise _unreadable("no_file", *what, "请核对路径", "check the path") from None
    if size > LARGEST:
        raise _unreadable("file_too_big", "文件超过 100 MB", "the file is larger than 100 MB", "请分成几个文件", "split it")
    is_text = path.suffix.lower() in (".csv", ".tsv", ".txt")
    sheets = (_text_sheet(path, content),) if is_text else _sheets(content)
    if not any(sheet.rows for sheet in sheets):
        raise _unreadable("no_rows", "文件里没有任何内容", "there is nothing in the file", "请核对文件", "check the file")
    return SheetFile(path, sha256(content).hexdigest(), sheets)


def _sheets(content: bytes) -> tuple[Sheet, ...]:
    if content.startswith(_OLE) and "EncryptedPackage".encode("utf-16-le") in content:
        raise _locked()
    if not content.startswith((b"PK\x03\x04", _OLE)):
        raise _unreadable("not_a_sheet", "这不是电子表格", "this is no spreadsheet", _REMEDY.zh, _REMEDY.en)
    try:
        _check_unpacked(content)
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = [one.name for one in book.sheets_metadata if "Work" in str(one.typ)]
        return tuple(Sheet(name, book.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in names)
    except PasswordError:
        raise _locked() from None
    except (CalamineError, zipfile.BadZipFile, struct.error, RuntimeError, ValueError, OSError):
        raise _broken() from None


def _check_unpacked(content: bytes) -> None:
    if content.startswith(_OLE):
        return
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        if sum(part.file_size for part in packed.infolist()) > LARGEST_UNPACKED:
            raise _unreadable("file_too_big", "解压后超过 1 GB", "it unfolds to more than 1 GB", "请分成几个文件", "split it")


def _text_sheet(path: Path, content: bytes) -> Sheet:
    if b"\x00" in content:
        raise _unreadable("not_a_sheet", "这不是文本表格", "this is no table of text", _REMEDY.zh, _REMEDY.en)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise _unreadable("encoding", "文字编码无法识别", "its encoding is unknown", "另存为 UTF-8", "save it as UTF-8")
    first = text.partition("\n")[0]
    comma = max((",", "\t", ";"), key=first.count)
    try:
        return Sheet(path.stem, list(csv.reader(io.StringIO(text, newline=""), delimiter=comma)))
    except csv.Error:
        raise _broken() from None


def _broken() -> Refusal:
    zh, en = "电子表格已损坏或格式不符", "the spreadsheet is damaged or of an unknown kind"
    return _unreadable("broken_sheet", zh, en, _REMEDY.zh, _REMEDY.en)


def _locked() -> Refusal:
    return _unreadable(
        "password", "文件有密码保护", "the file is protected by a password", "去掉密码后另存", "save it without the password"
    )


def _unreadable(code: str, zh: str, en: str, remedy_zh: str, remedy_en: str) -> Refusal:
    return refuse(UnreadableFile, code, Label(zh, en), Label(remedy_zh, remedy_en))
