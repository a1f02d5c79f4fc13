"""Batches as their pages show them: how far one is, what became of each case in it, and what a new one would do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from os.path import commonpath
from typing import Any, NamedTuple
from uuid import uuid4

from sqlalchemy import Connection

from flows.casework import refusal_from
from flows.office import Office
from flows.rehearsing import Rehearsal, rehearse
from models import batches
from models.base import AnyRow
from models.campaign import MOST, case_heads
from models.requests import RequestStatus
from models.staff import colleagues
from states.casetype import OPEN, CaseType, Step
from states.errors import Reason
from states.labels import Label
from states.names import step_label as step_label_of
from states.registry import case_type, newest_types, versions_near
from states.roles import Role
from web.access import Visitor
from web.errors import NotFound
from web.fields import Asking, Field, fields_of, first_values, loose_reasons
from web.pages.step_view import PEOPLE
from web.titles import title_of

A_PAGE = 100
#: batches a page
A_LIST = 25
#: how many of the chosen cases a form names
NAMED = 12
WATCHING = (Role.SUPERVISOR, Role.ADMINISTRATOR)
HEADINGS = {
    "zh": ("案号", "当事人或用人单位", "单位", "结果", "现在的状态", "原因"),
    "en": ("Number", "Parties or employer", "Unit", "Result", "State now", "Reasons"),
}
FAILED = Label("系统出错,已通知督办", "a fault; the supervisor was told")


@dataclass(frozen=True)
class Progress:
    """How far a batch is."""

    row: AnyRow
    label: Label
    applied: int
    refused: int
    failed: int

    @property
    def done(self) -> int:
        """How many cases have their result."""
        return self.applied + self.refused + self.failed

    @property
    def waiting(self) -> int:
        """How many have none yet."""
        return int(self.row.chosen) - self.done


class Result(NamedTuple):
    """What became of one case; a case the visitor does not see has no number and no name."""

    number: str
    title: str
    unit: str
    status: Label
    good: bool
    state: Label | None
    reasons: list[str]


class BatchShown(NamedTuple):
    """A batch with a page of its results; `next` is where the next page begins, 0 at the end."""

    progress: Progress
    against: list[tuple[str, int]]
    results: list[Result]
    next: int


def step_label(name: str) -> Label:
    """What the step of a batch is called, whichever type its cases are of."""
    if name == OPEN:
        return Label("立案", "Open cases")
    kinds = (kind for kind in newest_types() if any(name in one.by_name for one in versions_near(kind)))
    return next((step_label_of(kind, name) for kind in kinds), step_label_of(newest_types()[0], name))


def seen(connection: Connection, visitor: Visitor, batch_id: int) -> AnyRow:
    """The batch, if the visitor filed it or watches over who did. Raises `NotFound`."""
    row = batches.batch_seen(connection, batch_id, visitor.person_id, visitor.paths(*WATCHING))
    if row is None:
        raise NotFound
    return row


def progress_of(connection: Connection, rows: Sequence[AnyRow]) -> list[Progress]:
    """How far those batches are."""
    counts = batches.counts_of(connection, [row.id for row in rows])
    return [
        Progress(row, step_label(row.step), *(counts.get((row.id, status), 0) for status in ("applied", "refused", "failed")))
        for row in rows
    ]


def batch_shown(connection: Connection, visitor: Visitor, batch_id: int, status: str, after: int) -> BatchShown:
    """The batch, and the results from there on."""
    (progress,) = progress_of(connection, [seen(connection, visitor, batch_id)])
    wanted = status if status in list(RequestStatus) else ""
    rows = batches.results_of(connection, visitor.scope, batch_id, wanted, after, A_PAGE + 1)
    counted = batches.refusals_counted(connection, batch_id)
    return BatchShown(
        progress, [("; ".join(_reasons(row, visitor.lang)), row.n) for row in counted],
        [_result(row, visitor.lang) for row in rows[:A_PAGE]], rows[A_PAGE - 1].id if len(rows) > A_PAGE else 0,
    )  # fmt: skip


def exported(connection: Connection, visitor: Visitor, batch_id: int) -> list[list[Any]]:
    """The rows of the result as a spreadsheet; a batch is never longer than `MOST`, one of the command line 100,000."""
    seen(connection, visitor, batch_id)
    rows = batches.results_of(connection, visitor.scope, batch_id, limit=100_000)
    told = (_result(row, visitor.lang) for row in rows)
    return [
        [one.number, one.title, one.unit, one.status.said(visitor.lang), one.state.said(visitor.lang) if one.state else "",
         "\n".join(one.reasons)]
        for one in told
    ]  # fmt: skip


def _result(row: AnyRow, lang: str) -> Result:
    kind = case_type(row.type, row.type_version) if row.number else None
    status = RequestStatus(row.status)
    return Result(
        number=row.number or "", title=title_of(row, None, lang) if row.number else row.employer or "", unit=row.unit or "",
        status=status.label, good=row.status == "applied", state=kind.stage(row.state).label if kind else None,
        reasons=_reasons(row, lang),
    )  # fmt: skip


def _reasons(row: AnyRow, lang: str) -> list[str]:
    if row.status == "failed":
        return [f"{FAILED.said(lang)} ({row.error})"]
    if row.status != "refused" or not row.receipt:
        return []
    return [_sentence(reason, lang) for reason in refusal_from(row.receipt).reasons]


def _sentence(reason: Reason, lang: str) -> str:
    remedy = reason.remedy.said(lang)
    return reason.text.said(lang) + (f" → {remedy}" if remedy else "")


# --- a new one --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Review:
    """A batch before it is filed: what is chosen, what stands against it, and the form that is filled in once."""

    kind: CaseType
    step: Step
    ids: list[int]
    named: list[str]
    rehearsal: Rehearsal
    fields: tuple[Field, ...]
    loose: tuple[Reason, ...]
    key: str
    #: whether the rehearsal was made with the answers
    tried: bool = False

    @property
    def packed(self) -> str:
        """The chosen ids as one hidden field."""
        return ",".join(map(str, self.ids))


def unpacked(text: str) -> list[int]:
    """The ids of such a field; what is no number is left out."""
    found = (part for part in text.split(",")[: MOST * 2] if part.isascii() and part.isdigit() and len(part) < 19)
    return list(dict.fromkeys(map(int, found)))[:MOST]


def step_of(visitor: Visitor, type_name: str, name: str) -> tuple[CaseType, Step]:
    """The step somebody may take for many cases at once; without a type, of the first that has it. Raises `NotFound`."""
    kind = next((one for one in newest_types() if one.key == type_name or (not type_name and one.step(name))), None)
    step = kind.step(name) if kind else None
    if kind is None or step is None or name == OPEN or not step.by & visitor.roles:
        raise NotFound
    return kind, step


def review_of(
    connection: Connection, office: Office, visitor: Visitor, asked: tuple[CaseType, Step], ids: Sequence[int],
    values: Mapping[str, Any] | None = None,
) -> Review:  # fmt: skip
    """What the batch would do; with values, judged with them as if it were filed now."""
    kind, step = asked
    ids = list(dict.fromkeys(ids))[:MOST]
    made = rehearse(connection, office, visitor.person_id, visitor.held, step, ids, values)
    heads = case_heads(connection, visitor.scope, ids)
    choices = _people(connection, step, [row.path for row in heads], visitor)
    asking = Asking(visitor.lang, first_values(step, visitor.today) if values is None else values, (), choices)
    named = [title_of(row, None, visitor.lang) or row.number for row in heads[:NAMED]]
    review = Review(kind, step, ids, named, made, fields_of(step.asks, asking), (), uuid4().hex, values is not None)
    if values is None or made.able:
        return review
    # nothing could be done: what is wrong is most likely in the form itself
    reasons = list(dict.fromkeys(reason for told, _ in made.reasons for reason in told))
    filled = fields_of(step.asks, replace(asking, reasons=reasons))
    return replace(review, fields=filled, loose=tuple(loose_reasons(step.asks, reasons)))


def _people(connection: Connection, step: Step, paths: Sequence[str], visitor: Visitor) -> dict[str, list[tuple[str, str]]]:
    """Whom a field can name: those who hold the position in, or above, what all chosen cases have above them."""
    asked = {name: role for name, role in PEOPLE.items() if name in step.asks.model_fields}
    above = f"{commonpath(list(paths))}/" if paths else ""
    return {
        name: [(str(one.id), f"{one.name}({one.unit})") for one in colleagues(connection, role, above, visitor.today)]
        for name, role in asked.items()
    }  # fmt: skip
