"""Checks of what a step owes the world beside its event: papers, notices, follow-up cases; and of what lies in the outbox.

What an event names is compared with what is there for the events of the last month: thirty nights have looked at each by then,
and the question stays as short as the month. A step that was taken back owes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import CTE, Connection, Date, Integer, String, and_, exists, func, literal, or_, select, true, union_all
from sqlalchemy.orm import aliased

from documents.catalogue import PAPERS
from documents.own_texts import SETTING_FAULTS
from documents.render import check_papers, render_html
from flows.checks.check import Check, Look, spots
from models.base import AnyRow, AnySelect
from models.cases import CaseEvent, CaseFile
from models.outbox import DELIVERED, Message
from models.papers import Document
from models.people import Organisation, Position, below
from models.undoing import UNDO
from models.version_cases import written_under
from states.casetype import Step
from states.labels import Label
from states.registry import all_types

#: how far back events are compared with what they owe
LOOK_BACK = timedelta(days=31)
#: of these, a page compares the newest so many: a second's work, where a province is in one office
NEWEST = 20_000
#: a message whose turn came so long ago is old: the drain rings every five seconds, and a mail server may be down for a coffee
OLD = timedelta(hours=1)
#: a follow-up case is opened by the next ring, fifteen seconds later
OVERDUE_CASE = timedelta(minutes=15)
#: issued papers whose facts are proved anew, the newest first; and how many of them are set for a trial
PROVED, SET = 300, 30


def _owed(kind_of: str) -> CTE:
    """(type, version, step, name): what each step of each type names, as a table in the statement."""
    rows = [
        select(literal(kind.key, String).label("type"), literal(kind.version, Integer).label("version"),
               literal(step.name, String).label("step"), literal(name, String).label("name"))
        for kind in all_types() for step in (kind.opening, *kind.steps) for name in _named(step, kind_of)
    ]  # fmt: skip
    return union_all(*rows).cte(f"owed_{kind_of}")


def _named(step: Step, kind_of: str) -> Sequence[str]:
    return step.papers if kind_of == "papers" else step.tells


def _owing(look: Look, kind_of: str, there: Any) -> AnySelect:
    """Recent events of those units that name something which is not there."""
    owed = _owed(kind_of)
    query = spots(CaseEvent.id, number=CaseFile.number, case_id=CaseFile.id, detail=func.min(owed.c.name), at=CaseEvent.at)
    return (
        query.select_from(CaseEvent)
        .join(CaseFile, CaseFile.id == CaseEvent.case_id)
        # a sum, or a joined text, is in no index: it begins with the events of the month, not with all cases of the units
        .join(Organisation, Organisation.id == CaseFile.unit_id + 0)
        .join(owed, and_(owed.c.type == CaseFile.type.concat(""), owed.c.version == written_under(),
                          owed.c.step == CaseEvent.step))
        .where(_recent(look), look.here(), ~there(owed.c.name), ~_undone())
        .group_by(CaseEvent.id, CaseFile.number, CaseFile.id, Organisation.path, CaseEvent.at)
    )  # fmt: skip


def _recent(look: Look) -> Any:
    """The events that are compared."""
    if look.subject is not None:
        return CaseEvent.id == look.subject
    month = CaseEvent.at >= look.now - LOOK_BACK
    if look.deep:
        return month
    every = aliased(CaseEvent)
    return and_(month, CaseEvent.id > select(func.max(every.id) - NEWEST).scalar_subquery())


def _undone() -> Any:
    """The step was taken back."""
    after = aliased(CaseEvent)
    return exists().where(after.case_id == CaseEvent.case_id, after.seq == CaseEvent.seq + 1, after.step == UNDO)


def _paper_there(name: Any) -> Any:
    return exists().where(Document.case_id == CaseEvent.case_id, Document.seq == CaseEvent.seq, Document.paper == name)


def _notice_there(name: Any) -> Any:
    return exists().where(Message.case_id == CaseEvent.case_id, Message.seq == CaseEvent.seq, Message.notice == name)


def _paper_missing(look: Look) -> AnySelect:
    return _owing(look, "papers", _paper_there)


def _notice_missing(look: Look) -> AnySelect:
    return _owing(look, "notices", _notice_there)


#: the steps whose effect asks for a follow-up case
ASKING = ("start_renewal",)


def _opening_missing(look: Look) -> AnySelect:
    asked = exists().where(Message.case_id == CaseEvent.case_id, Message.seq == CaseEvent.seq, Message.kind == "open_case")
    query = spots(CaseEvent.id, number=CaseFile.number, case_id=CaseFile.id, detail=CaseEvent.step, at=CaseEvent.at)
    return (
        query.select_from(CaseEvent)
        .join(CaseFile, CaseFile.id == CaseEvent.case_id)
        .join(Organisation, Organisation.id == CaseFile.unit_id)
        .where(_recent(look), CaseEvent.step.in_(ASKING), look.here(), ~asked, ~_undone())
    )


def _papers(look: Look) -> AnySelect:
    """The newest papers of those units: what is wrong with them no query can say."""
    number = func.coalesce(Document.serial, CaseFile.number)
    newest = select(Document.id).order_by(Document.id.desc())
    if look.subject is not None:
        newest = newest.where(Document.id == look.subject)
    query = spots(Document.id, number=number, case_id=Document.case_id, detail=Document.paper, at=Document.issued_at)
    query = query.select_from(Document).join(CaseFile, CaseFile.id == Document.case_id)
    query = query.join(Organisation, Organisation.id == CaseFile.unit_id)
    return query.where(look.here(), Document.id.in_(newest.limit(PROVED).scalar_subquery()), Document.void.is_(False))


def _cannot_be_set(connection: Connection, rows: Sequence[AnyRow]) -> Sequence[AnyRow]:
    """Those whose facts are not the issued ones, or which no template can set."""
    ids = [row.subject for row in rows]
    altered = set(check_papers(connection, ids))
    trial = [row.subject for row in rows if row.subject not in altered][-SET:]
    facts = select(Document.id, Document.paper, Document.facts).where(Document.id.in_(trial))
    broken = {row.id for row in connection.execute(facts) if not _is_set(row)}
    return [row for row in rows if row.subject in altered or row.subject in broken]


def _is_set(row: AnyRow) -> bool:
    if row.paper not in PAPERS:
        return False
    try:
        render_html(row.facts, "zh")
    except (*SETTING_FAULTS, KeyError, TypeError):
        return False
    return True


def _messages(look: Look, *, at: Any, detail: Any = None) -> AnySelect:
    # of what is about no case, the unit is not told: it is a person's letter
    query = spots(Message.id, number=CaseFile.number, case_id=Message.case_id, detail=detail, at=at)
    unit = aliased(Organisation)
    then = or_(Position.to_on.is_(None), Position.to_on >= func.date(Message.created_at, type_=Date))
    works = (
        exists().where(
            Position.person_id == Message.person_id, unit.id == Position.organisation_id, below(look.paths or (), unit), then
        )
        if look.paths is not None
        else true()
    )
    here = or_(and_(Message.case_id.is_not(None), look.here()), and_(Message.case_id.is_(None), works))
    return (
        query.select_from(Message)
        .outerjoin(CaseFile, CaseFile.id == Message.case_id)
        .outerjoin(Organisation, Organisation.id == CaseFile.unit_id)
        .where(here)
    )


def _outbox_old(look: Look) -> AnySelect:
    late = Message.next_try_at < look.now - OLD
    return _messages(look, at=Message.next_try_at, detail=Message.notice).where(
        _pending(Message), late, Message.kind != "open_case"
    )  # of any other kind, also one that only a newer program knows


def _parked(look: Look) -> AnySelect:
    query = _messages(look, at=Message.settled_at, detail=Message.notice)
    return query.where(_given_up(Message), Message.kind.in_(DELIVERED))


def _not_opened(look: Look) -> AnySelect:
    late, given_up = aliased(Message), aliased(Message)  # two short indexes, asked one after the other
    waits = select(late.id).where(_pending(late), late.kind == "open_case", late.created_at < look.now - OVERDUE_CASE)
    parked = select(given_up.id).where(_given_up(given_up), given_up.kind == "open_case")
    query = _messages(look, at=Message.created_at, detail=Message.notice)
    return query.where(Message.id.in_(union_all(waits, parked)))


def _pending(of: Any) -> Any:
    """The condition of the short index of what is to go out, as it stands there."""
    return of.status.in_([literal("waiting", literal_execute=True), literal("sending", literal_execute=True)])


def _given_up(of: Any) -> Any:
    """The condition of the short index of what was parked, as it stands there."""
    return of.status == literal("parked", literal_execute=True)


OUTGOING_CHECKS = (
    Check(code="paper_missing", query=_paper_missing,
          says=Label("办案记录中有而未制作的文书", "papers that a step names and that are not there"),
          remedy=Label("按办案记录补制", "issue them from what the event says"),
          repair=Label("补制文书", "Issue the missing paper")),
    Check(code="paper_broken", query=_papers, sift=_cannot_be_set,
          says=Label("不能打印的文书", "papers that cannot be set"),
          remedy=Label("按办案记录恢复其内容;不一致的作废后重新制作",
                       "restore what it says from the event; if it differs, void it and issue it again"),
          place="", repair=Label("恢复文书内容", "Restore what it says")),
    Check(code="notice_missing", query=_notice_missing,
          says=Label("已办理而没有通知的步骤", "steps that were taken and told to nobody"),
          remedy=Label("补发所缺的通知", "post the missing notice"),
          repair=Label("补发通知", "Post the missing notice")),
    Check(code="outbox_old", query=_outbox_old,
          says=Label("待发通知超过一小时", "messages waiting for more than an hour"),
          remedy=Label("查看邮件服务器与后台进程", "look at the mail server and at the workers"),
          place="/administration/messages", repair=Label("立即再发", "Try again now")),
    Check(code="parked", query=_parked,
          says=Label("通知被搁置", "messages that were parked"),
          remedy=Label("查明原因后重发", "mend the cause, then send it again"), place="/administration/messages",
          repair=Label("重发", "Send again")),
    Check(code="follow_up_missing", query=_opening_missing,
          says=Label("步骤要求而未交办的后续案件", "follow-up cases that a step asks for and nobody was asked to open"),
          remedy=Label("补登后续案件", "ask for it again"),
          repair=Label("补登后续案件", "Open the follow-up case")),
    Check(code="follow_up_not_opened", query=_not_opened,
          says=Label("应当登记而未登记的后续案件", "follow-up cases that were not opened"),
          remedy=Label("查明原因后再次登记", "mend the cause, then try again"),
          repair=Label("再次登记", "Try again")),
)  # fmt: skip
