"""Checks of cases, their clocks, and contracts of the register. Each starts from what is open: short indexes hold that."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import and_, exists, func, literal, or_

from flows.checks.check import Check, Look, spots
from models.base import AnySelect
from models.cases import CaseEvent, CaseFile
from models.contracts import Contract
from models.daybook import UNSETTLED
from models.deadlines import Deadline
from models.people import Organisation, Person
from models.search_index import is_indexed
from states.labels import Label
from states.register import REGISTER_RULES
from states.registry import all_types

#: days a case may rest without any clock before somebody is told
RESTS = timedelta(days=7)


def of_case(look: Look, *, detail: Any = None, at: Any = None) -> AnySelect:
    """The beginning of a question about cases of the units somebody looks at."""
    query = spots(CaseFile.id, number=CaseFile.number, case_id=CaseFile.id, detail=detail, at=at)
    return query.select_from(CaseFile).join(Organisation, Organisation.id == CaseFile.unit_id).where(look.here())


def of_clock(look: Look, *, at: Any = None) -> AnySelect:
    """The beginning of a question about clocks of those units' cases and contracts."""
    number = func.coalesce(CaseFile.number, Contract.number)
    query = spots(Deadline.id, number=number, case_id=Deadline.case_id, contract_id=Deadline.contract_id,
                  detail=Deadline.rule, at=at)  # fmt: skip
    return (
        query.select_from(Deadline)
        .outerjoin(CaseFile, CaseFile.id == Deadline.case_id)
        .outerjoin(Contract, Contract.id == Deadline.contract_id)
        .join(Organisation, Organisation.id == func.coalesce(CaseFile.unit_id, Contract.unit_id))
        .where(look.here())
    )


def _may_rest() -> Any:
    """States in which a type lets a case rest without a clock."""
    rests = [(kind, state) for kind in all_types() for state in sorted({*kind.resting, *kind.finals})]
    same = (
        and_(CaseFile.type == kind.key, CaseFile.type_version == kind.version, CaseFile.state == state) for kind, state in rests
    )
    return or_(*same)


def _without_clock(look: Look) -> AnySelect:
    running = exists().where(Deadline.case_id == CaseFile.id, UNSETTLED)
    moved = CaseFile.moved_at < look.now - RESTS
    return of_case(look, detail=CaseFile.state, at=CaseFile.moved_at).where(
        CaseFile.closed_on.is_(None), moved, ~running, ~_may_rest()
    )


def _known_rule() -> Any:
    """The condition that the rule of a clock is one of its case's type, or of the register."""
    kinds = [
        and_(CaseFile.type == kind.key, CaseFile.type_version == kind.version, Deadline.rule.in_(sorted(kind.rule)))
        for kind in all_types()
    ]
    return or_(*kinds, and_(Deadline.contract_id.is_not(None), Deadline.rule.in_(sorted(REGISTER_RULES))))


#: rules that any type knows, or the register
_ANY_RULE = sorted({rule for kind in all_types() for rule in kind.rule} | set(REGISTER_RULES))


def _without_rule(look: Look) -> AnySelect:
    # a rule nobody knows is told by the index of clocks alone; one of another type takes a look at every case
    strange = ~func.coalesce(_known_rule(), False) if look.deep or look.subject is not None else Deadline.rule.not_in(_ANY_RULE)
    return of_clock(look).where(UNSETTLED, strange)


def _asleep(look: Look) -> AnySelect:
    return of_clock(look, at=Deadline.due_on).where(Deadline.status == "open", Deadline.next_on.is_(None))


def _missed(look: Look) -> AnySelect:
    # what has no rule is another finding; the sweep cannot look at it
    return of_clock(look, at=Deadline.next_on).where(Deadline.next_on < look.today, func.coalesce(_known_rule(), False))


def _holder_left(look: Look) -> AnySelect:
    query = of_case(look, at=Person.left_on).join(Person, Person.id == CaseFile.owner_id)
    return query.where(CaseFile.closed_on.is_(None), Person.left_on <= look.today)


def _no_reminder(look: Look) -> AnySelect:
    clock = exists().where(Deadline.contract_id == Contract.id)
    case = exists().where(CaseFile.contract_id == Contract.id, CaseFile.closed_on.is_(None))
    query = spots(Contract.id, number=Contract.number, contract_id=Contract.id, at=Contract.expires_on)
    query = query.select_from(Contract).join(Organisation, Organisation.id == Contract.unit_id)
    return query.where(look.here(), Contract.standing == "in_force", ~clock, ~case)


def _not_found(look: Look) -> AnySelect:
    return of_case(look).where(CaseFile.closed_on.is_(None), CaseFile.version > 0, ~is_indexed(CaseFile.id))


def _head_differs(look: Look) -> AnySelect:
    newest = exists().where(
        CaseEvent.case_id == CaseFile.id, CaseEvent.seq == CaseFile.version, CaseEvent.hash == CaseFile.head
    )
    later = exists().where(CaseEvent.case_id == CaseFile.id, CaseEvent.seq == CaseFile.version + 1)
    whole = and_(newest, ~later)
    return of_case(look, detail=literal("head"), at=CaseFile.moved_at).where(
        CaseFile.closed_on.is_(None), CaseFile.version > 0, ~whole
    )


CASE_CHECKS = (
    Check(code="case_without_clock", query=_without_clock,
          says=Label("在办案件七日未动且无任何期限", "open cases that rest a week without any clock"),
          remedy=Label("打开案件办理下一步", "open the case and take its next step"),
          repair=Label("补上应有的期限", "Start the clocks it should have")),
    Check(code="clock_without_rule", query=_without_rule,
          says=Label("期限在案件类型中没有规则", "clocks whose rule the case type does not know"),
          remedy=Label("取消该期限,按现行规则重新起算", "void the clock and start the ones the type knows"),
          repair=Label("取消并补上应有的期限", "Void it and start the right ones")),
    Check(code="clock_asleep", query=_asleep,
          says=Label("期限不会再被检查", "running clocks no sweep will look at"),
          remedy=Label("重新确定下次检查日", "find its next day anew"),
          repair=Label("重新确定检查日", "Find its next day")),
    Check(code="reminder_missed", query=_missed,
          says=Label("应当发出而未发出的提醒", "reminders that should have gone out and did not"),
          remedy=Label("立即查看该期限;处处如此的,请查定时程序", "look at it now; where all are late, look for the scheduler"),
          repair=Label("立即查看该期限", "Look at this clock now")),
    Check(code="holder_left", query=_holder_left,
          says=Label("承办人已离任", "cases held by somebody who left"),
          remedy=Label("在“移交工作”中交给他人", "hand them over to somebody else"), place="/supervision/reassign",
          repair=Label("交其代理人承办(已核对无利害关系)", "Give to the substitute (no conflict of interest)")),
    Check(code="contract_without_reminder", query=_no_reminder,
          says=Label("履行中的合同没有到期提醒", "contracts in force without a reminder"),
          remedy=Label("重新登记到期提醒", "start its clocks anew"), place="/contracts/{number}",
          repair=Label("补上到期提醒", "Start its clocks")),
    Check(code="not_findable", query=_not_found,
          says=Label("在办案件检索不到", "open cases that a search does not find"),
          remedy=Label("重建该案检索", "write its search row anew"),
          repair=Label("重建检索", "Write its search row")),
    Check(code="head_differs", query=_head_differs,
          says=Label("案件与其办案记录不符", "open cases that are not what their newest event says"),
          remedy=Label("勿改数据:核验办案记录,并与备份恢复件比对",
                       "change nothing: verify the record, restore a backup beside it and compare")),
)  # fmt: skip
