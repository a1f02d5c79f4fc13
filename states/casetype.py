"""The words a case type is written in.

A **case type** is one frozen value, read from top to bottom: its states, its steps in the order a case lives, its
deadlines. A **step** says who may take it, whether, what is asked, what it writes, which clocks it starts and stops,
which papers it issues and who is told. Nothing here knows a database or a page; `states.laws` checks the whole value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

from states.caseview import NO_LABEL, CaseView, Moment, Outcome
from states.entries import Entry
from states.errors import Reason
from states.forms import Form, NoAnswers
from states.labels import Label, Named
from states.roles import Role


class Stage(Named):
    """The states of one case type: `MEDIATING = "mediating", "调解中", "Mediating"`."""


Check = Callable[[CaseView, Any, Moment], bool]
Effect = Callable[[CaseView, Any, Moment], Iterable[Entry]]

#: A way that leads back to where the case stands.
STAY = "="
#: The step by which a case comes to be.
OPEN = "open"
#: In `voids`: every clock of the case that still runs.
ALL = "*"


@dataclass(frozen=True)
class Guard:
    """A condition of a step that can say, in both languages, what is missing and how to mend it."""

    code: str
    holds: Check
    unmet: Label
    remedy: Label = NO_LABEL
    #: False: the guard looks at the case alone, so it can be shown before anybody fills in the form
    needs_answers: bool = True
    #: the field of the form that it is about, if it is about one
    field: str = ""
    #: where several things can be wrong at once: a reason for each of them, in place of the guard's own
    each: Callable[[CaseView, Any, Moment], Iterable[Reason]] | None = None


@dataclass(frozen=True)
class Way:
    """Where a step leads, if its condition holds; the first way that holds is taken."""

    to: str
    when: Check | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, kw_only=True)
class Step:
    """An arrow that a person or the clock takes."""

    name: str
    label: Label
    source: frozenset[str]
    ways: tuple[Way, ...]
    by: frozenset[Role]
    asks: type[Form] = NoAnswers
    guards: tuple[Guard, ...] = ()
    #: answers the case knows before anybody typed, as JSON would bring them: what a form is filled in with
    suggests: Callable[[CaseView], Mapping[str, Any]] | None = None
    effect: Effect | None = None
    starts: tuple[str, ...] = ()
    meets: tuple[str, ...] = ()
    voids: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()
    tells: tuple[str, ...] = ()
    #: False once something has left the house that cannot be called back (a filing, a payment order)
    undoable: bool = True
    #: the article, seed row or office policy behind the step
    source_of_rule: str = ""

    @property
    def by_clock(self) -> bool:
        """Whether the clock takes this step (then nobody else does)."""
        return Role.CLOCK in self.by


@dataclass(frozen=True)
class Remind:
    """When people are reminded of a clock, in natural days before its last day; 0 is the last day itself."""

    before: tuple[int, ...] = (3, 1, 0)
    #: on the day a window opens
    opening: bool = False
    #: every working day after the last day, to the supervisor, until it is done
    overdue: bool = True


@dataclass(frozen=True, kw_only=True)
class DeadlineRule:
    """A clock of a case type. `period` names a period of the rule pack; without one, people agree on the day."""

    name: str
    label: Label
    period: str = ""
    #: the day it runs from: "today", "answers.<field>" or "facts.<field>"
    runs_from: str = "today"
    remind: Remind = Remind()
    #: the clock's own step once the last day is over (only where the law gives the lapse that effect)
    on_expiry: str = ""
    #: the clock's own step on the day a window opens
    on_opening: str = ""
    #: whose duty it is: the notice's audience
    owed_by: Label = NO_LABEL
    #: the notice that reminds of it
    notice: str = "deadline_near"
    #: the notice sent once the last day is over and the clock takes no step
    over_notice: str = "deadline_over"
    #: the steps that do what the clock asks, the most fitting first; which of them, the state of the case decides
    done_by: tuple[str, ...] = ()

    def period_for(self, facts: Mapping[str, Any]) -> str:
        """The period's name in the rule pack; "{kind}" in it is the kind of contract the case is about."""
        return self.period.format_map(_Kinds(facts)) if "{" in self.period else self.period


class _Kinds(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "collective" if key == "kind" else ""


@dataclass(frozen=True, kw_only=True, eq=False)
class CaseType:
    """A process: what can happen to a case, who may make it happen, and by when."""

    key: str
    label: Label
    version: int
    stages: type[Stage]
    initial: str
    finals: frozenset[str]
    opens_with: type[Form]
    opened_by: frozenset[Role]
    steps: tuple[Step, ...]
    deadlines: tuple[DeadlineRule, ...]
    #: clocks that run from the day the case is opened
    starts: tuple[str, ...] = ()
    #: clocks that start whenever a state is entered
    on_entering: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: states in which a case may rest without a clock and is not called stagnant
    resting: frozenset[str] = frozenset()
    #: steps beside the ordinary course: giving the case to somebody, passing it on, putting off, ending it early
    aside: frozenset[str] = frozenset()
    papers_at_opening: tuple[str, ...] = ()
    tells_at_opening: tuple[str, ...] = ()
    opening_effect: Effect | None = None
    opening_guards: tuple[Guard, ...] = ()
    by_name: Mapping[str, Step] = field(init=False, repr=False)
    rule: Mapping[str, DeadlineRule] = field(init=False, repr=False)
    #: the states of a case that has ended: its outcome stays while it is in one of them
    ended: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {step.name: step for step in self.steps})
        object.__setattr__(self, "rule", {rule.name: rule for rule in self.deadlines})
        led = {way.to for step in self.steps for way in step.ways if way.outcome is not None}
        object.__setattr__(self, "ended", frozenset(led | self.finals))
        from states.laws import check  # the laws speak of case types; a type that breaks one must not come to life

        check(self)

    @cached_property
    def opening(self) -> Step:
        """The step by which a case comes to be; it leads into the initial state and is not among `steps`."""
        return Step(
            name=OPEN,
            label=Label("登记", "Open"),
            source=frozenset({self.initial}),
            ways=(Way(STAY),),
            by=self.opened_by,
            asks=self.opens_with,
            effect=self.opening_effect,
            guards=self.opening_guards,
            starts=self.starts,
            papers=self.papers_at_opening,
            tells=self.tells_at_opening,
            undoable=False,
        )

    def step(self, name: str) -> Step | None:
        """The step of that name, None when the type has none."""
        return self.opening if name == OPEN else self.by_name.get(name)

    def stage(self, value: str) -> Stage:
        """The state with its names."""
        return self.stages(value)

    def steps_from(self, state: str) -> list[Step]:
        """The steps that start in `state`, in the order of the type."""
        return [step for step in self.steps if state in step.source]


@dataclass(frozen=True)
class StepBuilder:
    """Writes steps as short lines: `take("accept", "受理", "Accept").of(APPLIED).to(ACCEPTED, by=MEDIATORS, …)`."""

    name: str
    label: Label
    source: frozenset[str] = frozenset()

    def of(self, *sources: str) -> Self:
        """The states in which the step may be taken."""
        return type(self)(self.name, self.label, frozenset(sources))

    def to(self, *ways: str | Way, by: frozenset[Role], **rest: Any) -> Step:
        """Where it leads (first way that holds), by whom, and the rest of the step."""
        led = tuple(way if isinstance(way, Way) else Way(way) for way in ways)
        return Step(name=self.name, label=self.label, source=self.source, ways=led, by=by, **rest)


def take(name: str, zh: str, en: str) -> StepBuilder:
    """The start of a step's declaration."""
    return StepBuilder(name, Label(zh, en))
