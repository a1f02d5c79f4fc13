"""What moving one case to another version of its type would do: state, clocks, what stands against it, what is odd. Pure.

    plan = plan_of(Target(v1, v2, {"accepted": "taken_on"}), Standing(state, facts, clocks, events), moment)

States keep their name unless a rule maps them. A running clock goes on under its new rule: where the rule's period or start
changed it is counted anew from its own stored start, with its extensions and pauses; agreed days stay. A clock without a rule
in the new version, and one that belonged to the old state only, stops. Clocks that the new version adds to the state start
today.

The history is judged by its structure alone: is there the step, is it taken from there, does it lead there. Guards are not
asked: they judged the facts and answers of their own day, which are not kept; asked today they would say something else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from config.rules import MissingRule
from states.casetype import OPEN, STAY, CaseType
from states.caseview import Moment
from states.errors import Reason
from states.labels import Label
from states.machine import Start
from states.version_clocks import Anew, ClockView, Passage, started, under_way

Oddity = Literal["unknown_step", "not_from", "not_to"]
ODDITIES: Mapping[str, Label] = {
    "unknown_step": Label("新版没有这一步骤", "the new version has no such step"),
    "not_from": Label("新版不能在该状态办理", "the new version does not take it from that state"),
    "not_to": Label("新版不会到达该状态", "in the new version it does not lead there"),
}
#: steps that no case type declares
BESIDE = frozenset({"undo", "migrate"})


@dataclass(frozen=True)
class Target:
    """From which version to which, and the rules old state → new state."""

    old: CaseType
    new: CaseType
    rules: Mapping[str, str] = field(default_factory=dict)
    #: a history that does not fit the new version is a reason against it
    strict: bool = False

    def state(self, old: str) -> str | None:
        """The state in the new version; None when neither a rule nor the same name says it."""
        to = self.rules.get(old, old)
        return to if to in {str(stage) for stage in self.new.stages} else None


@dataclass(frozen=True)
class Standing:
    """How the case stands: its clocks that are not settled, and its events (step, from, to), oldest first."""

    state: str
    facts: Mapping[str, Any]
    clocks: Sequence[ClockView]
    events: Sequence[tuple[str, str, str]] = ()


@dataclass(frozen=True)
class Odd:
    """An event that could not have happened under the new version. `no` counts the events that were looked at, from 1."""

    no: int
    step: str
    why: Oddity


@dataclass(frozen=True)
class Plan:
    """What the move would do; with reasons it is refused and nothing of it happens."""

    before: str
    after: str
    reasons: tuple[Reason, ...] = ()
    stops: tuple[ClockView, ...] = ()
    moves: tuple[Anew, ...] = ()
    starts: tuple[Start, ...] = ()
    odd: tuple[Odd, ...] = ()
    #: after it the case has no running clock although its state asks for one
    undated: bool = False


def plan_of(target: Target, standing: Standing, moment: Moment) -> Plan:
    """What moving the case would do on that day."""
    state = target.state(standing.state)
    if state is None:
        return Plan(standing.state, "", (_no_rule(target, standing.state),))
    odd = tuple(_odd(target, standing.events))
    passage = Passage(target.old, standing.state, target.new, state, standing.facts)
    try:
        stops, moves = under_way(passage, standing.clocks, moment)
        starts = started(passage, standing.clocks, moment)
    except MissingRule as missing:
        return Plan(standing.state, state, (_no_period(moment.pack.key, missing),), odd=odd)
    reasons = [*_against(target, state), *(_strange(odd) if target.strict else ())]
    running = len(standing.clocks) - len(stops) + len(starts)
    undated = not running and state not in target.new.resting | target.new.finals
    return Plan(standing.state, state, tuple(reasons), stops, moves, starts, odd, undated)


def _against(target: Target, state: str) -> Iterator[Reason]:
    if state in target.new.ended:
        yield Reason(
            "ends_the_case",
            Label(
                f"规则把在办案件转为已结束的状态“{state}”", f"a rule leads an open case into “{state}”, a state of ended cases"
            ),
            Label("请改换规则,或先办结案件", "change the rule, or end the case by its steps first"),
        )


def _no_rule(target: Target, state: str) -> Reason:
    to = target.rules.get(state)
    if to is not None:
        text = Label(f"新版没有规则所指的状态“{to}”", f"the new version has no state “{to}”, to which the rule leads")
    else:
        text = Label(
            f"新版没有状态“{state}”,也没有规则说明转为何状态", f"the new version has no state “{state}”, and no rule says which"
        )
    return Reason("no_rule_for_state", text, Label(f"请加规则 {state}=新状态", f"add a rule {state}=new_state"))


def _no_period(pack: str, missing: MissingRule) -> Reason:
    text = Label(
        f"规则包 {pack} 没有新版所需的期间:{missing}", f"the rule pack {pack} lacks a period of the new version: {missing}"
    )
    return Reason("no_period", text, Label("请先补充规则包", "add it to the rule pack first"))


def _strange(odd: Sequence[Odd]) -> Iterator[Reason]:
    for one in odd:
        why = ODDITIES[one.why]
        text = Label(f"办案记录不合新版:{one.step},{why.zh}", f"the history does not fit the new version: {one.step}, {why.en}")
        yield Reason("odd_history", text, Label("去掉 --strict 则只作提示", "without --strict it is only told"))


def _odd(target: Target, events: Sequence[tuple[str, str, str]]) -> Iterator[Odd]:
    for no, (name, came_from, led_to) in enumerate(events, start=1):
        if name == OPEN or name in BESIDE:
            continue
        step = target.new.step(name)
        before, after = target.state(came_from), target.state(led_to)
        if step is None:
            yield Odd(no, name, "unknown_step")
        elif before is None or before not in step.source:
            yield Odd(no, name, "not_from")
        elif after not in {before if way.to == STAY else str(way.to) for way in step.ways}:
            yield Odd(no, name, "not_to")
