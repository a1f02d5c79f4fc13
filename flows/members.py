"""The workers of a group dispute, pasted or from a spreadsheet: read line by line, and answered line by line.

Nothing is saved here. Each line is accepted, or refused with its reason; one that is refused only because the worker already
stands in another dispute may be taken all the same.
"""

from __future__ import annotations

import io
import re
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter
from sqlalchemy import Connection

from flows.importing.cells import Unreadable, fold, is_empty, phone, text
from flows.importing.reasons import UnreadableFile
from flows.importing.sheets import read_file
from flows.intake import against_number
from models.duplicates import elsewhere
from models.marks import plain_identity
from models.scope import Scope
from states.errors import Reason, refuse
from states.identity import masked
from states.labels import Label

#: workers of one dispute; more than that is not typed, it is a list of another kind
MOST = 2000
#: bytes of a list as it is sent, and of what it unfolds to
LARGEST, LARGEST_UNPACKED = 5 * 2**20, 60 * 2**20
_BETWEEN = re.compile(r"[,;\t、|]+")
_HEADS = {
    "name": ("姓名", "名字", "职工姓名", "申请人", "name"),
    "identity": ("身份证号", "身份证号码", "公民身份号码", "身份证", "证件号码", "identitynumber", "identity", "id"),
    "phone": ("联系电话", "电话", "手机", "手机号", "手机号码", "telephone", "phone", "mobile"),
}


@dataclass(frozen=True)
class Member:
    """One line as it was read; `no` counts from 1."""

    no: int
    name: str
    identity: str = ""
    phone: str = ""

    @property
    def masked(self) -> str:
        """The identity number as it is shown."""
        return masked(self.identity)

    def as_answer(self) -> dict[str, str]:
        """As the registration's form takes it."""
        return {"name": self.name, "identity": self.identity, "phone": self.phone}


@dataclass(frozen=True)
class Answered:
    """A line and what stands against it; `known` when only another dispute does."""

    member: Member
    reasons: tuple[Reason, ...] = ()
    known: bool = False

    @property
    def well(self) -> bool:
        """Whether it can be taken as it is."""
        return not self.reasons


def read_lines(typed: str) -> list[Member]:
    """The workers of a text, a line each: a name, and in any order an identity number and a telephone."""
    lines = [line for line in typed.splitlines() if line.strip()]
    return [_member(no, line) for no, line in enumerate(lines, start=1)]


def _member(no: int, line: str) -> Member:
    folded = unicodedata.normalize("NFKC", line)
    parts = [part.strip() for part in re.split(_BETWEEN, folded)]
    words = [part for part in parts if part] if len(parts) > 1 else folded.split()
    numbers = [word for word in words if _is_number(word)]
    name = " ".join(word for word in words if word not in numbers)
    identity = next((word for word in numbers if len(plain_identity(word)) >= 15), "")
    rest = [word for word in numbers if word != identity]
    return Member(no, name, plain_identity(identity), " ".join(rest))


def _is_number(word: str) -> bool:
    digits = sum(letter.isdigit() for letter in word)
    return digits >= 5 and digits * 2 > len(word)


def lines_of_file(name: str, content: bytes) -> str:
    """The workers of a spreadsheet as lines of text, to be looked at and mended. Raises `UnreadableFile`."""
    if len(content) > LARGEST or _unfolds_to(content) > LARGEST_UNPACKED:
        raise refuse(
            UnreadableFile,
            "file_too_big",
            Label("名单文件过大", "the list is too large"),
            Label("只保留姓名、身份证号、联系电话三列", "keep the columns name, identity number, telephone"),
            "members_file",
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"list{Path(name).suffix.lower()[:8]}"
        path.write_bytes(content)
        sheets = read_file(path).sheets
    rows = next((sheet.rows for sheet in sheets if any(any(not is_empty(cell) for cell in row) for row in sheet.rows)), [])
    return "\n".join(_lines(rows[: MOST + 50]))


def _unfolds_to(content: bytes) -> int:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return sum(part.file_size for part in packed.infolist())
    except zipfile.BadZipFile:
        return 0  # no packed file: whoever reads it says what it is


def _lines(rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    at, columns = _heading(rows)
    for row in rows[at:]:
        cells = [row[place] if place < len(row) else "" for place in columns] if columns else row
        said = [re.sub(r"\s+", " ", text(cell)) if not is_empty(cell) else "" for cell in cells]
        if any(said):
            yield "\t".join(part for part in said if part)


def _heading(rows: Sequence[Sequence[Any]]) -> tuple[int, list[int]]:
    """Where the rows begin, and in which columns name, identity number and telephone stand; no columns without a heading."""
    for at, row in enumerate(rows[:10]):
        heads = [fold(text(cell)).rstrip("*") if not is_empty(cell) else "" for cell in row]
        found = [next((place for place, head in enumerate(heads) if head in names), None) for names in _HEADS.values()]
        if found[0] is not None:
            return at + 1, [place for place in found if place is not None]
    return 0, []


def answer(connection: Connection, scope: Scope, members: Sequence[Member], applicant: Member, today: date) -> list[Answered]:
    """An answer for each line. `applicant` is the one at the counter, who need not be listed again."""
    known = elsewhere(connection, scope, [member.identity for member in members])
    seen = _Seen()
    seen.add(applicant)
    answered = []
    for member in members:
        reasons = [*_against(member, today), *seen.against(member)]
        seen.add(member)
        if not reasons and member.identity in known:
            answered.append(Answered(member, (_is_known(known[member.identity]),), known=True))
        else:
            answered.append(Answered(member, tuple(reasons)))
    return answered


class _Seen:
    """Who stood in the list so far. Two lines of one name are two persons only where both identity numbers say so."""

    def __init__(self) -> None:
        self.numbers: set[str] = set()
        #: name → whether every line of it had a number
        self.names: dict[str, bool] = {}

    def add(self, member: Member) -> None:
        """Remember a line."""
        name = fold(member.name)
        self.names[name] = self.names.get(name, True) and bool(member.identity)
        self.numbers |= {member.identity} - {""}

    def against(self, member: Member) -> Iterator[Reason]:
        """The reason, if the worker stood in the list before."""
        name = fold(member.name)
        same_name = bool(name) and name in self.names and not (member.identity and self.names[name])
        if same_name or member.identity in self.numbers:
            yield Reason(
                "twice",
                Label("与申请人或名单中另一行是同一人", "is the applicant, or stands in the list twice"),
                Label("删去其中一行;同名的两人请写身份证号", "remove one; two of one name need their numbers"),
            )


def _against(member: Member, today: date) -> Iterator[Reason]:
    if not member.name:
        yield Reason("name_missing", Label("没有姓名", "there is no name"), Label("补上姓名", "add it"))
    elif len(member.name) > 200:
        yield Reason("name_long", Label("姓名过长", "the name is too long"), Label("每行写一人", "one worker a line"))
    yield from against_number(member.identity, today)
    if member.phone:
        try:
            phone(member.phone)
        except Unreadable:
            wrong, remedy = Label("不是电话号码", "is no telephone number"), Label("更正或删去", "mend it or leave it out")
            yield Reason("phone_wrong", wrong, remedy)


def _is_known(number: str) -> Reason:
    where = Label(f"此人已在案件 {number} 中", f"this worker is in case {number} already") if number else Label(
        "此人已在其他单位的案件中", "this worker is in a case of another unit already"
    )  # fmt: skip
    return Reason("in_another_case", where, Label("确属另一争议的,勾选仍然列入", "if it is another dispute, tick to take them"))


def template() -> bytes:
    """An empty list to fill in: three columns of text, so that numbers keep all their digits."""
    kept = io.BytesIO()
    with xlsxwriter.Workbook(kept, {"in_memory": True}) as book:
        page = book.add_worksheet("名单")
        bold, plain = book.add_format({"bold": True, "bg_color": "#E8EEF7"}), book.add_format({"num_format": "@"})
        page.set_column(0, 2, 24, plain)
        page.freeze_panes(1, 0)
        for at, head in enumerate(("姓名*", "身份证号", "联系电话")):
            page.write_string(0, at, head, bold)
    return kept.getvalue()
