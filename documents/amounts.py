"""Money on paper: figures with thousands commas, and the capital numerals (大写) no pen can alter.

The capitals follow the annex of the Measures for Payment and Settlement (支付结算办法附一): 零 once for any run of noughts,
整 after a whole yuan and never after 角 or 分; where the annex allows two spellings, the one it prints first is taken.
"""

from __future__ import annotations

#: The largest amount a form takes, in fen.
MOST = 10**15
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")


def yuan(fen: int) -> str:
    """Figures: 1234567 fen → "12,345.67"."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def capitals(fen: int) -> str:
    """Capitals without the name of the money: 140950 fen → "壹仟肆佰零玖元伍角". ValueError below 0 and above 10^15 fen."""
    if not 0 <= fen <= MOST:
        raise ValueError("an amount in capitals lies between 0 and 10^15 fen")
    whole, rest = divmod(fen, 100)
    jiao, cent = divmod(rest, 10)
    if not rest:
        return (_whole(whole) or "零") + "元整"
    text = _whole(whole) + "元" if whole else ""
    if jiao:
        text += ("零" if whole and whole % 10 == 0 else "") + _DIGITS[jiao] + "角"
    elif whole:
        text += "零"
    return text + (_DIGITS[cent] + "分" if cent else "")


def renminbi(fen: int) -> str:
    """Capitals as a paper prints them: "人民币壹万贰仟元整"."""
    return f"人民币{capitals(fen)}"


def _whole(number: int) -> str:
    """A whole number without its unit; nothing for 0."""
    for unit, size in (("亿", 10**8), ("万", 10**4)):
        if number >= size:
            high, low = divmod(number, size)
            gap = "零" if low and low < size // 10 else ""
            return _whole(high) + unit + gap + _whole(low)
    return _section(number)


def _section(number: int) -> str:
    """Up to four digits."""
    text, noughts = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            text += ("零" if noughts and text else "") + _DIGITS[digit] + _PLACES[place]
        noughts = not digit
    return text
