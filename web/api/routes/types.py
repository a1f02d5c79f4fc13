"""Case types: the processes as they are defined, the same for everybody."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from states.casetype import CaseType, Step
from states.registry import newest_types
from web.api.access import Reader
from web.api.problems import not_found
from web.api.shapes.base import NAME, Page, Word
from web.api.shapes.steps import StepShape, TypeLine, TypeWhole

router = APIRouter(prefix="/types", tags=["types"])
Key = Annotated[str, Path(pattern=NAME, max_length=30, examples=["dispute"])]


@router.get("")
def types(_caller: Reader) -> Page[TypeLine]:
    """The case types this office knows, in every version that cases still have."""
    return Page(items=[TypeLine(**_names(kind)) for kind in newest_types()])


@router.get("/{key}")
def type_(_caller: Reader, key: Key) -> TypeWhole:
    """One case type in its newest version: states, opening, steps with the JSON Schema of what each asks."""
    found = next((kind for kind in newest_types() if kind.key == key), None)
    if found is None:
        raise not_found()
    return TypeWhole(
        **_names(found), states=[Word.of(str(stage), stage.label) for stage in found.stages],
        ended=sorted(str(state) for state in found.ended), opening=_step(found.opening),
        steps=[_step(step) for step in found.steps],
    )  # fmt: skip


def _names(kind: CaseType) -> dict[str, object]:
    return {"key": kind.key, "version": kind.version, "zh": kind.label.zh, "en": kind.label.en}


def _step(step: Step) -> StepShape:
    return StepShape(
        name=step.name, zh=step.label.zh, en=step.label.en, source=sorted(str(one) for one in step.source),
        to=[str(way.to) for way in step.ways], by=sorted(str(role) for role in step.by), undoable=step.undoable,
        asks=step.asks.model_json_schema(),
    )  # fmt: skip
