"""A case in memory and somebody who walks it: decisions applied as the clerk would write them, without a store.

`Walker(DISPUTE)` opens a case; `take("accept", …)` takes a step as anybody who may; `pass_days(n)` lets time go by and does
what the sweep does: windows open, periods end, the clock takes its own steps. Clocks that ended are kept with how.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from config.rules import load_pack
from config.workdays import work_calendar
from states import entries as said
from states.casetype import ALL, OPEN, CaseType, DeadlineRule
from states.caseview import Moment, Outcome
from states.machine import Decision, decide, facts_after
from states.roles import Role

EVERYBODY = frozenset(set(Role) - {Role.CLOCK})
ONLY_CLOCK = frozenset({Role.CLOCK})


@dataclass
class Part:
    """An instalment."""

    no: int
    amount: int
    due_on: date
    paid: int = 0
    payments: int = 0

    @property
    def performed(self) -> bool:
        """As the store sees it."""
        return self.payments > 0 and self.paid >= self.amount


@dataclass
class Clock:
    """A clock that was started: open, met, expired or void."""

    rule: DeadlineRule
    subject: str
    due_on: date
    opens_on: date | None
    hard: bool
    status: str = "open"
    opened: bool = False
    settled: bool = False


def enter(case: Any, entry: said.Entry) -> None:
    """What an entry changes of a case in memory: who is in it, who holds it, what was agreed and paid."""
    if isinstance(entry, said.PartyJoins):
        case.parties.append(entry)
    elif isinstance(entry, said.Assign):
        case.owner_id = entry.person_id
    elif isinstance(entry, said.MeetingSet):
        case.meetings += 1
    elif isinstance(entry, said.Instalment):
        case.instalments.append(Part(entry.no, entry.amount, entry.due_on))
    elif isinstance(entry, said.Payment):
        part = next(part for part in case.instalments if part.no == entry.no)
        part.paid, part.payments = part.paid + entry.amount, part.payments + 1


@dataclass
class MemoryCase:
    """Everything the core looks at (`CaseView`), and nothing else."""

    state: str
    opened_on: date
    version: int = 0
    owner_id: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    instalments: list[Part] = field(default_factory=list)
    parties: list[said.PartyJoins] = field(default_factory=list)
    meetings: int = 0
    has_upper_unit: bool = True
    outcome: Outcome | None = None
    clocks: list[Clock] = field(default_factory=list)
    entries: list[said.Entry] = field(default_factory=list)
    events: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def open_deadlines(self) -> dict[tuple[str, str], date]:
        """(rule, subject) → last day of the clocks that run."""
        return {(c.rule.name, c.subject): c.due_on for c in self.clocks if c.status == "open"}


class Walker:
    """Somebody with a case, a day and a rule pack."""

    def __init__(
        self, case_type: CaseType, opening: Mapping[str, Any] | None = None, *, pack: str = "cn",
        today: date = date(2026, 3, 2), actor: int = 7,
    ) -> None:  # fmt: skip
        self.type, self.today, self.actor = case_type, today, actor
        self.pack = load_pack(pack)
        self.case = MemoryCase(str(case_type.initial), today)
        self.take(OPEN, **(opening or {}))

    @property
    def state(self) -> str:
        """Where the case stands."""
        return self.case.state

    def moment(self, roles: frozenset[Role] = EVERYBODY) -> Moment:
        """Now, as anybody but the clock unless said otherwise."""
        noon = datetime(self.today.year, self.today.month, self.today.day, 4, tzinfo=UTC)
        return Moment(noon, self.today, self.pack, work_calendar(self.pack.calendar), roles, self.actor)

    def decide(self, step: str, answers: Mapping[str, Any], roles: frozenset[Role] = EVERYBODY) -> Decision:
        """What the step would write."""
        return decide(self.type, self.case, step, answers, self.moment(roles))

    def take(self, step: str, **answers: Any) -> Decision:
        """Take a step of people; a refusal is raised."""
        decision = self.decide(step, answers)
        self.write(decision)
        return decision

    def pass_days(self, days: int) -> list[str]:
        """Let time go by, a sweep each day; the steps the clock took."""
        taken: list[str] = []
        for _ in range(days):
            self.today += timedelta(days=1)
            taken += self.sweep()
        return taken

    def until(self, day: date) -> list[str]:
        """Let time go by up to that day."""
        return self.pass_days((day - self.today).days)

    def sweep(self) -> list[str]:
        """What the sweep over clocks does today."""
        wanted: list[str] = []
        for clock in [clock for clock in self.case.clocks if clock.status == "open"]:
            if clock.rule.on_opening and clock.opens_on and clock.opens_on <= self.today and not clock.opened:
                clock.opened = True
                wanted.append(clock.rule.on_opening)
            if clock.due_on < self.today:
                clock.status = "expired"
                if clock.rule.on_expiry and (clock.hard or not clock.rule.period):
                    wanted.append(clock.rule.on_expiry)
        for step in wanted:
            self.write(self.decide(step, {}, ONLY_CLOCK))
        return wanted

    def write(self, decision: Decision) -> None:
        """The decision becomes the case, in the order in which the clerk writes."""
        case = self.case
        case.events.append((decision.step.name, case.state, decision.state))
        restarted = {(start.rule.name, start.subject) for start in decision.starts}
        met = {(e.rule, e.subject) for e in decision.entries if isinstance(e, said.MeetDeadline)}
        for clock in case.clocks:
            key = (clock.rule.name, clock.subject)
            if clock.rule.name in decision.meets or key in met:
                _settle(clock, "met")
            elif decision.voids_all or clock.rule.name in decision.voids or key in restarted:
                _settle(clock, "void")
        case.facts = facts_after(case.facts, decision.entries)
        for entry in decision.entries:
            self._enter(entry)
        case.clocks += [Clock(s.rule, s.subject, s.due_on, s.opens_on, s.hard) for s in decision.starts]
        case.state, case.version = decision.state, case.version + 1
        kept = case.outcome if decision.state in self.type.ended else None
        case.outcome = decision.outcome or kept

    def _enter(self, entry: said.Entry) -> None:
        self.case.entries.append(entry)
        enter(self.case, entry)
        if isinstance(entry, said.MoveDeadline):
            self._move(entry)

    def _move(self, entry: said.MoveDeadline) -> None:
        for clock in self.case.clocks:
            if (clock.rule.name, clock.subject) == (entry.rule, entry.subject) and not clock.settled:
                clock.due_on, clock.status = entry.on, "open"

    def due(self, rule: str, subject: str = "") -> date | None:
        """The last day of a running clock, None when it does not run."""
        return self.case.open_deadlines.get((rule, subject))

    def ended(self, rule: str) -> str | None:
        """How the last clock of that rule ended ("open" while it runs), None when none was started."""
        found = [clock.status for clock in self.case.clocks if clock.rule.name == rule]
        return found[-1] if found else None

    def written(self, kind: type) -> list[Any]:
        """The entries of that kind, oldest first."""
        return [entry for entry in self.case.entries if isinstance(entry, kind)]


def _settle(clock: Clock, status: str) -> None:
    if clock.status == "open":
        clock.status = status
    clock.settled = True


__all__ = ["ALL", "EVERYBODY", "ONLY_CLOCK", "Clock", "MemoryCase", "Part", "Walker"]
