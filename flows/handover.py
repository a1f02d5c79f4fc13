"""Handing work over: the open cases of a person, or those somebody ticked, given to another by each case's own step.

The cases go through the one door in one batch, so each has its result; what cannot change hands now is refused with reasons.
Who leaves for some days keeps his cases and gets a substitute (`flows.accounts.absences`); this is for those who do not come
back, and for work that lies unevenly.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date

from sqlalchemy import Connection, select

from flows.accounts.authority import administered
from flows.judging import WORKING_ROLES
from flows.office import Office
from flows.office_journal import Deed, record
from flows.requests import Wish, file_batch
from models.accounts import Absence
from models.base import AnyRow
from models.cases import CaseFile
from models.daybook import of_units
from models.people import Person
from models.requests import StepBatch
from models.staff import works_as
from states.errors import InvalidAnswers, NotPermitted, Reason, Refusal, refuse
from states.labels import Label
from states.registry import case_type
from states.roles import Role

#: cases of one hand-over; what is left over goes with the next one
MOST = 2000
#: the step by which a case of each type gets another owner, and the field that names him
STEPS: Mapping[str, tuple[str, str]] = {"dispute": ("assign_mediator", "mediator"), "bargaining": ("assign_officer", "officer")}


def open_cases(
    connection: Connection, paths: Collection[str], *, holder: int = 0, ids: Collection[int] = ()
) -> Sequence[AnyRow]:
    """(id, type, owner) of the open cases of those units that a person holds, or that were chosen."""
    query = select(CaseFile.id, CaseFile.type, CaseFile.owner_id).where(of_units(paths))
    query = query.where(CaseFile.owner_id == holder) if holder else query.where(CaseFile.id.in_(list(ids)[:MOST]))
    return connection.execute(query.order_by(CaseFile.id).limit(MOST)).all()


def hand_over(
    office: Office, by: int, to: int, *, holder: int = 0, chosen: Collection[int] = (), checked: bool = False, key: str = ""
) -> int:
    """Give the open cases of `holder`, or the chosen ones, to somebody else; the id of the batch.

    `by` supervises their units; others' cases are not there for him. `checked`: he looked that nobody has an interest of his
    own in a dispute. Refused with all reasons before anything is filed; the same key is the same hand-over.
    """
    full = f"hand-over:{by}:{key[:64]}" if key else ""
    with office.store.read() as connection:
        earlier = connection.scalar(select(StepBatch.id).where(StepBatch.key == full)) if full else None
        if earlier is not None:
            return int(earlier)
        paths = administered(connection, by, office.today(), Role.SUPERVISOR).paths
        if not paths:
            raise _no_supervisor()
        cases = open_cases(connection, paths, holder=holder, ids=chosen)
        reasons = list(_against(connection, paths, cases, to, checked, office.today()))
    if reasons:
        raise InvalidAnswers(reasons)
    wishes = [_wish(case, by, to, checked) for case in cases if case.owner_id != to]

    def journal(connection: Connection, batch_id: int) -> None:
        for owner_id, count in Counter(case.owner_id for case in cases).items():
            record(connection, office.now(), Deed.HANDED_OVER, actor_id=by, person_id=owner_id, unit_id=_unit(paths),
                   to=to, cases=count, batch=batch_id)  # fmt: skip

    return file_batch(office, wishes[0].step, by, wishes, full, journal)


def _unit(paths: Sequence[str]) -> int:
    return int(paths[0].strip("/").rpartition("/")[2])


def _wish(case: AnyRow, by: int, to: int, checked: bool) -> Wish:
    step, field = STEPS[case.type]
    asked = case_type(case.type).step(step)
    answers: dict[str, object] = {field: to}
    if asked is not None and "no_conflict" in asked.asks.model_fields:
        answers["no_conflict"] = checked
    return Wish(step=step, case_id=case.id, actor_id=by, answers=answers)


def _against(
    connection: Connection, paths: Sequence[str], cases: Sequence[AnyRow], to: int, checked: bool, today: date
) -> Iterator[Reason]:
    if not cases:
        text = Label("没有可移交的案件", "there is no case to hand over")
        yield Reason("nothing_chosen", text, Label("请勾选在办案件", "tick cases that are open"), "cases")
    person = connection.execute(select(Person.id, Person.left_on).where(Person.id == to)).first()
    held = works_as(connection, to, paths, today)
    if person is None or not held:
        text = Label("您督办的单位中没有这位承办人", "nobody like that works in the units you supervise")
        yield Reason("person_not_found", text, Label("请从名单中选择", "choose somebody of the list"), "to")
        return
    if cases and all(case.owner_id == to for case in cases):
        text = Label("这些案件本来就由其承办", "the person holds these cases already")
        yield Reason("same_person", text, Label("请另选一人", "choose somebody else"), "to")
    for kind, count in Counter(case.type for case in cases).items():
        role = WORKING_ROLES.get(kind)
        if role is not None and role not in held:
            text = Label(
                f"其中 {count} 件须由{role.zh}承办,而此人不是",
                f"{count} of these cases need a {role.en.lower()}, and this person is none",
            )
            yield Reason(
                "wrong_position", text, Label("请另选一人,或分开移交", "choose somebody else, or hand over in parts"), "to"
            )
    away = select(Absence.to_on).where(
        Absence.person_id == to, Absence.ended_at.is_(None), Absence.from_on <= today, Absence.to_on >= today
    )
    back: date | None = connection.scalar(away.limit(1))
    if back is not None:
        text = Label(f"此人请假至 {back}", f"this person is away until {back}")
        yield Reason("person_away", text, Label("请选其代理人或他人", "choose the substitute or somebody else"), "to")
    if not checked and any(case.type == "dispute" for case in cases):
        text = Label("尚未核对利害关系", "nobody has checked for a conflict of interest")
        yield Reason("no_conflict", text, Label("核对后勾选", "check it and tick the box"), "checked")


def _no_supervisor() -> Refusal:
    return refuse(
        NotPermitted, "not_supervisor", Label("只有督办可以移交他人的工作", "only a supervisor hands over others' work"),
        Label("请联系本单位督办", "ask the supervisor of your unit"),
    )  # fmt: skip
