"""What the registration page shows: the form in groups, the answer to each line of a list, look-alikes, what was begun."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import orjson
from pydantic import BaseModel
from sqlalchemy import Connection

from flows.intake import AT_ONCE, against_number, drafts_of, units_for
from flows.members import MOST, Answered, Member, answer, read_lines
from models.duplicates import Alike, Alikes, Sought, look_alikes
from models.marks import plain_identity
from states.dispute.forms import Registration
from states.dispute.process import DISPUTE
from states.errors import InvalidAnswers, Reason
from states.forms import read_answers
from states.labels import Label
from states.roles import MEDIATORS
from web.access import Visitor
from web.fields import Asking, Choice, Field, fields_of
from web.posted import whole
from web.titles import subject_of, title_of

#: the questions of the form, in the order in which somebody at the counter tells
GROUPS: tuple[tuple[Label, tuple[str, ...]], ...] = (
    (Label("谁来反映", "Who"), ("applicant", "phone", "identity", "channel", "confidential")),
    (Label("反映谁", "Against whom"), ("employer",)),
    (Label("什么事", "What"), ("cause", "amount", "summary")),
    (Label("什么时候", "When"), ("knew_on", "employment_ended_on", "injured_on")),
)
#: asked beside the list of the others
COUNT = "claimants"
#: the list is pasted as text, not typed into a table of two thousand rows
HIDDEN = frozenset({"members"})
#: the texts of a form that say nothing about the case
OURS = frozenset(
    {"form_key", "key", "draft", "keep", "then", "check", "read_file", "anyway", "leave_out", "take_known", "seen"}
)
TOO_MANY = Reason(
    "too_many",
    Label(f"名单最多 {MOST} 人", f"a list has at most {MOST} workers"),
    Label("请分案登记", "register two cases"),
    "list",
)
NO_UNIT = Reason("no_unit_chosen", Label("没有选择承办单位", "no unit is chosen"), Label("请选择", "choose one"), "unit")

Typed = Mapping[str, str]


@dataclass(frozen=True)
class Checked:
    """What can be said of a form before it goes to the door."""

    answers: dict[str, Any]
    then: dict[str, Any]
    unit_id: int
    reasons: tuple[Reason, ...] = ()
    rows: tuple[Answered, ...] = ()
    alikes: Alikes = field(default_factory=Alikes)


@dataclass(frozen=True)
class AlikeShown:
    """A dispute that looks like this one, as a line."""

    number: str
    title: str
    subject: str
    state: Label
    unit: str
    owner: str
    opened_on: Any
    why: tuple[Label, ...]


@dataclass(frozen=True)
class DraftShown:
    """Something begun and not sent."""

    id: int
    who: str
    saved_at: datetime


@dataclass(frozen=True)
class Shown:
    """Everything on the page."""

    groups: tuple[tuple[Label, tuple[Field, ...]], ...]
    count: Field
    spot: tuple[Field, ...]
    advice: tuple[Field, ...]
    unit: Field
    typed: Typed
    key: str
    draft: str
    drafts: tuple[DraftShown, ...] = ()
    kept_at: datetime | None = None
    loose: tuple[Reason, ...] = ()
    rows: tuple[Answered, ...] = ()
    alikes: tuple[AlikeShown, ...] = ()
    hidden: int = 0
    #: mark of the list that was answered: an unchanged list need not be looked at twice
    seen: str = ""

    @property
    def fields(self) -> list[Field]:
        """Every field, for the summary of what is wrong."""
        return [self.unit, *(one for _, group in self.groups for one in group), self.count, *self.spot, *self.advice]

    @property
    def listed(self) -> str:
        """The list as it was typed."""
        return self.typed.get("list", "")

    @property
    def is_group(self) -> bool:
        """Whether the part about a group is unfolded."""
        return bool(self.listed or self.count.errors or str(self.count.value) not in ("", "1"))

    @property
    def ends_at_once(self) -> bool:
        """Whether the part about ending it at once is unfolded."""
        return any(one.errors or (one.filled and one.kind == "long") for one in (*self.spot, *self.advice))

    @property
    def well(self) -> int:
        """How many of the list can be taken."""
        return sum(row.well for row in self.rows)

    @property
    def known(self) -> int:
        """How many are refused only because they stand in another case."""
        return sum(row.known for row in self.rows)


def units_shown(connection: Connection, visitor: Visitor) -> list[Choice]:
    """Where the visitor may register, his own unit first."""
    return [(str(row.id), row.name) for row in units_for(connection, visitor.paths(*MEDIATORS))]


def form_shown(
    connection: Connection, visitor: Visitor, typed: Typed, key: str, draft: str, reasons: Sequence[Reason] = ()
) -> Shown:
    """The page with what was typed and what is wrong with it."""
    asking = Asking(visitor.lang, typed, reasons, hidden=HIDDEN)
    fields = {one.name: one for one in fields_of(Registration, asking)}
    units = units_shown(connection, visitor)
    wrong = tuple(reason.text.said(visitor.lang) for reason in reasons if reason.field == "unit")
    label, chosen = Label("承办单位", "Unit").said(visitor.lang), typed.get("unit") or (units[0][0] if units else "")
    unit = Field("unit", label, "choice", True, chosen, tuple(units), errors=wrong)
    spot, advice = (_below(step, visitor.lang, typed, reasons) for step in AT_ONCE)
    shown = Shown(
        groups=tuple((label, tuple(fields[name] for name in names)) for label, names in GROUPS), count=fields[COUNT],
        spot=spot, advice=advice, unit=unit, typed=typed, key=key, draft=draft,
        drafts=tuple(_draft(row) for row in drafts_of(connection, visitor.person_id) if not row.form.endswith(draft)),
    )  # fmt: skip
    names = {one.name for one in shown.fields}
    return replace(shown, loose=tuple(reason for reason in reasons if reason.field not in names))


def _below(step: str, lang: str, typed: Typed, reasons: Sequence[Reason]) -> tuple[Field, ...]:
    form, prefix = DISPUTE.by_name[step].asks, f"{step}."
    values = {name.removeprefix(prefix): value for name, value in typed.items() if name.startswith(prefix)}
    return tuple(replace(one, required=False) for one in fields_of(form, Asking(lang, values, reasons), prefix))


def _draft(row: Any) -> DraftShown:
    typed = orjson.loads(row.answers)
    who = " · ".join(part for part in (typed.get("applicant"), typed.get("employer")) if part)
    return DraftShown(row.id, who or "—", row.saved_at)


def with_check(shown: Shown, checked: Checked, lang: str) -> Shown:
    """The page with the answers to the list and the look-alikes."""
    return replace(
        shown, rows=checked.rows, hidden=checked.alikes.hidden, seen=list_mark(shown.typed),
        alikes=tuple(_alike(one, lang) for one in checked.alikes.shown),
    )  # fmt: skip


def _alike(one: Alike, lang: str) -> AlikeShown:
    row = one.row
    why = [Label("身份证号相同", "same identity number")] if one.same_identity else []
    why += [Label("电话相同", "same telephone")] if one.same_phone else []
    why = why or [Label("姓名和用人单位相同", "same name and employer")]
    return AlikeShown(
        row.number, title_of(row, row.applicant, lang), subject_of(row, lang), DISPUTE.stage(row.state).label, row.unit,
        row.owner or "", row.opened_on, tuple(why),
    )  # fmt: skip


def list_mark(typed: Typed) -> str:
    """Says whether the list is still the one that was answered."""
    said = "\n".join(typed.get(name, "") for name in ("list", "applicant", "identity"))
    return hashlib.sha256(said.encode()).hexdigest()[:16] if typed.get("list") else ""


def check(connection: Connection, visitor: Visitor, typed: Typed, then: str) -> Checked:
    """Everything that can be said before the door: fields, unit, list, look-alikes."""
    answers = _answers(Registration, typed)
    reasons = _against(Registration, answers) + against_number(typed.get("identity", ""), visitor.today)
    after: dict[str, Any] = {}
    if then:
        form, prefix = DISPUTE.by_name[then].asks, f"{then}."
        after = _answers(form, typed, prefix)
        reasons += [replace(one, field=prefix + one.field) for one in _against(form, after)]
    units = {int(value) for value, _ in units_shown(connection, visitor)}
    unit = whole(typed.get("unit", "")) or 0
    reasons += [] if unit in units else [NO_UNIT]
    members = read_lines(typed.get("list", ""))
    if len(members) > MOST:
        return Checked(answers, after, unit, (*reasons, TOO_MANY))
    first = Member(0, typed.get("applicant", ""), plain_identity(typed.get("identity", "")))
    rows = tuple(answer(connection, visitor.scope, members, first, visitor.today)) if members else ()
    sought = Sought(first.name, typed.get("employer", ""), first.identity, typed.get("phone", ""))
    alikes = look_alikes(connection, visitor.scope, sought, visitor.today) if not reasons else Alikes()
    return Checked(answers, after, unit, tuple(reasons), rows, alikes)


def _answers(form: type[BaseModel], typed: Typed, prefix: str = "") -> dict[str, Any]:
    """The answers as they were typed, those left empty left out; a tick is one that is there."""
    shape = fields_of(form, Asking("zh", hidden=HIDDEN))
    found = {one.name: typed.get(prefix + one.name, "") for one in shape}
    ticks = {one.name for one in shape if one.kind == "tick"}
    return {name: bool(value) if name in ticks else value for name, value in found.items() if value}


def _against(form: Any, answers: Mapping[str, Any]) -> list[Reason]:
    try:
        read_answers(form, answers)
    except InvalidAnswers as invalid:
        return list(invalid.reasons)
    return []


def taken(rows: Sequence[Answered], *, with_known: bool) -> list[dict[str, str]]:
    """The workers of the list that go into the case."""
    return [row.member.as_answer() for row in rows if row.well or (with_known and row.known)]


def refused(rows: Sequence[Answered], *, with_known: bool) -> bool:
    """Whether a line of the list cannot be taken."""
    return any(not row.well and not (with_known and row.known) for row in rows)
