"""Repairs of cases: their clocks, who holds them, the register's clocks, the search row.

A clock that an event should have started is a row beside that event, and is written again as the event says. Who holds a case
changes only through the door.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, and_, insert, or_, select, update

from config.rules import load_pack
from config.workdays import work_calendar
from flows.batch import advance_batch
from flows.checks.check import Spot
from flows.deadlines import sweep_clock
from flows.handover import hand_over
from flows.judging import CLOCK_ONLY, moment_of
from flows.office import Office
from flows.repairs.answer import Body, not_safe
from flows.repairs.rebuilding import act_of
from models.accounts import Absence
from models.cases import CaseEvent, CaseFile
from models.clerk import Act
from models.clocks import clock_row
from models.contracts import Contract
from models.deadlines import Deadline, DeadlineStatus
from models.people import Person
from models.search_index import Kind, refresh
from states.agenda import first_day
from states.entries import StartDeadline
from states.labels import Label
from states.machine import Start, started_clocks
from states.register import clocks_of
from states.registry import case_type, rule_of

_NEXT_STEP = Label("打开案件办理下一步", "open the case and take its next step")
_YESTERDAY = timedelta(days=1)


def start_missing_clocks(office: Office, _by: int | None, spot: Spot) -> Label:
    """Start the clocks that the state of the case should have and has not."""
    assert spot.case_id is not None
    with office.store.write() as connection:
        started = _start(connection, office, spot.case_id)
    if not started:
        text = Label("该状态没有可补的期限", "the state of this case has no clock that could be started again")
        raise not_safe(text, _NEXT_STEP)
    zh, en = "、".join(rule.label.zh for rule in started), ", ".join(rule.label.en for rule in started)
    return Label(f"已补上期限:{zh}", f"clocks started: {en}")


def _start(connection: Connection, office: Office, case_id: int) -> Sequence[Any]:
    entered = select(CaseEvent.id, CaseFile.type, CaseFile.type_version).where(
        CaseEvent.case_id == case_id, CaseEvent.to_state == CaseFile.state
    )
    entered = entered.join(CaseFile, CaseFile.id == CaseEvent.case_id)
    entered = entered.where(or_(CaseEvent.from_state != CaseEvent.to_state, CaseEvent.seq == 1))
    event = connection.execute(entered.order_by(CaseEvent.seq.desc()).limit(1)).first()
    if event is None:
        return ()
    act, kind = act_of(connection, event.id), case_type(event.type, event.type_version)
    # one that a later step ended is not missing
    began = and_(Deadline.started_by >= act.seq, or_(Deadline.status != "void", Deadline.ended_by.is_not(None)))
    there = select(Deadline.rule, Deadline.subject).where(Deadline.case_id == case_id, or_(Deadline.status == "open", began))
    known = {(row.rule, row.subject) for row in connection.execute(there)}
    due = [start for start in _due(act) if start.rule.name in kind.rule]  # the case may have moved to another version since
    missing = [start for start in due if (start.rule.name, start.subject) not in known]
    # a period that is over and has an effect by itself is for people to act on: it is not let loose by a repair
    safe = [start for start in missing if start.due_on >= office.today() or not start.rule.on_expiry]
    for start in safe:
        row = clock_row(case_id, act.seq, start, office.today() - _YESTERDAY)
        connection.execute(insert(Deadline).values(**{**row, "next_on": max(row["next_on"], office.today())}))
    return [start.rule for start in safe]


def _due(act: Act) -> list[Start]:
    """The clocks that the event which entered the state starts, counted from its own day."""
    kind = case_type(act.case.type, act.case.type_version)
    step = act.decision.step
    entered = kind.on_entering.get(act.decision.state, ()) if act.case.state != act.decision.state else ()
    moment = moment_of(act.case, CLOCK_ONLY, None, act.at)
    starts = started_clocks(kind, (*step.starts, *entered), act.facts, act.decision.answers, moment)
    agreed = [entry for entry in act.decision.entries if isinstance(entry, StartDeadline)]
    return starts + [
        Start(kind.rule[one.rule], one.subject, one.on, explanation={"agreed": True, "start": one.on.isoformat()})
        for one in agreed
    ]


def void_and_start(office: Office, _by: int | None, spot: Spot) -> Label:
    """End the clock nobody has a rule for, and start those the type knows."""
    with office.store.write() as connection:
        mine = update(Deadline).where(Deadline.id == spot.subject, Deadline.status.in_(("open", "expired")))
        connection.execute(mine.values(status="void", next_on=None))
        started = _start(connection, office, spot.case_id) if spot.case_id is not None else ()
        if spot.contract_id is not None:
            _start_register_clocks(connection, spot.contract_id)
    zh, en = "、".join(rule.label.zh for rule in started), ", ".join(rule.label.en for rule in started)
    return Label(f"已取消;补上期限:{zh or '无'}", f"voided; clocks started: {en or 'none'}")


def wake(office: Office, _by: int | None, spot: Spot) -> Label:
    """Give a running clock the day on which a sweep looks at it."""
    query = (
        select(Deadline.rule, Deadline.contract_id, Deadline.opens_on, Deadline.due_on, CaseFile.type, CaseFile.type_version)
        .outerjoin(CaseFile, CaseFile.id == Deadline.case_id)
        .where(Deadline.id == spot.subject)
    )
    today = office.today()
    with office.store.write() as connection:
        row = connection.execute(query).one()
        try:
            rule = rule_of(row)
        except KeyError:
            text = Label("该期限没有规则", "no rule is known for this clock")
            raise not_safe(text, Label("先处理“期限没有规则”", "mend the clock without a rule first")) from None
        day = max(first_day(rule, row.opens_on, row.due_on, after=today - _YESTERDAY), today)
        mine = update(Deadline).where(Deadline.id == spot.subject, Deadline.status == "open", Deadline.next_on.is_(None))
        connection.execute(mine.values(next_on=day))
    return Label(f"下次检查日:{day}", f"it is looked at on {day}")


def look_now(office: Office, _by: int | None, spot: Spot) -> Label:
    """This clock and no other, as the sweep does it: its reminder, its own step, the day on which it is looked at next."""
    swept = sweep_clock(office, spot.subject)
    with office.store.read() as connection:
        row = connection.execute(select(Deadline.status, Deadline.next_on).where(Deadline.id == spot.subject)).one()
    state = DeadlineStatus(row.status).label
    zh = [f"期限现为“{state.zh}”", f"下次检查日:{row.next_on or '无'}", f"发出提醒 {swept.reminders} 份"]
    en = [f"the clock is now “{state.en}”", f"looked at next on: {row.next_on or 'no day'}", f"{swept.reminders} reminders"]
    if asked := swept.steps + swept.renewals:
        zh.append(f"按期限办理 {asked - swept.refused} 步,未予办理 {swept.refused} 步")
        en.append(f"{asked - swept.refused} steps of the clock applied, {swept.refused} refused")
    return Label(";".join(zh), "; ".join(en))


def give_to_substitute(office: Office, by: int | None, spot: Spot) -> Label:
    """Hand the case over to whoever stood in for its holder, by the case's own step and in the name of who repairs."""
    standing_in = (
        select(Person.id, CaseFile.version)
        .join(Absence, Absence.substitute_id == Person.id)
        .join(CaseFile, CaseFile.owner_id == Absence.person_id)
        .where(CaseFile.id == spot.case_id, Person.left_on.is_(None))
        .order_by(Absence.to_on.desc(), Absence.id.desc())
    )
    with office.store.read() as connection:
        substitute = connection.execute(standing_in.limit(1)).first()
    if substitute is None or by is None:
        text = Label("离任人员没有代理人", "nobody stands in for the person who left")
        raise not_safe(text, Label("请到“移交工作”中选择承办人", "choose somebody on the page “Hand work over”"))
    assert spot.case_id is not None
    key = f"left:{spot.case_id}:{substitute.version}"  # the button twice at once is one hand-over
    advance_batch(office, hand_over(office, by, substitute.id, chosen=(spot.case_id,), checked=True, key=key))
    return Label("已交代理人承办", "given to the substitute")  # a page carries it in a cookie: nobody is named


def start_register_clocks(office: Office, _by: int | None, spot: Spot) -> Label:
    """The register's clocks of a contract, made anew from its end."""
    with office.store.write() as connection:
        count = _start_register_clocks(connection, spot.subject)
    return Label(f"已补上 {count} 个期限", f"{count} clocks started")


def _start_register_clocks(connection: Connection, contract_id: int) -> int:
    columns = (Contract.kind, Contract.expires_on, Contract.pack)
    contract = connection.execute(select(*columns).where(Contract.id == contract_id).with_for_update()).one()
    running = select(Deadline.rule).where(Deadline.contract_id == contract_id, Deadline.status != "void")
    known = set(connection.scalars(running))
    pack = load_pack(contract.pack)
    rows: Sequence[Mapping[str, Any]] = clocks_of(contract.kind, contract.expires_on, pack, work_calendar(pack.calendar))
    missing = [{**row, "contract_id": contract_id} for row in rows if row["rule"] not in known]
    if missing:
        connection.execute(insert(Deadline), missing)
    return len(missing)


def write_search_row(office: Office, _by: int | None, spot: Spot) -> None:
    """The row by which the case is found, from what the store says."""
    with office.store.write() as connection:
        refresh(connection, Kind.CASE, [spot.subject])


BODIES: Mapping[str, Body] = {
    "case_without_clock": start_missing_clocks,
    "clock_without_rule": void_and_start,
    "clock_asleep": wake,
    "reminder_missed": look_now,
    "holder_left": give_to_substitute,
    "contract_without_reminder": start_register_clocks,
    "not_findable": write_search_row,
}
