"""Steps: what a type asks, what can be done with a case now, and what a program wants done."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from web.api.shapes.base import NAME, Answers, Asked, Line, ProblemShape, ReasonShape, Shape, Word
from web.api.shapes.cases import EventShape

#: a JSON Schema, in which `title` is the Chinese label and `en` the English one
Schema = dict[str, Any]


class TypeLine(Shape):
    """A case type."""

    key: str = Field(examples=["dispute"])
    version: int
    zh: str
    en: str


class StepShape(Shape):
    """A step of a type: from which states, leading where, taken by whom, asking what."""

    name: str
    zh: str
    en: str
    source: list[str]
    to: list[str] = Field(description="states it may lead to; `=`: it stays where it is")
    by: list[str] = Field(description="positions; `clock`: no person takes it")
    undoable: bool
    asks: Schema = Field(description="JSON Schema of `answers`; `title` is the Chinese label, `en` the English one")


class TypeWhole(TypeLine):
    """A case type with its states and steps."""

    states: list[Word]
    ended: list[str] = Field(description="states of cases that are over")
    opening: StepShape
    steps: list[StepShape]


class NextStep(Shape):
    """A step the caller may take from here; `open` is false where `reasons` stand against it already."""

    name: str
    zh: str
    en: str
    open: bool
    reasons: list[ReasonShape]
    undoable: bool
    asks: Schema


class NextSteps(Shape):
    """What the caller can do with the case now."""

    number: str
    version: int
    state: Word
    steps: list[NextStep]
    undo: list[ReasonShape] | None = Field(
        description="what stands against taking the last step back; empty: nothing; null: there is none"
    )


Version = Annotated[int, Field(ge=1, lt=2**53, description="the version that was looked at", examples=[3])]


class StepWanted(Asked):
    """A step to be taken on a case that has not moved since it was looked at."""

    answers: Answers = Field(examples=[{"accepted_on": "2026-09-16", "in_scope": True, "applicant_consents": True}])
    expected_version: Version


class UndoWanted(Asked):
    """The last step to be taken back, and why."""

    reason: Line = Field(examples=["录错了日期"])
    expected_version: Version


class Moved(ProblemShape):
    """409: somebody else moved the case, or the key was used for something else. `events` are those since the version given."""

    version: int | None = Field(None, description="the version now (`stale_case` only)")
    events: list[EventShape] | None = Field(None, description="what happened meanwhile (`stale_case` only)")


class BatchWanted(Asked):
    """The same step, with the same answers, for many cases. Each is judged by itself; what is not there is refused."""

    step: Annotated[str, Field(pattern=NAME, max_length=60, examples=["send_invitation"])]
    numbers: Annotated[list[Line], Field(min_length=1, max_length=1000, examples=[["B2026-00001", "B2026-00002"]])]
    answers: Answers = Field(examples=[{"sent_on": "2026-09-16", "topics": "工资"}])


class BatchShape(Shape):
    """How far a batch is: chosen = applied + refused + failed + waiting."""

    id: int
    step: str
    chosen: int
    applied: int
    refused: int
    failed: int
    waiting: int
    filed_at: datetime
    settled_at: datetime | None


class ResultShape(Shape):
    """What became of one case of a batch; the number is null for a case the caller may not see."""

    number: str | None
    status: Word
    version: int | None = Field(description="the case's version after the step, where it was taken")
    reasons: list[ReasonShape]
