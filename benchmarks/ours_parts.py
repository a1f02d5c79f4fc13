"""Our own single operations, to be set beside those of `benchmarks.parts`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
from sqlalchemy import select

from benchmarks.ours_case import BENCH, MEDIATOR, UNIT, bureau
from benchmarks.work import ANSWERS, NOW
from config.rules import load_pack
from config.workdays import work_calendar
from documents.render import render_docx
from flows.casework import take_step
from flows.requests import Wish, file_request
from models.chain import START, digest, event_hash
from models.papers import Document
from notifications.render import render
from states.caseview import Moment
from states.counting import count
from states.machine import decide
from states.roles import Role

Operation = Callable[[], object]
NOON = datetime.fromtimestamp(NOW, UTC)
TODAY = NOON.date()
PACK = load_pack("cn")
CALENDAR = work_calendar("CN")


@dataclass
class View:
    """The smallest case the judge accepts."""

    state: str = "mediating"
    version: int = 3
    opened_on: date = TODAY
    owner_id: int | None = MEDIATOR
    facts: dict[str, Any] = field(default_factory=lambda: {"amount": 100_000})
    instalments: tuple[Any, ...] = ()
    parties: tuple[Any, ...] = ()
    meetings: int = 0
    open_deadlines: dict[tuple[str, str], date] = field(default_factory=dict)
    has_upper_unit: bool = False


def decided() -> Operation:
    """Who, where, form, guard, way, one deadline: the whole judgement of a step."""
    moment = Moment(NOON, TODAY, PACK, CALENDAR, frozenset({Role.MEDIATOR}), MEDIATOR)
    view, answers = View(), orjson.loads(ANSWERS)
    return lambda: decide(BENCH, view, "meet", answers, moment)


def fifteen_days() -> Operation:
    """The 15th working day by the year table."""
    return lambda: CALENDAR.shift(TODAY, 15)


def fifteen_days_explained() -> Operation:
    """A period counted, with the record of why."""
    period = PACK.period("arbitration-defence")
    return lambda: count(TODAY, period, CALENDAR).explanation


def event_hashed() -> Operation:
    """The digest of what an event wrote, and the hash that chains it."""
    detail = {"entries": [{"entry": "SetFacts", "facts": {"amount": 100_000}}], "before": {"facts": {}, "ended": []}}
    event = {
        "case_id": 7, "seq": 3, "step": "meet", "from_state": "mediating", "to_state": "mediating", "actor_id": 1,
        "role": "mediator", "unit_id": 1, "request_id": 9, "at": NOON,
    }  # fmt: skip
    return lambda: event_hash(START, {**event, "detail_digest": digest(detail)})


def notice() -> Operation:
    """A reminder in words."""
    facts = {
        "number": "D2026-00123", "case_type": "dispute", "contract_id": None, "rule": "mediation-decide",
        "label": ["决定是否受理", "Decide on the application"], "subject": "", "due_on": "2026-11-30", "stage": "d3",
        "days": 3, "missed": [], "hard": True, "notice": "deadline_near",
    }  # fmt: skip
    return lambda: render("deadline_near", facts, "zh", "")


def paper_docx() -> Operation:
    """A notice of acceptance, issued by the door, as a Word file."""
    with TemporaryDirectory() as home, bureau(Path(home)) as made:
        office, day = made.office, made.office.today().isoformat()
        told = {"applicant": "王二", "employer": "某公司", "cause": "wage_arrears", "summary": "欠薪三个月", "amount": "12000"}
        first = Wish(step="open", actor_id=MEDIATOR, case_type="dispute", unit_id=UNIT, answers=told)
        case_id = take_step(office, file_request(office, first)).case_id
        agreed = {"in_scope": True, "applicant_consents": True, "respondent_consents": True}
        for step, answers in (("apply", {"received_on": day}), ("accept", {"accepted_on": day, **agreed})):
            wish = Wish(step=step, case_id=case_id, actor_id=MEDIATOR, answers=answers)
            take_step(office, file_request(office, wish))
        with office.store.read() as connection:
            query = select(Document.facts).where(Document.paper == "acceptance_notice")
            facts: dict[str, Any] = connection.execute(query).scalar_one()
    return lambda: render_docx(facts, "zh")
