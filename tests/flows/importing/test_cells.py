"""Cells as people write them: what is read, and what is refused with which reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from flows.importing import cells
from flows.importing.cells import Unreadable
from flows.importing.disputes import Part, read_instalments

DAY = date(2026, 9, 16)


@pytest.mark.parametrize("written", [
    DAY, datetime.combine(DAY, time(13, 5)), "2026-09-16", "2026-9-16", "2026年9月16日", "2026 年 09 月 16 号", "2026.9.16",
    "2026/9/16", " 2026-09-16　", "２０２６年９月１６日", "20260916", 20260916.0, 46281.0, 46281, "46281",
    "2026-09-16 00:00:00", "2026-09-16T08:30:00",
])  # fmt: skip
def test_one_day_in_many_spellings(written: Any) -> None:
    assert cells.day(written) == DAY


def test_a_year_that_comes_last_is_read_only_where_the_profile_says_how() -> None:
    assert cells.day("9/16/2026", "mdy") == DAY
    assert cells.day("16.9.2026", "dmy") == DAY
    with pytest.raises(Unreadable, match="not_a_day"):
        cells.day("9/16/2026")


@pytest.mark.parametrize("written", [
    time(0, 0), timedelta(0), 0, 0.0, "0", "00:00:00", "1900-01-00", date(1899, 12, 31),
    datetime.combine(date(1899, 12, 30), time(0)),
])  # fmt: skip
def test_a_spreadsheet_zero_is_called_what_it_is(written: Any) -> None:
    with pytest.raises(Unreadable, match="zero_date"):
        cells.day(written)


@pytest.mark.parametrize("written", ["长期", "2026-02-30", "2026-13-01", "尽快", "12", time(9, 30), "1.5", True])
def test_what_is_no_day(written: Any) -> None:
    with pytest.raises(Unreadable, match="not_a_day"):
        cells.day(written)


@pytest.mark.parametrize(("written", "read"), [
    (12.0, 12), (12, 12), ("12", 12), ("1,200", 1200), ("１２０人", 120), (" 35 名", 35), ("12.0", 12), (0, 0),
])  # fmt: skip
def test_whole_numbers(written: Any, read: int) -> None:
    assert cells.whole(written) == read


@pytest.mark.parametrize(("reader", "written", "code"), [
    (cells.whole, 1.5, "not_whole"), (cells.whole, "多人", "not_whole"), (cells.whole, -3, "negative"),
    (cells.whole, float("nan"), "not_whole"), (cells.whole, 1e300, "too_big"),
    (cells.money, "1.005", "not_money"), (cells.money, "-1", "negative"), (cells.money, "若干", "not_money"),
    (cells.money, "1e30", "too_big"), (cells.money, float("inf"), "not_money"),
    (cells.phone, "12345", "not_a_phone"), (cells.phone, "138000000011", "not_a_phone"),
    (cells.identity, "11010519491231002", "identity_length"), (cells.identity, "110105194912310021", "identity_wrong"),
    (cells.identity, 1.1010519491231e17, "identity_rounded"),
    (cells.credit_code, "91110000600037341X", "credit_wrong"), (cells.email, "某某", "not_an_email"),
    (cells.yes_no, "也许", "not_yes_no"),
])  # fmt: skip
def test_what_cannot_be_read_has_its_reason(reader: Callable[[Any], Any], written: Any, code: str) -> None:
    with pytest.raises(Unreadable, match=code):
        reader(written)


@pytest.mark.parametrize(("written", "fen"), [
    ("1,200.50", 120050), ("¥3000元", 300000), ("1.5万元", 1500000), (1200.5, 120050), ("３０００", 300000), (0.1, 10),
])  # fmt: skip
def test_yuan_become_fen(written: Any, fen: int) -> None:
    assert cells.money(written) == fen


@pytest.mark.parametrize(("written", "read"), [
    ("139 0000-0001", "13900000001"), (13900000001.0, "13900000001"), ("＋86 13900000001", "13900000001"),
    ("0571-8700 0001", "057187000001"), ("(0571)87000001", "057187000001"), ("8700001", "8700001"),
])  # fmt: skip
def test_telephones(written: Any, read: str) -> None:
    assert cells.phone(written) == read


def test_an_identity_number_in_full_width_with_a_small_x() -> None:
    assert cells.identity("１１０１０５　１９４９１２３１００２ｘ") == "11010519491231002X"


def test_text_keeps_its_zeros_and_loses_only_its_blanks() -> None:
    assert cells.text("　00123 ") == "00123"
    assert cells.text(123.0) == "123"
    assert cells.text("'=cmd|' /C calc'!A0") == "=cmd|' /C calc'!A0"
    assert cells.text("'90后互助社") == "'90后互助社"


def test_instalments_as_an_office_writes_them() -> None:
    said = "2026-03-01 3000 已付; 2026年4月1日 3,000元 已付 2026-04-05;\n2026.5.1 1.2万"
    assert read_instalments(said) == [
        Part(300000, date(2026, 3, 1), date(2026, 3, 1)),
        Part(300000, date(2026, 4, 1), date(2026, 4, 5)),
        Part(1200000, date(2026, 5, 1), None),
    ]
    for wrong in ("三千", "2026-03-01", "2026-03-01 3000 2026-03-02", ";"):
        with pytest.raises(Unreadable, match="bad_instalments"):
            read_instalments(wrong)
