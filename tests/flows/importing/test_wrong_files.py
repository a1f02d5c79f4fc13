"""Files that are no spreadsheet, or not one of ours: each is refused with its own reason, and nothing is written."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from flows.importing import import_contracts, import_ledger
from flows.importing.reasons import UnreadableFile, WrongColumns
from flows.office import Office
from tests.flows.importing.conftest import CountRows, WriteSheet

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
OLE = bytes.fromhex("d0cf11e0a1b11ae1")


@pytest.mark.parametrize(("name", "content", "code"), [
    ("photo.xlsx", PNG, "not_a_sheet"),
    ("photo.csv", PNG, "not_a_sheet"),
    ("paper.xlsx", b"%PDF-1.7", "not_a_sheet"),
    ("empty.xlsx", b"", "not_a_sheet"),
    ("empty.csv", b"", "no_rows"),
    ("locked.xlsx", OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600), "password"),
    ("broken.xls", OLE + bytes(600), "broken_sheet"),
    ("broken.xlsx", b"PK\x03\x04" + bytes(100), "broken_sheet"),
])  # fmt: skip
def test_a_file_that_cannot_be_read(
    office: Office, tmp_path: Path, count: CountRows, name: str, content: bytes, code: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnreadableFile) as refused:
        import_contracts(office, path, "f7", unit_id=1, actor_id=None)
    (reason,) = refused.value.reasons
    assert reason.code == code
    assert all([reason.text.zh, reason.text.en, reason.remedy.zh, reason.remedy.en])
    assert count("import_file") == 0


def test_a_file_that_is_not_there(office: Office, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="no_file"):
        import_contracts(office, tmp_path / "none.xlsx", "f7", unit_id=1, actor_id=None)


def test_an_empty_sheet(office: Office, sheet: WriteSheet) -> None:
    with pytest.raises(UnreadableFile, match="no_rows"):
        import_contracts(office, sheet([]), "f7", unit_id=1, actor_id=None)


def test_a_zip_that_is_no_workbook(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "photos.xlsx"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("a.txt", "x")
    with pytest.raises(UnreadableFile, match="broken_sheet"):
        import_contracts(office, path, "f7", unit_id=1, actor_id=None)


def test_a_ledger_without_our_sheets(office: Office, sheet: WriteSheet) -> None:
    with pytest.raises(WrongColumns, match="no_such_sheet"):
        import_ledger(office, sheet([["a"], ["b"]], page="Sheet1"), unit_id=1, actor_id=None)
