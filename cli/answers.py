"""From words on a command line to the answers of a form: `accepted_on=2026-11-21 in_scope=yes instalments="6000 2026-12-01"`.

The form's own model says what is asked; nothing is declared twice. A list is given by repeating the name; an element that is
itself a form is written as its fields in order, separated by spaces. At a terminal, what is missing is asked for.
"""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Sequence
from datetime import date
from typing import Any, get_args, get_origin

import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from cli.desk import DESK, USAGE, Stop
from states.forms import Form, field_label

_TICKS = {"yes": True, "y": True, "是": True, "有": True, "true": True, "no": False, "n": False, "否": False, "false": False}


def parse(form: type[Form], words: Sequence[str]) -> dict[str, Any]:
    """The answers given on the line; a name the form does not know is left for the form to refuse."""
    found: dict[str, Any] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals:
            raise Stop(USAGE, f"“{word}”应写成 名称=值", f"write “{word}” as name=value")
        field = form.model_fields.get(name)
        value = _value(field, text)
        if field is not None and _is_list(field):
            found.setdefault(name, []).extend(value if isinstance(value, list) else [value])
        else:
            found[name] = value
    return found


def ask_missing(form: type[Form], answers: dict[str, Any]) -> dict[str, Any]:
    """At a terminal, ask for what must be answered and was not; elsewhere leave it to the form."""
    if not sys.stdin.isatty() or DESK.as_json:
        return answers
    for name, field in form.model_fields.items():
        if name in answers or not field.is_required():
            continue
        label = field_label(form, name).said(DESK.lang)
        text = typer.prompt(label + _hint(field))
        value = _value(field, text)
        answers[name] = [value] if _is_list(field) and not isinstance(value, list) else value
    return answers


def _hint(field: FieldInfo) -> str:
    kinds = {field.annotation, *get_args(field.annotation)}
    if date in kinds:
        return " (2026-09-16)"
    if bool in kinds:
        return " (yes/no)"
    for kind in kinds:
        values = getattr(kind, "__members__", None)
        if values:
            return f" ({'/'.join(member.value for member in values.values())})" + (" …" if _is_list(field) else "")
    return " …" if _is_list(field) else ""


def _is_list(field: FieldInfo) -> bool:
    return get_origin(field.annotation) is list


def _value(field: FieldInfo | None, text: str) -> Any:
    if text[:1] in "[{":
        try:
            return json.loads(text)
        except ValueError:
            return text
    if field is None:
        return text
    if field.annotation is bool or field.annotation == (bool | None):
        return _TICKS.get(text.strip().lower(), text)
    inner = get_args(field.annotation)[0] if _is_list(field) else None
    if isinstance(inner, type) and issubclass(inner, BaseModel):
        return dict(zip(inner.model_fields, shlex.split(text), strict=False))
    return text


def describe(form: type[BaseModel]) -> list[tuple[str, str, str]]:
    """(name, label, hint) of each field: what `case steps` prints."""
    lines = []
    for name, field in form.model_fields.items():
        must = "" if not field.is_required() else DESK.label("必填", "required")
        inner = get_args(field.annotation)[0] if _is_list(field) else None
        shape = ""
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            shape = f'"{" ".join(inner.model_fields)}" …'
        lines.append((name, field_label(form, name).said(DESK.lang), " ".join(filter(None, [must, shape + _hint(field)]))))
    return lines
