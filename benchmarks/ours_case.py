"""The work of `benchmarks.work` as a case type of ours: the same seven states, eight steps, eleven deadlines, one guard.

The deadlines are counted in the office's rule pack, on the calendar, with the explanation that every deadline of ours
carries; each step tells one notice. `prepared` gives an office with the cases opened and all wishes filed, untimed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import insert, select, text

from benchmarks.work import ANSWERS, STEPS, Tally
from config.settings import Settings
from flows.batch import advance_batch
from flows.office import Office, open_office
from flows.requests import Wish, as_row, file_batch
from models.migrating import migrate
from models.people import Organisation, Person, Position
from models.requests import StepRequest
from states.casetype import CaseType, DeadlineRule, Guard, Stage, take
from states.caseview import CaseView, Moment
from states.forms import Form, NoAnswers, ask
from states.labels import Label
from states.registry import registered
from states.roles import Role

MEDIATORS = frozenset({Role.MEDIATOR})
KIND = "bench"
MEDIATOR, UNIT = 1, 1


class Place(Stage):
    """The states of the work."""

    RECEIVED = "received", "已收", "Received"
    ACCEPTED = "accepted", "已受理", "Accepted"
    MEDIATING = "mediating", "调解中", "Mediating"
    AGREED = "agreed", "已达成", "Agreed"
    PERFORMING = "performing", "履行中", "Performing"
    VERIFIED = "verified", "已核实", "Verified"
    CLOSED = "closed", "已结案", "Closed"


class Session(Form):
    """What every step asks: the answers of `benchmarks.work`."""

    remark: str = ask("备注", "Remark", max_length=500)
    present: int = ask("到场人数", "Present", ge=0)
    place: str = ask("地点", "Place", max_length=200)


#: clock → period of the rule pack, of about the length in `benchmarks.work`
CLOCKS = {
    "start-mediation": "negotiation-reply", "conclude": "mediation-from-receipt", "first-session": "negotiation-reply",
    "next-session": "negotiation-reply", "sign": "mediation-decide", "review-window": "arbitration-review-window",
    "first-payment": "payment-order-acceptance", "last-payment": "judicial-confirmation-window",
    "follow-up": "payment-order-service", "archive": "judicial-confirmation-window",
}  # fmt: skip


def _has_claim(case: CaseView, _form: Any, _moment: Moment) -> bool:
    return int(case.facts.get("amount", 1)) > 0


HAS_CLAIM = Guard("no_amount", _has_claim, Label("没有金额", "there is no amount"))
BENCH = CaseType(
    key=KIND,
    label=Label("测速", "Benchmark"),
    version=1,
    stages=Place,
    initial=Place.RECEIVED,
    finals=frozenset({Place.CLOSED}),
    opens_with=NoAnswers,
    opened_by=MEDIATORS,
    steps=tuple(
        take(step.name, step.name, step.name)
        .of(step.source)
        .to(
            step.target, by=MEDIATORS, asks=Session, guards=(HAS_CLAIM,) if step.guarded else (),
            starts=tuple(kind for kind, _ in step.deadlines), tells=(f"case.{step.target}",),
        )
        for step in dict.fromkeys(STEPS)
    ),
    deadlines=tuple(
        DeadlineRule(name=name, label=Label(name, name), period=period) for name, period in CLOCKS.items()
    ),
)  # fmt: skip
TALLY = text(
    "SELECT (SELECT count(*) FROM case_file WHERE state = 'closed' AND version = 9),"
    " (SELECT count(*) FROM case_event WHERE step <> 'open'), (SELECT count(*) FROM deadline),"
    " (SELECT count(*) FROM message)"
)


@dataclass
class Bureau:
    """An office with one unit and one mediator, for the benchmark's case type."""

    office: Office

    def open_cases(self, cases: int) -> None:
        """Cases 1 … `cases`, opened through the door."""
        wish = Wish(step="open", actor_id=MEDIATOR, case_type=KIND, unit_id=UNIT)
        result = advance_batch(self.office, file_batch(self.office, "open", MEDIATOR, [wish] * cases))
        assert result.applied == cases

    def wishes(self, cases: int) -> Iterator[Wish]:
        """All the wishes of the work, in its order."""
        answers = orjson.loads(ANSWERS)
        for step in STEPS:
            for case_id in range(1, cases + 1):
                yield Wish(step=step.name, case_id=case_id, actor_id=MEDIATOR, answers=answers)

    def file_all(self, cases: int) -> dict[tuple[int, str], list[int]]:
        """File all wishes as single requests; (case, step) → ids of its requests, the first to be taken last."""
        rows = [as_row(wish, self.office) for wish in self.wishes(cases)]
        with self.office.store.write() as connection:
            connection.execute(insert(StepRequest.__table__), rows)  # type: ignore[arg-type]
            query = select(StepRequest.case_id, StepRequest.step, StepRequest.id)
            filed: dict[tuple[int, str], list[int]] = {}
            for case_id, step, request_id in connection.execute(query.order_by(StepRequest.id.desc())):
                filed.setdefault((case_id, step), []).append(request_id)
        return filed

    def tally(self) -> Tally:
        """Count what the run left behind; the openings are not counted."""
        with self.office.store.read() as connection:
            return Tally(*connection.execute(TALLY).one())

    def analyse(self) -> None:
        """Let the store look at its tables, as a store that has lived for a day has done."""
        with self.office.store.write() as connection:
            connection.exec_driver_sql("ANALYZE")


@contextmanager
def bureau(directory: Path, url: str = "") -> Iterator[Bureau]:
    """The bureau on a new store, the case type known for the length of the block."""
    office = open_office(Settings(home=directory, database_url=url))
    with registered(BENCH):
        migrate(office.store)
        with office.store.write() as connection:
            unit = {"id": UNIT, "code": "u", "name": "街道工会", "kind": "subdistrict", "path": "/1/"}
            connection.execute(insert(Organisation), [unit])
            connection.execute(insert(Person), [{"id": MEDIATOR, "code": "p1", "name": "李调解"}])
            held = {"person_id": MEDIATOR, "organisation_id": UNIT, "role": "mediator"}
            connection.execute(insert(Position), [held])
        try:
            yield Bureau(office)
        finally:
            office.store.close()
