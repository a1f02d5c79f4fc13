"""Why a row, a file or a profile is refused: every reason in both languages, with its remedy.

A `Reason` names the field as the person knows it (the heading of the column), never the cell's content: reasons end up in
reports and in the store, and cells may hold names and numbers of persons.
"""

from __future__ import annotations

from functools import lru_cache
from typing import ClassVar

from states.errors import Reason, Refusal
from states.labels import Label


class UnreadableFile(Refusal):
    """The file is not a spreadsheet that can be read."""

    code: ClassVar[str] = "unreadable_file"


class WrongColumns(Refusal):
    """The sheet lacks columns that the profile needs."""

    code: ClassVar[str] = "wrong_columns"


class BadProfile(Refusal):
    """The profile contradicts itself or names something unknown."""

    code: ClassVar[str] = "bad_profile"


class ImportBusy(Refusal):
    """Somebody else is loading the same file at this moment."""

    code: ClassVar[str] = "import_busy"


#: code → what is wrong, what to do. {…} is filled from the facts of the reason.
_SAID: dict[str, tuple[str, str, str, str]] = {
    "empty": ("没有填写", "is empty", "补填后重新导入", "fill it in and import the row again"),
    "zero_date": (
        "是电子表格的零值,不是日期", "holds a spreadsheet zero, not a date",
        "填写真实日期,如 2026-09-16", "write the real day, like 2026-09-16"),
    "not_a_day": (
        "不是可识别的日期", "is not a date we can read", "写成 2026-09-16 或 2026年9月16日", "write it like 2026-09-16"),
    "too_early": ("早于 {limit}", "is before {limit}", "核对年份", "check the year"),
    "too_late": ("晚于 {limit}", "is after {limit}", "核对年份", "check the year"),
    "in_future": ("晚于导入当日", "lies in the future", "核对日期", "check the day"),
    "not_whole": ("不是整数", "is not a whole number", "只填数字", "write digits only"),
    "negative": ("不得为负数", "is negative", "核对数字", "check the number"),
    "too_big": ("超过 {limit}", "is more than {limit}", "核对数字", "check the number"),
    "not_money": ("不是金额", "is not an amount", "按元填写,如 1200.50", "write yuan, like 1200.50"),
    "too_long": ("超过 {limit} 字", "is longer than {limit} characters", "缩短后重新导入", "shorten it"),
    "not_a_choice": ("只能是:{choices}", "must be one of: {choices}", "从下拉列表中选择", "choose from the list"),
    "not_yes_no": ("只能填“是”或“否”", "must be yes or no", "填“是”或“否”", "write yes or no"),
    "not_a_phone": (
        "不是有效的电话号码", "is not a telephone number",
        "手机 11 位,座机带区号", "11 digits for a mobile, area code for a landline"),
    "identity_length": (
        "身份证号应为 18 位", "must have 18 characters", "核对身份证号", "check the identity number"),
    "identity_wrong": (
        "身份证号校验不符", "fails its check digit, birth day or place", "对照证件更正", "compare it with the card"),
    "identity_rounded": (
        "以数字格式存放,末几位已丢失", "is stored as a number and has lost its last digits",
        "把该列设为文本后重新填写", "format the column as text and type it again"),
    "credit_wrong": (
        "统一社会信用代码校验不符", "is not a valid unified social credit code", "对照证照更正", "compare the licence"),
    "not_an_email": ("不是邮箱地址", "is not a mail address", "核对邮箱", "check it"),
    "repeats": (
        "与第 {line} 行完全相同", "repeats row {line} exactly", "如确为另一份,请补充区别", "remove it, or say how it differs"),
    "key_twice": (
        "与第 {line} 行重复", "is the same as in row {line}", "删去一行或更正编号", "remove a row or mend the code"),
    "before_start": (
        "早于 {other}", "is before {other}", "核对两个日期", "check both days"),
    "more_than": ("多于 {other}", "is more than {other}", "核对两个数字", "check both numbers"),
    "unknown_code": (
        "没有这一编码", "names a code nobody has", "先在对应工作表登记", "list it in its own sheet first"),
    "outside": (
        "不在本单位范围内", "lies outside your unit", "由其上级单位导入", "let the unit above import it"),
    "cycle": ("上级关系成环", "is its own superior in the end", "更正上级编码", "mend the parent codes"),
    "parent_refused": (
        "上级单位所在行未通过", "names a row that was refused", "先更正上级单位一行", "mend that row first"),
    "name_differs": (
        "同一编码有两个姓名", "stands for two different names", "更正编码或姓名", "mend the code or the name"),
    "needed_for": (
        "现状态为“{state}”时必须填写", "is needed for a case that is “{state}”", "补填,或更正现状态", "fill it in"),
    "bad_instalments": (
        "各期写法无法识别", "cannot be read as instalments",
        "每期写“2026-09-30 3000”,以分号隔开,已付的加“已付”", "write “2026-09-30 3000; 2026-10-31 3000 已付”"),
    "sum_differs": ("与各期合计不符", "differs from the sum of the instalments", "核对金额", "check the amounts"),
    "not_a_mediator": (
        "该人员不是该单位的调解员或督办", "is no mediator or supervisor of that unit",
        "在人员表登记岗位", "give him the position in the sheet of people"),
    "not_an_officer": (
        "该人员不是该单位的指导员、工会主席或督办", "is no bargaining officer, chair or supervisor of that unit",
        "在人员表登记岗位", "give him the position in the sheet of people"),
}  # fmt: skip


@lru_cache(maxsize=4096)
def reason(code: str, field: str, zh: str, en: str, *facts: tuple[str, str]) -> Reason:
    """The reason of that code about the column headed `zh`/`en`; `facts` fill the sentence."""
    said_zh, said_en, remedy_zh, remedy_en = _SAID[code]
    known = dict(facts)
    return Reason(
        code,
        Label(f"{zh}:{said_zh.format_map(known)}", f"{en} {said_en.format_map(known)}"),
        Label(remedy_zh, remedy_en),
        field,
    )


def heading(one: Reason, label: Label) -> Label:
    """The reason without its particulars, for the list of how often each occurred; one of the door's as it is."""
    if one.code not in _SAID:
        return one.text
    blank = dict.fromkeys(("limit", "line", "other", "choices", "state"), "…")
    zh, en, _, _ = _SAID[one.code]
    return Label(f"{label.zh}:{zh.format_map(blank)}", f"{label.en} {en.format_map(blank)}")


def sentence(reasons: tuple[Reason, ...]) -> str:
    """All reasons of a row as they stand in its cell: Chinese, then English, one a line, each with its remedy."""
    said = [f"{r.text.zh}({r.remedy.zh})" for r in reasons] + [f"{r.text.en} ({r.remedy.en})" for r in reasons]
    return "\n".join(said)
