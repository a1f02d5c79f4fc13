"""Nightly checks of what must be true, each with the way to mend it (an idea of Caseflow's; ANCHORS 1.3).

A check is a question to the store with a limit; what it finds is counted and the first cases are named. Findings go to the
administrators as one notice a day; `concord doctor --integrity` shows them at any time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, cast, exists, func, select

from flows.office import Office
from models.base import AnySelect
from models.cases import CaseFile
from models.contracts import Contract
from models.deadlines import Deadline
from models.outbox import PARKED, Message
from models.people import Person
from models.requests import Run, StepRequest
from models.search_index import is_indexed
from models.upsert import insert_or_leave
from states.labels import Label

SHOWN = 20


@dataclass(frozen=True)
class Check:
    """One thing that must be true of the store."""

    code: str
    says: Label
    remedy: Label
    #: rows that break it: one column, a number a person can look up
    query: Callable[[datetime], AnySelect]


@dataclass(frozen=True)
class Finding:
    """A check that found something."""

    check: Check
    count: int
    first: tuple[str, ...]


def _running_clock() -> Any:
    return exists().where(Deadline.case_id == CaseFile.id, Deadline.status.in_(("open", "expired")))


def _without_clock(now: datetime) -> AnySelect:
    week_ago = now - timedelta(days=7)
    return select(CaseFile.number).where(
        CaseFile.closed_on.is_(None), CaseFile.state != "archived", CaseFile.moved_at < week_ago, ~_running_clock()
    )


def _holder_left(_now: datetime) -> AnySelect:
    return (
        select(CaseFile.number)
        .join(Person, Person.id == CaseFile.owner_id)
        .where(CaseFile.closed_on.is_(None), Person.left_on.is_not(None))
    )


def _clock_asleep(_now: datetime) -> AnySelect:
    rule = Deadline.rule + " #" + cast(Deadline.id, String)
    return select(rule).where(Deadline.status == "open", Deadline.next_on.is_(None))


def _outbox_old(now: datetime) -> AnySelect:
    late = now - timedelta(hours=1)
    return select(Message.key).where(Message.status.in_(("waiting", "sending")), Message.next_try_at < late)


def _parked(_now: datetime) -> AnySelect:
    return select(Message.key).where(PARKED)


def _failed(_now: datetime) -> AnySelect:
    return select(StepRequest.key).where(StepRequest.status == "failed")


def _no_reminder(_now: datetime) -> AnySelect:
    clock = exists().where(Deadline.contract_id == Contract.id)
    case = exists().where(CaseFile.contract_id == Contract.id, CaseFile.closed_on.is_(None))
    return select(Contract.number).where(Contract.standing == "in_force", ~clock, ~case)


def _runs_lost(_now: datetime) -> AnySelect:
    return select(Run.key).where(Run.state == "lost")


def _not_found(_now: datetime) -> AnySelect:
    return select(CaseFile.number).where(CaseFile.closed_on.is_(None), CaseFile.version > 0, ~is_indexed(CaseFile.id))


CHECKS = (
    Check("case_without_clock", Label("在办案件七日未动且无任何期限", "open cases that rest a week without any clock"),
          Label("打开案件办理下一步", "open the case and take its next step"), _without_clock),
    Check("holder_left", Label("承办人已离任", "cases held by somebody who left"),
          Label("用 case assign 移交", "hand them over with `case assign`"), _holder_left),
    Check("clock_asleep", Label("期限不会再被检查", "running clocks no sweep will look at"),
          Label("运行 concord sweep", "run `concord sweep`"), _clock_asleep),
    Check("outbox_old", Label("待发通知超过一小时", "notices waiting for more than an hour"),
          Label("查看 reminders missed 与邮件服务器", "see `reminders missed` and the mail server"), _outbox_old),
    Check("parked", Label("通知被搁置", "notices that were parked"),
          Label("查明原因后用 reminders resend 重发", "mend the cause, then `reminders resend`"), _parked),
    Check("failed_steps", Label("办理出错未完成", "steps that went wrong"),
          Label("用 runs retry 重试", "retry with `runs retry`"), _failed),
    Check("contract_without_reminder", Label("履行中的合同没有到期提醒", "contracts in force without a reminder"),
          Label("运行 concord sweep", "run `concord sweep`"), _no_reminder),
    Check("not_findable", Label("在办案件检索不到", "open cases that a search does not find"),
          Label("运行 concord search --rebuild", "run `concord search --rebuild`"), _not_found),
    Check("runs_lost", Label("运行中断", "runs whose process died"),
          Label("无须处理:工作已由其他运行接续", "nothing to do: other runs went on with the work"), _runs_lost),
)  # fmt: skip


def find(office: Office) -> list[Finding]:
    """What the checks find now."""
    found = []
    with office.store.read() as connection:
        for check in CHECKS:
            rows = check.query(office.now()).limit(1000)
            count = connection.execute(select(func.count()).select_from(rows.subquery())).scalar_one()
            if count:
                first = tuple(str(value) for value in connection.scalars(rows.limit(SHOWN)))
                found.append(Finding(check, count, first))
    return found


def report_findings(office: Office) -> int:
    """Tell the administrators once a day what was found; how many checks found something."""
    found = find(office)
    if found:
        lines = [[f.check.code, f.count, f.check.says.zh, f.check.says.en, f.check.remedy.zh, f.check.remedy.en]
                 for f in found]  # fmt: skip
        with office.store.write() as connection:
            row = insert_or_leave(connection, Message, Message.key)
            connection.execute(
                row.values(
                    key=f"integrity:{office.today()}", kind="notice", notice="integrity_findings", channel="",
                    facts={"findings": lines}, status="waiting", attempt=0, next_try_at=office.now(),
                    created_at=office.now(), error="", subject="", body="",
                )
            )  # fmt: skip
    return len(found)
