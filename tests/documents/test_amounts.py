"""人民币大写: the spellings the annex prints, and a reader that gets every amount back."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from documents.amounts import MOST, capitals, renminbi, yuan


@pytest.mark.parametrize(
    ("fen", "said"),
    [
        (0, "零元整"), (1, "壹分"), (10, "壹角"), (32, "叁角贰分"), (100, "壹元整"), (104, "壹元零肆分"),
        (140950, "壹仟肆佰零玖元伍角"), (600714, "陆仟零柒元壹角肆分"), (168032, "壹仟陆佰捌拾元零叁角贰分"),
        (10700053, "壹拾万柒仟元零伍角叁分"), (1640902, "壹万陆仟肆佰零玖元零贰分"), (32504, "叁佰贰拾伍元零肆分"),
        (1_0000_0005_00, "壹亿零伍元整"), (1_0005_0000_00, "壹亿零伍万元整"), (1_0000_3000_00, "壹亿零叁仟元整"),
        (20_3000_0000_00, "贰拾亿叁仟万元整"), (10_0500_00, "壹拾万零伍佰元整"),
        (5_5000_0000_0000_00, "伍万伍仟亿元整"), (MOST, "壹拾万亿元整"),
    ],
)  # fmt: skip
def test_the_capitals_are_those_of_the_annex(fen: int, said: str) -> None:
    assert capitals(fen) == said
    assert renminbi(fen) == f"人民币{said}"


@pytest.mark.parametrize("fen", [-1, MOST + 1])
def test_what_no_form_takes_is_refused(fen: int) -> None:
    with pytest.raises(ValueError, match="between 0 and"):
        capitals(fen)


def test_figures_have_commas_and_two_decimals() -> None:
    assert [yuan(fen) for fen in (0, 5, 123, 1234567, MOST, -50)] == [
        "0.00", "0.05", "1.23", "12,345.67", "10,000,000,000,000.00", "-0.50",
    ]  # fmt: skip


_DIGITS = {digit: value for value, digit in enumerate("零壹贰叁肆伍陆柒捌玖")}
_PLACES = {"拾": 10, "佰": 100, "仟": 1000}


def _read(text: str) -> int:
    """A reader of capitals, written the other way round: from the digits up."""
    whole, _, rest = text.partition("元") if "元" in text else ("", "", text)
    cents, digit = 0, 0
    for sign in rest.removesuffix("整"):
        digit = _DIGITS.get(sign, digit)
        cents += {"角": 10, "分": 1}.get(sign, 0) * digit
    return _yuan(whole) * 100 + cents


def _yuan(text: str) -> int:
    for unit, size in (("亿", 10**8), ("万", 10**4)):
        high, found, low = text.rpartition(unit)
        if found:
            return _yuan(high) * size + _yuan(low)
    total, digit = 0, 0
    for sign in text:
        if sign in _PLACES:
            total, digit = total + digit * _PLACES[sign], 0
        else:
            digit = _DIGITS[sign]
    return total + digit


@given(st.integers(0, MOST))
@example(10**14 + 1)
@example(100_0000_0000_01)
def test_every_amount_is_read_back(fen: int) -> None:
    said = capitals(fen)
    assert _read(said) == fen
    assert "零零" not in said
    assert not said.startswith("零") or fen == 0
    assert said.endswith("整") == (fen % 100 == 0)
