"""What a step asks: pydantic models from which the command line, the pages and the REST interface make their forms.

A field is declared with `ask("中文", "English", …)`, so both labels stand beside the type. Money is typed in yuan
("1200", "1,200.50") and kept in fen. A form refuses fields it does not know: a typing error must not vanish.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import PydanticCustomError

from states.errors import InvalidAnswers, Reason
from states.labels import Label

_NO_AMOUNT = PydanticCustomError("not_an_amount", "not an amount in yuan")


def _fen_from_yuan(value: object) -> object:
    """Yuan as typed (text, full-width digits and commas allowed) → fen. An int is fen already (our own code)."""
    if isinstance(value, bool):
        raise _NO_AMOUNT
    if not isinstance(value, str):
        return value
    plain = unicodedata.normalize("NFKC", value).replace(",", "").replace("元", "").strip()
    try:
        fen = Decimal(plain) * 100
    except InvalidOperation:
        raise _NO_AMOUNT from None
    if not fen.is_finite():
        raise _NO_AMOUNT
    if fen != fen.to_integral_value():
        raise PydanticCustomError("too_many_decimals", "at most two decimals")
    return int(fen)


#: An amount of money: typed in yuan, kept in fen.
Fen = Annotated[int, BeforeValidator(_fen_from_yuan), Field(ge=0, le=10**15, json_schema_extra={"unit": "fen"})]
#: A line of text somebody typed: trimmed, never empty, at most 200 characters.
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
#: A paragraph: trimmed, never empty, at most 10,000 characters.
Prose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)]
#: A tick that must be set for the step to go on.
Tick = bool


class Form(BaseModel):
    """The answers to what a step asks. Frozen, and closed against unknown fields."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, hide_input_in_errors=True)


class NoAnswers(Form):
    """A step that asks nothing."""


class Note(Form):
    """A step that asks only for an optional remark."""

    note: str = Field("", title="备注", json_schema_extra={"en": "Remark"}, max_length=10_000)


def ask(zh: str, en: str, default: Any = ..., **rules: Any) -> Any:
    """A field of a form with its two labels; without `default` it must be answered."""
    return Field(default, title=zh, json_schema_extra={"en": en}, **rules)


def field_label(form: type[BaseModel], name: str) -> Label:
    """The two labels of a field; a field without English shows its name."""
    field = form.model_fields[name]
    extra = field.json_schema_extra
    english = str(extra.get("en", name)) if isinstance(extra, dict) else name
    return Label(field.title or name, english)


#: pydantic's error types → the rule and the remedy in both languages; {…} is filled from the error's context.
_RULES: dict[str, tuple[Label, Label]] = {
    "missing": (Label("必须填写", "must be answered"), Label("请填写此项", "fill it in")),
    "extra_forbidden": (Label("此步骤不问此项", "is not asked here"), Label("请删去或更正名称", "remove it or mend its name")),
    "date_from_datetime_parsing": (
        Label("日期无法识别", "is not a date"),
        Label("请按 2026-09-16 的格式填写", "write it like 2026-09-16"),
    ),
    "greater_than_equal": (Label("不得小于 {ge}", "must be at least {ge}"), Label("请更正", "mend it")),
    "greater_than": (Label("必须大于 {gt}", "must be more than {gt}"), Label("请更正", "mend it")),
    "less_than_equal": (Label("不得大于 {le}", "must be at most {le}"), Label("请更正", "mend it")),
    "string_too_short": (Label("不得为空", "must not be empty"), Label("请填写此项", "fill it in")),
    "string_too_long": (Label("最多 {max_length} 字", "is longer than {max_length} characters"), Label("请缩短", "shorten it")),
    "enum": (Label("只能是:{expected}", "must be one of {expected}"), Label("请选择其一", "choose one")),
    "literal_error": (Label("只能是:{expected}", "must be one of {expected}"), Label("请选择其一", "choose one")),
    "bool_parsing": (Label("只能是“是”或“否”", "must be yes or no"), Label("填写 yes 或 no", "write yes or no")),
    "not_an_amount": (Label("不是金额", "is not an amount in yuan"), Label("填写元,如 1,200.50", "write yuan, like 1,200.50")),
    "too_many_decimals": (Label("最多两位小数", "has more than two decimals"), Label("请更正", "mend it")),
    "too_short": (Label("至少 {min_length} 项", "needs at least {min_length}"), Label("请补充", "add more")),
    "too_long": (Label("最多 {max_length} 项", "takes at most {max_length}"), Label("请减少", "take some away")),
    "int_parsing": (Label("必须是整数", "must be a whole number"), Label("请更正", "mend it")),
    "int_type": (Label("必须是整数", "must be a whole number"), Label("请更正", "mend it")),
    "bool_type": (Label("只能是 true 或 false", "must be true or false"), Label("请更正", "mend it")),
    "string_type": (Label("必须是文字", "must be a text"), Label("请更正", "mend it")),
}
_OTHER = (Label("填写有误:{msg}", "is not right: {msg}"), Label("请更正", "mend it"))


def _reason(form: type[BaseModel], error: Mapping[str, Any]) -> Reason:
    kind = str(error["type"]).replace("date_parsing", "date_from_datetime_parsing").replace("date_type", "missing")
    text, remedy = _RULES.get(kind, _OTHER)
    facts = {**error.get("ctx", {}), "msg": error["msg"]}
    said = Label(text.zh.format(**facts), text.en.format(**facts))
    name = ".".join(str(part) for part in error["loc"])
    first = str(error["loc"][0]) if error["loc"] else ""
    label = field_label(form, first) if first in form.model_fields else Label(name, name)
    return Reason(kind, Label(f"{label.zh}:{said.zh}", f"{label.en} {said.en}"), remedy, field=name)


def read_answers(form: type[Form], answers: Mapping[str, Any], *, strictly: bool = False) -> Form:
    """The answers checked and typed. Raises `InvalidAnswers` with one reason a field.

    What people type is read kindly ("yes", "3"). With `strictly`, as a program sends JSON: a tick is true or false, a number is
    a number, a day is a text.
    """
    try:
        if strictly:
            return form.model_validate_json(json.dumps(dict(answers)), strict=True)
        return form.model_validate(dict(answers))
    except ValidationError as failed:
        raise InvalidAnswers([_reason(form, dict(error)) for error in failed.errors()]) from None


def as_stored(form: Form) -> dict[str, Any]:
    """The answers as JSON values, as the step request keeps them."""
    return form.model_dump(mode="json", exclude_defaults=True)


def day_of(form: Form, name: str) -> date | None:
    """A date field of the answers, None when the form lacks it or it was left empty."""
    value = getattr(form, name, None)
    return value if isinstance(value, date) else None
