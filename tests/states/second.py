"""A second version of the dispute for tests: a state renamed, one added; a clock added, one taken away; a step dropped; a
period of another length."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from states.casetype import STAY, CaseType, Stage, Step, Way, take
from states.clocks import clock
from states.dispute import DISPUTE
from states.dispute.words import D
from states.labels import Label
from states.roles import MEDIATORS

#: what the first version calls accepted
TAKEN_ON, COOLING = "taken_on", "cooling"
RULES = {"accepted": TAKEN_ON}
#: the step of the first version that the second has not, the clock it has not, and the one it adds to the state of mediation
DROPPED, GONE, ADDED = "postpone_session", "limitation", "mediation-review"
#: the clock whose period changes, and to what
LONGER, PERIOD = "mediation-from-acceptance", "arbitration-award"

_STATES = {
    stage.name: (TAKEN_ON, "已立案", "Taken on") if stage is D.ACCEPTED else (str(stage), stage.zh, stage.en) for stage in D
}
D2: Any = Stage("D2", {**_STATES, "COOLING": (COOLING, "冷静期", "Cooling off")})  # type: ignore[arg-type]


def _state(state: str) -> str:
    return RULES.get(state, state)


def _without(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if name != GONE)


def _step(step: Step) -> Step:
    ways = tuple(way if way.to == STAY else replace(way, to=_state(str(way.to))) for way in step.ways)
    source = frozenset(_state(str(state)) for state in step.source)
    clocks: Any = {part: _without(getattr(step, part)) for part in ("starts", "meets", "voids")}
    return replace(step, source=source, ways=ways, **clocks)


COOL_OFF = take("cool_off", "进入冷静期", "Cool off").of(D.MEDIATING).to(Way(COOLING), by=MEDIATORS)
RESUME = take("resume", "恢复调解", "Resume").of(COOLING).to(Way(D.MEDIATING), by=MEDIATORS)


def second(**changes: Any) -> CaseType:
    """The second version, with changes of a test's own."""
    kept = (_step(step) for step in DISPUTE.steps if step.name != DROPPED)
    clocks = tuple(
        replace(rule, period=PERIOD) if rule.name == LONGER
        else replace(rule, done_by=tuple(name for name in rule.done_by if name != DROPPED))
        for rule in DISPUTE.deadlines
        if rule.name != GONE
    )  # fmt: skip
    entered = {_state(str(state)): _without(names) for state, names in DISPUTE.on_entering.items()}
    values: dict[str, Any] = {
        "version": 2, "label": Label("劳动争议调解", "Labour dispute"), "stages": D2, "steps": (*kept, COOL_OFF, RESUME),
        "initial": str(DISPUTE.initial), "finals": frozenset(map(str, DISPUTE.finals)),
        "deadlines": (*clocks, clock(ADDED, "调解情况复核", "Review of the mediation", period="archive-after-close")),
        "starts": _without(DISPUTE.starts), "aside": DISPUTE.aside - {DROPPED},
        "on_entering": {**entered, str(D.MEDIATING): (ADDED,), COOLING: ("case-stagnant",)},
    }  # fmt: skip
    return replace(DISPUTE, **{**values, **changes})


SECOND = second()
