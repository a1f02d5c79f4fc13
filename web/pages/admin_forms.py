"""What the pages of administration ask, and the one page that asks it: the same models, fields and reasons as the steps'."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from config.rules import load_pack, pack_keys
from flows.accounts.people import GIVEN
from models.people import OrganisationKind
from states.errors import CaseNotFound, Reason, Refusal
from states.forms import Form, Line, Tick, ask
from states.labels import Label, Named
from states.roles import Role
from web.access import Visitor
from web.fields import Asking, Choice, fields_of, loose_reasons
from web.rendering import page


class Language(Named):
    """The languages of the pages."""

    ZH = "zh", "中文", "Chinese"
    EN = "en", "英文", "English"


class UnitChange(Form):
    """What is kept of an organisation."""

    name: Line = ask("名称", "Name")
    kind: OrganisationKind = ask("类别", "Kind")
    mediates: Tick = ask("可受理调解", "Mediates disputes", False)
    pack: str = ask("规则包(空:随上级)", "Rule pack (empty: that of the unit above)", "")
    credit_code: str = ask("统一社会信用代码", "Unified social credit code", "", max_length=18)
    industry: str = ask("行业", "Industry", "", max_length=80)
    workers: int = ask("职工人数", "Workers", 0, ge=0, le=10_000_000)


class NewUnit(UnitChange):
    """A new organisation."""

    code: Line = ask("代码(不可更改)", "Code (stays)")


class Move(Form):
    """Under which organisation one is hung."""

    parent: Line = ask("新的上级单位(代码或全称)", "Unit above (code or full name)")


class OnDay(Form):
    """From or on which day."""

    on: date = ask("日期", "Day")


class PersonChange(Form):
    """What is kept of a person of the office."""

    name: Line = ask("姓名", "Name")
    email: str = ask("电子邮箱", "E-mail", "", max_length=200)
    language: Language = ask("语言", "Language", Language.ZH)


class NewPerson(PersonChange):
    """A new person of the office."""

    code: Line = ask("人员代码(登录账号,不可更改)", "Code (the account to sign in with; stays)")


class NewPosition(Form):
    """What somebody is, where, and from when to when."""

    unit: Line = ask("单位(代码或全称)", "Unit (code or full name)")
    role: Role = ask("职务", "Position")
    from_on: date | None = ask("自(空:今天)", "From (empty: today)", None)
    to_on: date | None = ask("至(含当日;空:不限)", "To, that day included (empty: open)", None)


def packs(lang: str) -> list[Choice]:
    """The rule packs as choices."""
    return [(key, f"{load_pack(key).en if lang == 'en' else load_pack(key).zh} · {key}") for key in pack_keys()]


def roles(lang: str) -> list[Choice]:
    """The positions as choices."""
    return [(role.value, role.label.said(lang)) for role in GIVEN]


@dataclass(frozen=True)
class Question:
    """One form as a page: what it is called, what it asks, where it leads."""

    title: Label
    form: type[Form]
    submit: Label
    back: str
    about: Label = Label("", "")
    choices: Mapping[str, Sequence[Choice]] = field(default_factory=dict)
    #: the act cannot be taken back
    danger: bool = False

    def shown(self, request: Request, visitor: Visitor, values: Mapping[str, Any], refusal: Refusal | None = None) -> Response:
        """The page, with what was typed and every reason at its field."""
        if isinstance(refusal, CaseNotFound) and not any(one.field in self.form.model_fields for one in refusal.reasons):
            raise refusal
        reasons: Sequence[Reason] = refusal.reasons if refusal is not None else ()
        fields = fields_of(self.form, Asking(visitor.lang, values, reasons, self.choices))
        told = {"question": self, "fields": fields, "reasons": loose_reasons(self.form, reasons)}
        return page(request, visitor, "administration/form.html", status=422 if refusal is not None else 200, **told)
