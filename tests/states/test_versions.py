"""What differs between two versions, and what a move would do to a case that never saw a database."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from config.rules import load_pack
from config.workdays import work_calendar
from states.casetype import CaseType, DeadlineRule, Guard, Remind, Step
from states.caseview import Moment
from states.counting import count
from states.dispute import DISPUTE
from states.dispute.words import D
from states.forms import Note
from states.labels import Label
from states.names import moved_label, stages_of, state_label, step_label
from states.registry import registered, rule_named, versions_near
from states.roles import Role
from states.version_plan import Plan, Standing, Target, plan_of
from states.versions import Change, Part, Subject, difference
from tests.states.second import ADDED, COOLING, DROPPED, GONE, LONGER, PERIOD, RULES, SECOND, TAKEN_ON, second

TODAY = date(2026, 3, 12)
PACK = load_pack("cn")
MOMENT = Moment(datetime(2026, 3, 12, 2, tzinfo=UTC), TODAY, PACK, work_calendar(PACK.calendar), frozenset({Role.CLOCK}))


@dataclass(frozen=True)
class Clock:
    """A clock in memory."""

    rule: str
    due_on: date
    explanation: dict[str, Any]
    id: int = 1
    subject: str = ""
    status: str = "open"
    opens_on: date | None = None
    next_on: date | None = None
    opened: bool = False


def counted(rule: str, start: date = date(2026, 3, 2), **changes: Any) -> Clock:
    """A clock as the first version counted it."""
    made = count(start, PACK.period(DISPUTE.rule[rule].period, start), MOMENT.calendar)
    return replace(Clock(rule, made.due_on, dict(made.explanation)), **changes)


@dataclass
class Asked:
    """How a case stands, and what is asked of the move."""

    state: str = "mediating"
    clocks: tuple[Clock, ...] = ()
    events: tuple[tuple[str, str, str], ...] = ()
    rules: dict[str, str] = field(default_factory=lambda: dict(RULES))
    new: CaseType = SECOND
    strict: bool = False
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def plan(self) -> Plan:
        target = Target(DISPUTE, self.new, self.rules, self.strict)
        return plan_of(target, Standing(self.state, self.facts, self.clocks, self.events), MOMENT)


# --- the difference ---------------------------------------------------------------------------------------------------


def of(changes: list[Change]) -> set[tuple[str, str, str, str]]:
    return {(one.subject, one.how, one.name, one.part) for one in changes}


def test_a_version_does_not_differ_from_itself() -> None:
    assert difference(DISPUTE, DISPUTE) == []
    assert difference(DISPUTE, replace(DISPUTE, version=2)) == []


def test_every_change_of_the_second_version_is_named() -> None:
    found = of(difference(DISPUTE, SECOND))
    assert {
        ("state", "removed", "accepted", ""), ("state", "added", TAKEN_ON, ""), ("state", "added", COOLING, ""),
        ("step", "removed", DROPPED, ""), ("step", "added", "cool_off", ""), ("step", "added", "resume", ""),
        ("step", "changed", "accept", "ways"), ("step", "changed", "schedule_session", "source"),
        ("deadline", "removed", GONE, ""), ("deadline", "added", ADDED, ""), ("deadline", "changed", LONGER, "period"),
        ("type", "changed", "dispute", "on_entering"), ("type", "changed", "dispute", "starts"),
    } <= found  # fmt: skip
    assert {one.name for one in difference(DISPUTE, SECOND) if one.subject is Subject.TYPE} == {"dispute"}


def test_the_way_back_turns_every_sentence_round() -> None:
    there, back = difference(DISPUTE, SECOND), difference(SECOND, DISPUTE)
    turned = {"added": "removed", "removed": "added", "changed": "changed"}
    assert {(s, turned[how], name, part) for s, how, name, part in of(there)} == of(back)
    (longer,) = [one for one in there if one.name == LONGER]
    assert longer.said == Label(
        f"变更期限“调解期限(自受理)”({LONGER})的期间:{LONGER} → {PERIOD}",
        f"Deadline “Mediation, from acceptance” ({LONGER}) changed: period: {LONGER} → {PERIOD}",
    )


STEP_CHANGES: dict[str, dict[str, Any]] = {
    "label": {"label": Label("同意受理", "Take on")}, "by": {"by": frozenset({Role.SUPERVISOR})}, "asks": {"asks": Note},
    "guards": {"guards": (Guard("new", lambda *_: True, Label("新", "New")),)}, "effect": {"effect": lambda *_: ()},
    "starts": {"starts": ()}, "meets": {"meets": ()}, "papers": {"papers": ()}, "tells": {"tells": ()},
    "undoable": {"undoable": False}, "voids": {"voids": ("session",)},
}  # fmt: skip


@pytest.mark.parametrize("part", STEP_CHANGES)
def test_each_part_of_a_step_is_compared(part: str) -> None:
    plain = DISPUTE.by_name["accept"]
    rich = replace(plain, meets=("mediation-decide",), papers=("acceptance_notice",), tells=("case_registered",))
    changed = replace(rich, **STEP_CHANGES[part])
    (one,) = [c for c in difference(_with(rich), _with(changed)) if c.subject is Subject.STEP]
    assert (one.how, one.name, one.part) == ("changed", "accept", part)
    assert one.said.zh
    assert one.said.en


def _with(step: Step) -> CaseType:
    steps = tuple(step if one.name == step.name else one for one in DISPUTE.steps)
    rules = tuple(replace(rule, runs_from="facts.received_on") if rule.name == LONGER else rule for rule in DISPUTE.deadlines)
    return replace(DISPUTE, steps=steps, deadlines=rules)


RULE_CHANGES: dict[str, dict[str, Any]] = {
    "label": {"label": Label("审查", "Look")}, "period": {"period": "appeal"}, "runs_from": {"runs_from": "today"},
    "remind": {"remind": Remind(before=(2,))}, "on_expiry": {"on_expiry": "mediation_lapses"},
    "notices": {"notice": "session_near"}, "done_by": {"done_by": ()},
}  # fmt: skip


@pytest.mark.parametrize("part", RULE_CHANGES)
def test_each_part_of_a_deadline_is_compared(part: str) -> None:
    rules = tuple(replace(one, **RULE_CHANGES[part]) if one.name == "mediation-decide" else one for one in DISPUTE.deadlines)
    (one,) = difference(DISPUTE, replace(DISPUTE, deadlines=rules))
    assert (one.subject, one.how, one.name, one.part) == ("deadline", "changed", "mediation-decide", part)


TYPE_CHANGES: dict[Part, dict[str, Any]] = {
    Part.LABEL: {"label": Label("争议", "Dispute")}, Part.OPENED_BY: {"opened_by": frozenset({Role.SUPERVISOR})},
    Part.OPENS_WITH: {"opens_with": Note}, Part.RESTING: {"resting": frozenset({D.REGISTERED})},
    Part.OPENING: {"papers_at_opening": ()}, Part.ON_ENTERING: {"on_entering": {}}, Part.STARTS: {"starts": ()},
}  # fmt: skip


@pytest.mark.parametrize("part", TYPE_CHANGES)
def test_each_part_of_the_type_is_compared(part: Part) -> None:
    (one,) = difference(DISPUTE, replace(DISPUTE, **TYPE_CHANGES[part]))
    assert (one.subject, one.part) == (Subject.TYPE, part)


# --- the plan ---------------------------------------------------------------------------------------------------------


def test_a_state_keeps_its_name_or_follows_its_rule() -> None:
    assert Asked("mediating").plan.after == "mediating"
    assert Asked("accepted").plan.after == TAKEN_ON
    (reason,) = Asked("accepted", rules={}).plan.reasons
    assert (reason.code, "accepted" in reason.said("en")) == ("no_rule_for_state", True)
    (reason,) = Asked("accepted", rules={"accepted": "nowhere"}).plan.reasons
    assert "nowhere" in reason.said("zh")
    assert [one.code for one in Asked("accepted", rules={"accepted": "closed"}).plan.reasons] == ["ends_the_case"]


def test_a_clock_goes_on_from_its_own_start_under_the_longer_period() -> None:
    clock = counted(LONGER)
    plan = Asked(clocks=(clock,)).plan
    (move,) = plan.moves
    again = count(date(2026, 3, 2), PACK.period(PERIOD), MOMENT.calendar)
    assert (move.due_on, move.moves) == (again.due_on, True)
    assert move.values["explanation"] == {**again.explanation, "was": clock.due_on.isoformat()}
    assert move.values["next_on"] > TODAY


def test_an_extension_is_counted_with_it() -> None:
    clock = counted(LONGER)
    change = {"change": "extended", "days": 10, "due_before": clock.due_on.isoformat()}
    longer = replace(clock, explanation={**clock.explanation, "changes": [change]})
    (plain,), (extended,) = Asked(clocks=(clock,)).plan.moves, Asked(clocks=(longer,)).plan.moves
    assert (extended.values["explanation"]["raw_on"] > plain.values["explanation"]["raw_on"]) is True


def test_an_agreed_day_and_an_unchanged_rule_stay() -> None:
    agreed = Clock(LONGER, date(2026, 4, 1), {"agreed": True, "start": "2026-04-01"})
    same = counted("mediation-decide", next_on=date(2026, 3, 13))
    assert Asked(clocks=(agreed, same)).plan.moves == ()


def test_a_clock_without_a_rule_stops_and_the_new_one_of_the_state_starts_today() -> None:
    gone = counted(GONE)
    plan = Asked(clocks=(gone,)).plan
    assert plan.stops == (gone,)
    (start,) = plan.starts
    assert (start.rule.name, dict(start.explanation or {})["start"]) == (ADDED, TODAY.isoformat())
    assert Asked("agreed", clocks=(gone,)).plan.starts == ()


def test_a_clock_that_belonged_to_the_old_state_only_stops() -> None:
    stagnant = counted("case-stagnant")
    assert Asked("breached", clocks=(stagnant,)).plan.stops == ()
    without = second(on_entering={}, resting=frozenset({D.BREACHED}))
    plan = Asked("breached", clocks=(stagnant,), new=without).plan
    assert (plan.stops, plan.undated) == ((stagnant,), False)
    assert Asked("breached", clocks=(stagnant,), new=second(on_entering={})).plan.undated


def test_what_is_over_either_way_stays_over_and_what_is_not_runs_again() -> None:
    over = counted(LONGER, date(2026, 2, 1), status="expired")
    (move,) = Asked(clocks=(over,)).plan.moves
    assert (move.values["status"], move.due_on >= TODAY) == ("open", True)
    long_over = counted(LONGER, date(2025, 11, 3), status="expired")
    assert Asked(clocks=(long_over,)).plan.moves == ()


def test_a_clock_may_run_from_another_fact() -> None:
    rules = tuple(replace(one, runs_from="facts.received_on") if one.name == LONGER else one for one in DISPUTE.deadlines)
    other = replace(DISPUTE, version=2, deadlines=rules)
    (move,) = Asked(clocks=(counted(LONGER),), new=other, facts={"received_on": "2026-03-09"}).plan.moves
    assert move.values["explanation"]["start"] == "2026-03-09"
    assert Asked(clocks=(counted(LONGER),), new=other).plan.moves == (), "without the fact the start stays"


def test_other_reminders_arm_the_clock_anew_on_the_same_day() -> None:
    rules = tuple(replace(one, remind=Remind(before=(0,))) if one.name == LONGER else one for one in DISPUTE.deadlines)
    clock = counted(LONGER, next_on=date(2026, 3, 12))
    (move,) = Asked(clocks=(clock,), new=replace(DISPUTE, version=2, deadlines=rules)).plan.moves
    assert (dict(move.values), move.moves) == ({"next_on": clock.due_on}, False)


def test_a_period_the_pack_does_not_know_is_a_reason() -> None:
    rules = (*SECOND.deadlines[:-1], replace(SECOND.rule[ADDED], period="no-such-period"))
    (reason,) = Asked(new=second(deadlines=rules)).plan.reasons
    assert (reason.code, "no-such-period" in reason.said("zh")) == ("no_period", True)


def test_the_history_is_judged_by_its_structure() -> None:
    events = (
        ("open", "registered", "registered"), ("apply", "registered", "applied"), ("accept", "applied", "accepted"),
        (DROPPED, "accepted", "accepted"), ("undo", "accepted", "applied"), ("schedule_session", "agreed", "agreed"),
        ("accept", "applied", "mediating"),
    )  # fmt: skip
    plan = Asked(events=events).plan
    assert [(one.no, one.step, one.why) for one in plan.odd] == [
        (4, DROPPED, "unknown_step"), (6, "schedule_session", "not_from"), (7, "accept", "not_to"),
    ]  # fmt: skip
    assert plan.reasons == ()
    assert [one.code for one in Asked(events=events, strict=True).plan.reasons] == ["odd_history"] * 3


# --- names ------------------------------------------------------------------------------------------------------------


def test_names_of_another_version_are_still_said() -> None:
    with registered(SECOND):
        assert step_label(SECOND, DROPPED) == DISPUTE.by_name[DROPPED].label
        assert step_label(DISPUTE, "cool_off").en == "Cool off"
        assert (state_label(SECOND, "accepted"), state_label(SECOND, TAKEN_ON).en) == (D.ACCEPTED.label, "Taken on")
        assert rule_named(SECOND, GONE) is DISPUTE.rule[GONE]
        assert [str(stage) for stage in stages_of(SECOND)][-1] == "accepted"
        assert list(versions_near(DISPUTE)) == [DISPUTE, SECOND]
    assert step_label(SECOND, "marry") == Label("marry", "marry")
    assert (step_label(DISPUTE, "undo").en, step_label(DISPUTE, "open").zh) == ("Last step taken back", "登记")
    assert moved_label(1, 2) == Label("流程由第1版转入第2版", "Moved from version 1 of its type to version 2")
    with pytest.raises(KeyError):
        rule_named(DISPUTE, "nothing")


def test_a_rule_is_found_by_its_own_version_first() -> None:
    assert isinstance(rule_named(SECOND, LONGER), DeadlineRule)
    with registered(SECOND):
        assert (rule_named(SECOND, LONGER).period, rule_named(DISPUTE, LONGER).period) == (PERIOD, LONGER)
