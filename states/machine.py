"""The judge: `decide` answers with a `Decision`, or with a `Refusal` that carries every reason at once. It is pure.

`transitions` is the authority on source → target. One immutable Machine serves a case type; a throw-away probe is driven
through it (`machine.events[step].trigger(probe)`), so nothing is registered and nothing leaks (7 µs a step). Guards are
evaluated here and not as the library's conditions, because a failed condition there is a bare False without a reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from transitions import Machine, MachineError

from config.rules import Period, Unit
from config.workdays import WorkCalendar
from states.casetype import ALL, OPEN, CaseType, DeadlineRule, Guard, Step, Way
from states.caseview import CaseView, Moment, Outcome
from states.counting import Count, count
from states.entries import Entry, SetFacts, StartDeadline
from states.errors import InvalidAnswers, NotPermitted, Reason, Refusal, StepRefused
from states.explanation import Explanation
from states.forms import Form, read_answers
from states.labels import Label


@dataclass(frozen=True)
class Start:
    """A clock the decision starts: which rule, for what, and how its last day was counted."""

    rule: DeadlineRule
    subject: str
    due_on: date
    opens_on: date | None = None
    hard: bool = False
    provisional: bool = False
    explanation: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Decision:
    """Everything that is to be written, and nothing else."""

    step: Step
    state: str
    outcome: Outcome | None
    answers: Form
    entries: tuple[Entry, ...]
    starts: tuple[Start, ...]
    meets: tuple[str, ...]
    voids: tuple[str, ...]

    @property
    def voids_all(self) -> bool:
        """Whether every clock of the case stops."""
        return ALL in self.voids


class _Probe:
    """What is driven through the Machine: a state and the index of the way that holds."""

    __slots__ = ("state", "way")

    def __init__(self, state: str, way: int) -> None:
        self.state = state
        self.way = way


def _takes(index: int) -> Any:
    def chosen(event: Any) -> bool:
        return bool(event.model.way == index)

    return chosen


@lru_cache(maxsize=64)
def machine_of(case_type: CaseType) -> Machine:
    """The one Machine of a case type, shared by all its cases and threads."""
    arrows = [
        {
            "trigger": step.name,
            "source": sorted(str(state) for state in step.source),
            "dest": str(way.to),
            "conditions": _takes(index),
        }
        for step in case_type.steps
        for index, way in enumerate(step.ways)
    ]
    return Machine(
        model=None,
        states=[str(stage) for stage in case_type.stages],
        transitions=arrows,
        initial=str(case_type.initial),
        auto_transitions=False,
        send_event=True,
        queued=False,
    )


def _no_such_step(name: str) -> StepRefused:
    text = Label(f"没有“{name}”这一步骤", f"there is no step “{name}”")
    return StepRefused(
        [Reason("unknown_step", text, Label("请查看此案现在可办的步骤", "look at what can be done with the case now"))]
    )


def decide(case_type: CaseType, case: CaseView, step_name: str, answers: Mapping[str, Any], moment: Moment) -> Decision:
    """What taking the step would write. Raises a `Refusal` with all the reasons.

    A person who may not take the step is told only that; everybody else hears state, form and guards together.
    """
    step = case_type.step(step_name)
    if step is None:
        raise _no_such_step(step_name)
    reasons = _who(step, moment)
    if reasons:
        raise NotPermitted(reasons)
    reasons = _where(case_type, step, case)
    form: Form | None = None
    try:
        form = read_answers(step.asks, answers)
    except InvalidAnswers as invalid:
        reasons = [*reasons, *invalid.reasons]
        only_invalid = len(reasons) == len(invalid.reasons)
    else:
        only_invalid = False
    open_points = [] if any(r.code == "wrong_state" for r in reasons) else list(unmet(step, case, form, moment))
    if reasons or open_points:
        kind: type[Refusal] = InvalidAnswers if only_invalid and not open_points else StepRefused
        raise kind([*reasons, *open_points])
    assert form is not None
    return _decision(case_type, case, step, form, moment)


def _who(step: Step, moment: Moment) -> list[Reason]:
    if step.by & moment.roles:
        return []
    zh = "、".join(sorted(role.zh for role in step.by))
    en = ", ".join(sorted(role.en for role in step.by))
    text = Label(f"“{step.label.zh}”须由{zh}办理", f"“{step.label.en}” is for: {en}")
    return [Reason("not_permitted", text, Label("请交有权人员办理", "hand it to somebody who may"))]


def _where(case_type: CaseType, step: Step, case: CaseView) -> list[Reason]:
    if case.state in step.source:
        return []
    now = case_type.stage(case.state).label
    wanted = [case_type.stage(state).label for state in case_type.stages if state in step.source]
    zh, en = "、".join(label.zh for label in wanted), ", ".join(label.en for label in wanted)
    text = Label(f"案件现为“{now.zh}”,此步骤须在“{zh}”时办理", f"the case is “{now.en}”; this step is taken from: {en}")
    return [Reason("wrong_state", text, Label("查看现在可办的步骤", "see what can be done now"))]


def unmet(step: Step, case: CaseView, form: Form | None, moment: Moment) -> Iterator[Reason]:
    """The reasons of the guards that do not hold; without a form, of those that look at the case alone."""
    for guard in step.guards:
        if form is None and guard.needs_answers:
            continue
        if guard.each is not None:
            yield from guard.each(case, form, moment)
        elif not guard.holds(case, form, moment):
            yield reason_of(guard)


def reason_of(guard: Guard) -> Reason:
    """The guard's reason as a refusal shows it."""
    return Reason(guard.code, guard.unmet, guard.remedy, guard.field)


def _decision(case_type: CaseType, case: CaseView, step: Step, form: Form, moment: Moment) -> Decision:
    index, way = _way(step, case, form, moment)
    probe = _Probe(case.state, index)
    try:
        if step.name != OPEN:
            machine_of(case_type).events[step.name].trigger(probe)
    except MachineError as fault:  # unreachable while the laws hold; the library has the last word
        raise StepRefused([Reason("wrong_state", Label("案件状态不符", "the case is in another state"))]) from fault
    entries = tuple(step.effect(case, form, moment)) if step.effect else ()
    facts = facts_after(case.facts, entries)
    entered = case_type.on_entering.get(probe.state, ()) if probe.state != case.state else ()
    starts = started_clocks(case_type, (*step.starts, *entered), facts, form, moment)
    starts += [_agreed(case_type, entry) for entry in entries if isinstance(entry, StartDeadline)]
    left = case_type.on_entering.get(case.state, ()) if probe.state != case.state else ()
    # a case that ends has no running clock but those its end starts; a state that is left takes its own clocks along
    voids = (ALL,) if way.outcome else (*step.voids, *left)
    return Decision(step, probe.state, way.outcome, form, entries, tuple(starts), step.meets, voids)


def facts_after(facts: Mapping[str, Any], entries: tuple[Entry, ...]) -> dict[str, Any]:
    """The facts of the case once the entries are written."""
    after = dict(facts)
    for entry in entries:
        if isinstance(entry, SetFacts):
            after.update(entry.facts)
    return {name: value for name, value in after.items() if value is not None}


def started_clocks(
    case_type: CaseType, names: tuple[str, ...], facts: Mapping[str, Any], form: Form, moment: Moment
) -> list[Start]:
    """The clocks of those names, counted; a clock without a day or without a period does not start."""
    counted = (started_by_rule(case_type.rule[name], facts, form, moment) for name in names)
    return [start for start in counted if start is not None]


def _way(step: Step, case: CaseView, form: Form, moment: Moment) -> tuple[int, Way]:
    for index, way in enumerate(step.ways):
        if way.when is None or way.when(case, form, moment):
            return index, way
    text = Label("没有可走的去向", "none of the step's ways holds")
    raise StepRefused([Reason("no_way", text, Label("请检查所填内容", "check the answers"))])


def started_by_rule(rule: DeadlineRule, facts: Mapping[str, Any], form: Form, moment: Moment) -> Start | None:
    """The clock of `rule`, counted; None where the pack says that the text sets no period, or the day is unknown."""
    day = _first_day(rule, facts, form, moment)
    if day is None:
        return None
    if not rule.period:
        return Start(rule, "", day, explanation={"agreed": True, "start": day.isoformat()})
    period = moment.pack.period(rule.period_for(facts), day)
    if period.unit is Unit.NONE:
        return None
    counted, why = _counted(day, period, moment.calendar)
    return Start(rule, "", counted.due_on, counted.opens_on, period.hard, counted.provisional, why)


@lru_cache(maxsize=1024)
def _counted(day: date, period: Period, calendar: WorkCalendar) -> tuple[Count, Explanation]:
    """A count and its explanation (40 µs): hundreds of cases take the same step on the same day."""
    counted = count(day, period, calendar)
    return counted, counted.explanation


def _first_day(rule: DeadlineRule, facts: Mapping[str, Any], form: Form, moment: Moment) -> date | None:
    source, _, field = rule.runs_from.partition(".")
    if source == "today":
        return moment.today
    value = getattr(form, field, None) if source == "answers" else facts.get(field)
    if isinstance(value, str) and value:
        return date.fromisoformat(value)
    return value if isinstance(value, date) else None


def _agreed(case_type: CaseType, entry: StartDeadline) -> Start:
    why = {"agreed": True, "start": entry.on.isoformat()}
    return Start(case_type.rule[entry.rule], entry.subject, entry.on, explanation=why)
