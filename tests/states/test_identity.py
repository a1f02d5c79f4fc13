"""Identity numbers: what is wrong with one, and papers of another kind."""

from __future__ import annotations

from datetime import date

import pytest

from states.identity import against_identity, masked

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize("number", ["330102199003070019", "11010519491231002X", "810000199408230021", "", "E12345678"])
def test_nothing_is_wrong(number: str) -> None:
    assert against_identity(number, TODAY) is None


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("330102199003070011", "末位校验"),
        ("33010219900307001", "18位"),
        ("123456", "18位"),
        ("33010219900307001A6", "18位"),
        ("990102199003070016", "行政区划"),
        ("330102203003070013", "出生日期"),
        ("330102199013070016", "出生日期"),
    ],
)
def test_what_is_wrong_is_named(number: str, said: str) -> None:
    wrong = against_identity(number, TODAY)
    assert wrong is not None
    assert said in wrong.zh


def test_a_number_is_shown_by_its_ends() -> None:
    assert masked("330102199003070019") == "330***0019"
    assert masked("1234567") == "***"
    assert masked("") == ""
