"""The dry run of a move to another version: every open case judged as the door would judge it today, and nothing written.

Cases are read a page at a time and given one by one, so the memory is that of a page and of the summary, whose size does not
depend on how many cases there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, select

from config.rules import load_pack
from config.workdays import work_calendar
from flows.judging import CLOCK_ONLY
from flows.migrating import Wanted, must_be_its_last, must_be_there
from flows.office import Office
from models.base import AnyRow
from models.cases import CaseFile
from models.scope import Scope
from models.version_cases import clocks_of, done_in, events_of, last_moves, pages_of
from states.caseview import Moment
from states.errors import Reason, Refusal
from states.version_plan import Plan, Standing, Target, plan_of


@dataclass(frozen=True)
class Rehearsed:
    """What would become of one case."""

    number: str
    plan: Plan

    @cached_property
    def as_json(self) -> dict[str, Any]:
        """As `--json` and `--out` give it."""
        plan = self.plan
        return {
            "number": self.number, "state": plan.before, "becomes": plan.after,
            "reasons": [{"code": one.code, "zh": one.said("zh"), "en": one.said("en")} for one in plan.reasons],
            "stops": [[clock.rule, clock.subject, clock.due_on] for clock in plan.stops],
            "moves": [[one.clock.rule, one.clock.subject, one.clock.due_on, one.due_on] for one in plan.moves if one.moves],
            "rearmed": [[one.clock.rule, one.clock.subject] for one in plan.moves if not one.moves],
            "starts": [[start.rule.name, start.subject, start.due_on] for start in plan.starts],
            "odd": [[one.no, one.step, one.why] for one in plan.odd], "undated": plan.undated,
        }  # fmt: skip


@dataclass
class Summary:
    """The cases counted: by state, and what was found how often."""

    #: (state, state it becomes) → what of: cases, refused, odd, undated
    states: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)
    #: (stops | moves | starts, rule) → clocks
    clocks: Counter[tuple[str, str]] = field(default_factory=Counter)
    #: reasons → cases that are refused for it
    reasons: Counter[Reason] = field(default_factory=Counter)
    #: (step, why) → cases with such an event
    odd: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def cases(self) -> int:
        """How many were looked at."""
        return sum(of["cases"] for of in self.states.values())

    @property
    def refused(self) -> int:
        """How many would be refused."""
        return sum(of["refused"] for of in self.states.values())

    def add(self, plan: Plan) -> None:
        """Count one case."""
        of = self.states.setdefault((plan.before, plan.after), Counter())
        of.update(cases=1, refused=bool(plan.reasons), odd=bool(plan.odd), undated=plan.undated)
        self.reasons.update(set(plan.reasons))
        self.odd.update({(one.step, str(one.why)) for one in plan.odd})
        if not plan.reasons:
            self.clocks.update(("stops", clock.rule) for clock in plan.stops)
            self.clocks.update(("moves", one.clock.rule) for one in plan.moves if one.moves)
            self.clocks.update(("starts", start.rule.name) for start in plan.starts)

    @property
    def as_json(self) -> dict[str, Any]:
        """As `--json` gives it."""
        return {
            "cases": self.cases, "refused": self.refused,
            "states": [{"state": before, "becomes": after, **of} for (before, after), of in sorted(self.states.items())],
            "clocks": [{"what": what, "rule": rule, "clocks": n} for (what, rule), n in sorted(self.clocks.items())],
            "reasons": [{"code": one.code, "zh": one.said("zh"), "en": one.said("en"), "cases": n}
                        for one, n in self.reasons.most_common()],
            "odd": [{"step": step, "why": why, "cases": n} for (step, why), n in self.odd.most_common()],
        }  # fmt: skip


def rehearsed(
    connection: Connection, office: Office, scope: Scope, target: Target, states: Collection[str] = ()
) -> Iterator[Rehearsed]:
    """Every open case of the old version, and what the move would do to it today."""
    moments = _Moments(office)
    for rows in pages_of(connection, scope, target.old.key, target.old.version, states):
        ids = [row.id for row in rows]
        clocks, events = clocks_of(connection, ids), events_of(connection, ids)
        for row in rows:
            standing = Standing(row.state, row.facts, clocks.get(row.id, []), events.get(row.id, []))
            yield Rehearsed(row.number, plan_of(target, standing, moments.of(row.pack)))


def rehearsed_back(connection: Connection, wanted: Wanted, batch_id: int) -> Iterator[Rehearsed]:
    """Every case that batch moved, and whether it would be put back today."""
    for ids in done_in(connection, batch_id):
        last, there = last_moves(connection, ids), _cases(connection, ids)
        for case_id in ids:
            case = there[case_id]
            yield Rehearsed(case.number, _plan_back(case, last.get(case_id), wanted))


def _plan_back(case: AnyRow, last: AnyRow | None, wanted: Wanted) -> Plan:
    try:
        must_be_there(case, wanted)
        must_be_its_last(last, wanted)
    except Refusal as refusal:
        return Plan(case.state, "", refusal.reasons)
    assert last is not None
    return Plan(case.state, last.from_state)


def _cases(connection: Connection, ids: Sequence[int]) -> dict[int, AnyRow]:
    columns = (CaseFile.id, CaseFile.number, CaseFile.state, CaseFile.type_version, CaseFile.closed_on)
    return {row.id: row for row in connection.execute(select(*columns).where(CaseFile.id.in_(ids)))}


class _Moments:
    """The moment of the dry run under each rule pack."""

    def __init__(self, office: Office) -> None:
        self.now, self.today = office.now(), office.today()
        self._of: dict[str, Moment] = {}

    def of(self, pack: str) -> Moment:
        """The moment under that pack."""
        if pack not in self._of:
            rules = load_pack(pack)
            self._of[pack] = Moment(self.now, self.today, rules, work_calendar(rules.calendar), CLOCK_ONLY)
        return self._of[pack]
