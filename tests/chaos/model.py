"""The office in plain Python: what every case must look like after anything people, clocks and accidents did to it.

It knows no store, no transaction and no batch. A step is judged by the same pure `decide`; everything that has to do with
keeping (versions, clocks that end, move and run again, what an undo restores, who is told, whose request was answered how) is
said here a second time, as simply as it can be said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from config.clock import day_at
from config.rules import load_pack
from config.workdays import work_calendar
from states import entries as said
from states.casetype import OPEN, CaseType, DeadlineRule
from states.caseview import Moment
from states.errors import CaseNotFound, InvalidAnswers, NotPermitted, Refusal, StaleCase, StepRefused
from states.machine import Decision, decide, facts_after
from states.registry import case_type
from states.roles import BARGAINERS, MEDIATORS, Role
from tests.states.walker import Part, enter

UNDO = "undo"
OUTWARD = (said.ContractSigned, said.ContractBecomes, said.OpenCase, said.MoveUp)
PACK = load_pack("cn")
#: how an answer is told: "applied", or the kind of refusal
APPLIED = "applied"


@dataclass
class Clock:
    """A clock of a case."""

    rule: DeadlineRule
    subject: str
    due_on: date
    opens_on: date | None
    hard: bool
    next_on: date | None
    status: str = "open"
    opened: bool = False
    #: done, also late: no step ends it a second time
    settled: bool = False

    def stages(self) -> list[tuple[date, bool]]:
        """Every day on which something is due here, and whether it is the window's opening."""
        days = [(self.due_on - timedelta(days=before), False) for before in self.rule.remind.before]
        if self.opens_on is not None and (self.rule.remind.opening or self.rule.on_opening):
            days.append((self.opens_on, True))
        return sorted([*days, (self.due_on + timedelta(days=1), False)])

    def first_look(self, today: date, *, moved: bool = False) -> date:
        """The first day on which a sweep must look, once it started or moved on that day."""
        if not moved and self.rule.on_opening and self.opens_on is not None and self.opens_on <= today <= self.due_on:
            return self.opens_on
        later = [day for day, opening in self.stages() if day > today and not (moved and opening)]
        return later[0] if later else self.due_on + timedelta(days=1)


@dataclass
class Before:
    """What the last step changed, to be put back."""

    step: str
    actor: str | None
    by_clock: bool
    day: date
    undoable: bool
    kept: dict[str, Any]
    clocks: list[tuple[Clock, str, date, date | None]]
    started: list[Clock]


#: fields of a case that an undo puts back as they were
KEPT = ("state", "owner_id", "facts", "instalments", "parties", "meetings", "unit", "outcome")


@dataclass
class Case:
    """A case as it must be; satisfies `states.caseview.CaseView`."""

    type: CaseType
    unit: str
    opened_on: date
    employer_id: int | None = None
    state: str = ""
    version: int = 0
    owner_id: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    instalments: list[Part] = field(default_factory=list)
    parties: list[said.PartyJoins] = field(default_factory=list)
    meetings: int = 0
    outcome: str | None = None
    clocks: list[Clock] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    #: seq → what the event puts into the outbox
    told: dict[int, set[str]] = field(default_factory=dict)
    #: event → what a case that is to follow is opened by
    to_follow: list[str] = field(default_factory=list)
    last: Before | None = None

    @property
    def has_upper_unit(self) -> bool:
        """Every unit above mediates."""
        return self.unit.count("/") > 2

    @property
    def open_deadlines(self) -> dict[tuple[str, str], date]:
        """(rule, subject) → last day of the clocks that run."""
        return {(clock.rule.name, clock.subject): clock.due_on for clock in self.clocks if clock.status == "open"}

    def write(self, decision: Decision, actor: str | None, today: date) -> None:
        """The decision becomes the case."""
        kept = {name: deepcopy(getattr(self, name)) for name in KEPT}
        touched = self._settle_clocks(decision, today)
        started = [Clock(s.rule, s.subject, s.due_on, s.opens_on, s.hard, None) for s in decision.starts]
        for clock in started:
            clock.next_on = clock.first_look(today)
        self.clocks += started
        self.facts = facts_after(self.facts, decision.entries)
        for entry in decision.entries:
            self._enter(entry)
        step = decision.step
        self.version += 1
        self.steps.append(step.name)
        self.told[self.version] = set(step.tells) | {
            f"open:{entry.case_type}" for entry in decision.entries if isinstance(entry, said.OpenCase)
        }
        self.to_follow += [f"{self.version}:{name}" for name in self.told[self.version] if name.startswith("open:")]
        self.state = decision.state
        if decision.outcome is not None:
            self.outcome = str(decision.outcome)
        elif self.state not in self.type.ended:
            self.outcome = None
        undoable = step.undoable and step.name != OPEN and actor is not None
        outward = any(isinstance(entry, OUTWARD) for entry in decision.entries)
        self.last = Before(step.name, actor, actor is None, today, undoable and not outward, kept, touched, started)

    def _settle_clocks(self, decision: Decision, today: date) -> list[tuple[Clock, str, date, date | None]]:
        restarted = {(start.rule.name, start.subject) for start in decision.starts}
        done = {(e.rule, e.subject) for e in decision.entries if isinstance(e, said.MeetDeadline)}
        moved = {(e.rule, e.subject): e.on for e in reversed(decision.entries) if isinstance(e, said.MoveDeadline)}
        touched = []
        for clock in self.clocks:
            if clock.settled or clock.status not in ("open", "expired"):
                continue
            was, key = (clock, clock.status, clock.due_on, clock.next_on), (clock.rule.name, clock.subject)
            met = clock.rule.name in decision.meets or key in done
            if met or decision.voids_all or clock.rule.name in decision.voids or key in restarted:
                clock.status = ("met" if met else "void") if clock.status == "open" else "expired"
                clock.settled, clock.next_on = True, None
            elif key in moved:
                clock.status, clock.due_on = "open", moved[key]
                clock.next_on = clock.first_look(today, moved=True)
            else:
                continue
            touched.append(was)
        return touched

    def _enter(self, entry: said.Entry) -> None:
        enter(self, entry)
        if isinstance(entry, said.MoveUp):
            self.unit = self.unit[: self.unit.rstrip("/").rindex("/") + 1]

    def undo(self, actor: str) -> None:
        """Put back what the last step changed; what it wrote stays written."""
        last = self.last
        assert last is not None
        for name in KEPT:
            setattr(self, name, last.kept[name])
        for clock in last.started:
            if clock.status in ("open", "expired"):
                clock.status, clock.next_on, clock.settled = "void", None, True
        for clock, status, due_on, next_on in last.clocks:
            clock.status, clock.due_on, clock.next_on, clock.settled = status, due_on, next_on, False
        self.version += 1
        self.steps.append(UNDO)
        self.told[self.version] = set()
        self.last = Before(UNDO, actor, False, date.min, False, {}, [], [])


@dataclass
class Person:
    """Somebody of the office: what he is, and where."""

    id: int
    role: Role | None
    path: str
    left_on: date | None = None

    def here(self, day: date) -> bool:
        """Whether he is still there on that day."""
        return self.role is not None and (self.left_on is None or day < self.left_on)


@dataclass
class OfficeModel:
    """All cases, and what was answered to whom."""

    people: dict[str, Person]
    cases: dict[int, Case] = field(default_factory=dict)
    #: key → how it was answered
    answers: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def roles(self, case: Case, who: str | None, day: date) -> frozenset[Role]:
        """What somebody is for a case."""
        if who is None:
            return frozenset({Role.CLOCK})
        person = self.people[who]
        if not person.here(day) or person.role is None:
            return frozenset()
        own = {Role.MEDIATOR: "dispute", Role.OFFICER: "bargaining"}.get(person.role) == case.type.key
        chair = person.role is Role.CHAIR and case.type.key == "bargaining" and f"/{case.employer_id}/" in person.path
        holds = case.owner_id == person.id and own
        return frozenset({person.role} if case.unit.startswith(person.path) or holds or chair else ())

    def moment(self, case: Case, who: str | None, now: datetime) -> Moment:
        """The moment in which somebody asks."""
        roles = self.roles(case, who, day_at(now))
        actor_id = self.people[who].id if who else None
        return Moment(now, day_at(now), PACK, work_calendar(PACK.calendar), roles, actor_id)

    def open(self, case_id: int, kind: str, unit: str, who: str | None, answers: Mapping[str, Any], now: datetime) -> str:
        """Open a case, or say why not."""
        chosen = case_type(kind)
        case = Case(chosen, unit, day_at(now), answers.get("employer_id"), str(chosen.initial))
        told = self._judged(case, who, OPEN, answers, now)
        if told == APPLIED:
            self.cases[case_id] = case
        return told

    def take(
        self, case_id: int, who: str | None, step: str, answers: Mapping[str, Any], now: datetime, version: int | None = None
    ) -> str:
        """Take a step, or say why not."""
        case = self.cases.get(case_id)
        if case is None or not self.roles(case, who, day_at(now)):
            return CaseNotFound.__name__
        if step == UNDO:
            return self._undone(case, who, now, version)
        if version is not None and version != case.version:
            return StaleCase.__name__
        return self._judged(case, who, step, answers, now)

    def _judged(self, case: Case, who: str | None, step: str, answers: Mapping[str, Any], now: datetime) -> str:
        moment = self.moment(case, who, now)
        if not moment.roles:
            return NotPermitted.__name__
        try:
            decision = decide(case.type, case, step, answers, moment)
        except Refusal as refusal:
            return type(refusal).__name__
        if who is not None and not all(self._fits(answers, *named, decision, moment.today) for named in _NAMED):
            return InvalidAnswers.__name__
        case.write(decision, who, moment.today)
        return APPLIED

    def _fits(self, answers: Mapping[str, Any], field_: str, roles: frozenset[Role], decision: Decision, day: date) -> bool:
        if field_ not in decision.step.asks.model_fields or answers.get(field_) is None:
            return True
        return any(one.id == answers[field_] and one.here(day) and one.role in roles for one in self.people.values())

    def _undone(self, case: Case, who: str | None, now: datetime, version: int | None) -> str:
        last, today = case.last, day_at(now)
        assert last is not None
        assert who is not None
        age = (today - last.day).days if last.step != UNDO else 0
        supervises = Role.SUPERVISOR in self.roles(case, who, today)
        in_time = (last.actor == who and age <= 1) or (supervises and age <= 7)
        if not last.undoable or not in_time or (version is not None and version != case.version):
            return StepRefused.__name__
        case.undo(who)
        return APPLIED

    def due(self, today: date) -> Iterator[tuple[int, Case, Clock]]:
        """The clocks a sweep of that day must look at, in its order."""
        found = [
            (clock.next_on, number, case_id, case, clock)
            for case_id, case in self.cases.items()
            for number, clock in enumerate(case.clocks)
            if clock.status == "open" and clock.next_on is not None and clock.next_on <= today
        ]
        for _, _, case_id, case, clock in sorted(found, key=lambda one: one[:3]):
            yield case_id, case, clock

    def ring(self, today: date) -> list[tuple[int, str]]:
        """Look at every clock that is due: (case, step) of what the clock itself is to do now."""
        wanted = []
        for case_id, _, clock in self.due(today):
            since = clock.next_on
            if clock.due_on < today:
                clock.status, clock.next_on = "expired", None
                if clock.rule.on_expiry and (clock.hard or not clock.rule.period):
                    wanted.append((case_id, clock.rule.on_expiry))
                continue
            opening = any(first and since <= day <= today for day, first in clock.stages() if since)
            if opening and not clock.opened and clock.rule.on_opening:
                wanted.append((case_id, clock.rule.on_opening))
            clock.opened = clock.opened or opening
            clock.next_on = next((day for day, _ in clock.stages() if day > today), None)
        return wanted


_NAMED = (("mediator", MEDIATORS), ("officer", BARGAINERS))
