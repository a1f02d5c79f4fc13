"""Forms made from what a step asks: each field of the pydantic model becomes one field of the page.

The model says the name, the two labels, the kind and whether it must be answered; nothing is declared twice. A list of lines
is a text area with a line each, a list of values is a row of ticks, and a list of forms is a table whose empty rows vanish.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from annotated_types import Le, MaxLen
from pydantic import BaseModel, BeforeValidator
from pydantic.fields import FieldInfo

from states.casetype import Step
from states.errors import Reason
from states.forms import field_label
from states.labels import Named

#: empty rows a table offers beyond those that are filled in
SPARE_ROWS = 3
#: above so many characters a text gets an area instead of a line
LONG = 1000
MOST_FEN = 10**15

Choice = tuple[str, str]


@dataclass(frozen=True)
class Field:
    """One field of a form on a page, with what is in it and what is wrong with it."""

    name: str
    label: str
    #: line, long, day, money, number, tick, choice, ticks, lines, rows
    kind: str
    required: bool
    value: Any = ""
    choices: tuple[Choice, ...] = ()
    #: of a table: one list of fields a row
    rows: tuple[tuple[Field, ...], ...] = ()
    errors: tuple[str, ...] = ()
    limit: int | None = None

    @property
    def filled(self) -> bool:
        """Whether something is in it."""
        return self.value not in ("", None, (), [], False)


@dataclass(frozen=True)
class Asking:
    """How a form is to be shown: the language, what is in it, what is wrong, and what the page knows beyond the model."""

    lang: str
    values: Mapping[str, Any] = field(default_factory=dict)
    reasons: Sequence[Reason] = ()
    #: choices the model cannot know: who is a mediator here
    choices: Mapping[str, Sequence[Choice]] = field(default_factory=dict)
    #: fields the page fills in and does not show
    hidden: frozenset[str] = frozenset()


def fields_of(form: type[BaseModel], asking: Asking, prefix: str = "") -> tuple[Field, ...]:
    """The fields of a form in the order of the model."""
    return tuple(
        _field(form, name, asking, prefix) for name in form.model_fields if prefix + name not in asking.hidden
    )  # fmt: skip


def loose_reasons(form: type[BaseModel], reasons: Iterable[Reason]) -> list[Reason]:
    """The reasons that belong to no field of the form: they are shown above it."""
    return [reason for reason in reasons if reason.field.partition(".")[0] not in form.model_fields]


def first_values(step: Step, today: date) -> dict[str, Any]:
    """What is filled in before anybody typed: today, where the day of something that has happened is asked."""
    happened = {guard.field for guard in step.guards if guard.code == f"{guard.field}_in_future"}
    fields = step.asks.model_fields
    return {name: today.isoformat() for name in happened if name in fields and fields[name].is_required()}


def _field(form: type[BaseModel], name: str, asking: Asking, prefix: str) -> Field:
    model = form.model_fields[name]
    kind, inner, metadata = _kind(model)
    full = prefix + name
    value = asking.values.get(name, _default(model))
    choices = tuple(asking.choices.get(name, ())) or _choices(inner, asking.lang)
    if name in asking.choices:
        kind = "choice"
    return Field(
        name=full,
        label=field_label(form, name).said(asking.lang),
        kind=kind,
        required=model.is_required(),
        value=_shown(kind, value),
        choices=choices,
        rows=_rows(inner, value, asking, full) if kind == "rows" else (),
        errors=tuple(_said(reason, asking.lang) for reason in asking.reasons if _is_of(reason, full, kind)),
        limit=next((rule.max_length for rule in metadata if isinstance(rule, MaxLen)), None),
    )


def _is_of(reason: Reason, full: str, kind: str) -> bool:
    """A row's own fields show their reasons themselves; what is left over is shown at the table or the list."""
    if reason.field == full:
        return True
    below = reason.field.startswith(f"{full}.")
    return below and (kind != "rows" or reason.field.count(".") == full.count(".") + 1)


def _said(reason: Reason, lang: str) -> str:
    remedy = reason.remedy.said(lang)
    return reason.text.said(lang) + (f" → {remedy}" if remedy else "")


def _kind(model: FieldInfo) -> tuple[str, Any, list[Any]]:
    """What kind of field it is, the type of its elements, and the rules that hang on it."""
    inner, metadata = _plain(model.annotation, list(model.metadata))
    if get_origin(inner) is list:
        element, _ = _plain(get_args(inner)[0], [])
        return _list_kind(element), element, metadata
    if any(isinstance(rule, BeforeValidator) for rule in metadata) and any(
        isinstance(rule, Le) and rule.le == MOST_FEN for rule in metadata
    ):
        return "money", inner, metadata
    if isinstance(inner, type):
        return _plain_kind(inner, metadata), inner, metadata
    return "line", inner, metadata


def _list_kind(element: Any) -> str:
    if isinstance(element, type) and issubclass(element, BaseModel):
        return "rows"
    return "ticks" if isinstance(element, type) and issubclass(element, Enum) else "lines"


def _plain_kind(inner: type, metadata: list[Any]) -> str:
    if issubclass(inner, bool):
        return "tick"
    if issubclass(inner, Enum):
        return "choice"
    if issubclass(inner, date):
        return "day"
    if issubclass(inner, int):
        return "number"
    longest = next((_longest(rule) for rule in metadata if _longest(rule)), 0)
    return "long" if longest > LONG else "line"


def _longest(rule: Any) -> int:
    return int(getattr(rule, "max_length", 0) or 0)


def _plain(annotation: Any, metadata: list[Any]) -> tuple[Any, list[Any]]:
    """The type without `Annotated` and `| None`, and the rules found on the way."""
    if get_origin(annotation) is Annotated:
        inner, *rules = get_args(annotation)
        for rule in rules:
            metadata += [rule, *rule.metadata] if isinstance(rule, FieldInfo) else [rule]
        return _plain(inner, metadata)
    if get_origin(annotation) in (Union, UnionType):
        return _plain(next(part for part in get_args(annotation) if part is not type(None)), metadata)
    return annotation, metadata


def _choices(inner: Any, lang: str) -> tuple[Choice, ...]:
    if isinstance(inner, type) and issubclass(inner, Named):
        return tuple((member.value, member.label.said(lang)) for member in inner)
    return ()


def _default(model: FieldInfo) -> Any:
    return "" if model.is_required() else model.get_default(call_default_factory=True)


def _shown(kind: str, value: Any) -> Any:
    """The value as the page's field takes it: what was typed stays as it was typed."""
    if kind == "lines":
        return "\n".join(value) if isinstance(value, list | tuple) else value or ""
    if kind == "ticks":
        return [str(one) for one in value or ()]
    if kind == "tick":
        return bool(value)
    if kind == "money" and isinstance(value, int):
        return f"{value / 100:.2f}" if value else ""
    return "" if value is None else str(value) if not isinstance(value, list | tuple) else value


def _rows(inner: type[BaseModel], value: Any, asking: Asking, full: str) -> tuple[tuple[Field, ...], ...]:
    filled = [row if isinstance(row, Mapping) else {} for row in value or ()]
    rows = filled + [{}] * SPARE_ROWS
    return tuple(
        fields_of(inner, Asking(asking.lang, row, asking.reasons), f"{full}.{no}.") for no, row in enumerate(rows)
    )  # fmt: skip
