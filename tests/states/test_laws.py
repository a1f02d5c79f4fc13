"""The static laws, each broken once: a type that breaks one does not come to life, and says which."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from config.rules import load_pack
from states.casetype import ALL, STAY, CaseType, DeadlineRule, Stage, Step, Way, take
from states.errors import BadDefinition
from states.forms import Form, Note, ask
from states.labels import Label, Named
from states.laws import broken_laws
from states.registry import all_types, case_type
from states.roles import CLOCK, MEDIATORS, Role

TYPES = pytest.mark.parametrize("kind", all_types(), ids=lambda kind: kind.key)


class T(Stage):
    """Three states are enough."""

    OPENED = "opened", "开", "Opened"
    WORKING = "working", "办", "Working"
    DONE = "done", "毕", "Done"


BEGIN = take("begin", "开始", "Begin").of(T.OPENED).to(T.WORKING, by=MEDIATORS, starts=("week",))
END = take("end", "结束", "End").of(T.WORKING).to(Way(T.DONE), by=MEDIATORS, asks=Note, voids=(ALL,))
LAPSE = take("lapse", "届满", "Lapse").of(T.WORKING).to(T.DONE, by=CLOCK, voids=(ALL,))
WEEK = DeadlineRule(name="week", label=Label("一周", "A week"), on_expiry="lapse")


def tiny(*steps: Step, **changes: Any) -> CaseType:
    """A small type that keeps every law, with these steps and changes."""
    return CaseType(
        **{
            "key": "tiny", "label": Label("小", "Tiny"), "version": 1, "stages": T, "initial": T.OPENED,
            "finals": frozenset({T.DONE}), "opens_with": Note, "opened_by": MEDIATORS,
            "steps": steps or (BEGIN, END, LAPSE), "deadlines": (WEEK,),
        }
        | changes
    )  # fmt: skip


class Asking(Form):
    """A form with a field."""

    on: str = ask("日", "Day", "")


def test_the_small_type_keeps_every_law() -> None:
    assert list(broken_laws(tiny())) == []


BAD: dict[str, dict[str, Any]] = {
    "step begin is declared twice": {"steps": (BEGIN, BEGIN, END, LAPSE)},
    "deadline week is declared twice": {"deadlines": (WEEK, WEEK)},
    "initial state nowhere is unknown": {"initial": "nowhere"},
    "on_entering names unknown nothing": {"on_entering": {T.DONE: ("nothing",)}},
    "on_entering names unknown state nowhere": {"on_entering": {"nowhere": ("week",)}},
    "final state done has a way out": {
        "steps": (BEGIN, END, LAPSE, take("back", "回", "Back").of(T.DONE).to(T.OPENED, by=MEDIATORS))
    },
    "state working has no way out": {
        "steps": (BEGIN, replace(END, ways=(Way(STAY),)), replace(LAPSE, source=frozenset({T.OPENED})))
    },
    "state working can be left by the clock alone": {"steps": (BEGIN, replace(END, ways=(Way(STAY),)), LAPSE)},
    "state working cannot be reached": {"steps": (replace(BEGIN, ways=(Way(T.DONE),)), END, LAPSE)},
    "step end starts in unknown state nowhere": {"steps": (BEGIN, replace(END, source=END.source | {"nowhere"}), LAPSE)},
    "step end leads to unknown state nowhere": {"steps": (BEGIN, replace(END, ways=(Way("nowhere"),)), LAPSE)},
    "step end has no source or no way": {"steps": (BEGIN, replace(END, name="stop"), replace(END, ways=()), LAPSE)},
    "step end has nobody who may take it": {"steps": (BEGIN, replace(END, by=frozenset()), LAPSE)},
    "step lapse belongs to the clock and to a person": {
        "steps": (BEGIN, END, replace(LAPSE, by=CLOCK | {Role.MEDIATOR}))
    },
    "step lapse of the clock asks questions": {"steps": (BEGIN, END, replace(LAPSE, asks=Asking))},
    "step end has ways behind one that always holds": {
        "steps": (BEGIN, replace(END, ways=(Way(T.DONE), Way(T.OPENED))), LAPSE)
    },
    "step begin names unknown deadline month": {"steps": (replace(BEGIN, meets=("month",)), END, LAPSE)},
    "deadline week ends in unknown step vanish": {"deadlines": (replace(WEEK, on_expiry="vanish"),)},
    "deadline week lets the clock take end, a person's step": {"deadlines": (replace(WEEK, on_expiry="end"),)},
    "deadline week runs from the-moon, which is neither today, answers nor facts": {
        "deadlines": (replace(WEEK, runs_from="the-moon"),)
    },
    "deadline week runs from on, which step begin does not ask": {
        "deadlines": (replace(WEEK, runs_from="answers.on"),)
    },
    "aside names unknown step vanish": {"aside": frozenset({"vanish"})},
    "deadline week is done by unknown step vanish": {"deadlines": (replace(WEEK, done_by=("end", "vanish")),)},
    "deadline week is done by lapse, which the clock takes itself": {"deadlines": (replace(WEEK, done_by=("lapse",)),)},
}  # fmt: skip


@pytest.mark.parametrize("law", BAD)
def test_a_type_that_breaks_a_law_does_not_come_to_life(law: str) -> None:
    with pytest.raises(BadDefinition, match=r"^tiny: ") as bad:
        tiny(**BAD[law])
    assert law in str(bad.value)


def test_every_law_broken_is_named_at_once() -> None:
    with pytest.raises(BadDefinition) as bad:
        tiny(replace(BEGIN, by=frozenset()), replace(END, meets=("month",)), LAPSE)
    assert "begin has nobody" in str(bad.value)
    assert "unknown deadline month" in str(bad.value)


@TYPES
def test_every_word_for_people_is_there_in_both_languages(kind: CaseType) -> None:
    labels = [kind.label, *(step.label for step in kind.steps), *(rule.label for rule in kind.deadlines)]
    labels += [stage.label for stage in kind.stages]
    for step in (*kind.steps, kind.opening):
        for guard in step.guards:
            labels.append(guard.unmet)
        for name, field in step.asks.model_fields.items():
            assert field.title, (step.name, name)
            assert isinstance(field.json_schema_extra, dict), (step.name, name)
            labels.append(Label(field.title, str(field.json_schema_extra["en"])))
    assert all(label.zh.strip() and label.en.strip() for label in labels)


@TYPES
def test_every_period_exists_in_every_pack_the_type_is_used_with(kind: CaseType) -> None:
    packs = ["cn", "cn-zhejiang", "cn-shandong", "cn-shanghai"] + (["us-nlra"] if kind.key == "bargaining" else [])
    kinds = ("collective", "wage", "women") if kind.key == "bargaining" else ("",)
    missing = {
        (pack, rule.name)
        for pack in packs
        for rule in kind.deadlines
        for each in kinds
        if rule.period and rule.period_for({"kind": each}) not in load_pack(pack).names()
    }
    assert missing == set()


@TYPES
def test_a_step_says_each_reason_once(kind: CaseType) -> None:
    for step in kind.steps:
        codes = [guard.code for guard in step.guards]
        assert len(codes) == len(set(codes)), step.name


def test_the_registry_knows_its_types_and_refuses_others() -> None:
    for kind in all_types():
        assert case_type(kind.key) is kind
        assert case_type(kind.key, kind.version) is kind
        assert issubclass(kind.stages, Named)
    with pytest.raises(BadDefinition, match="no case type 'divorce'"):
        case_type("divorce")
    with pytest.raises(BadDefinition, match="version 99"):
        case_type("dispute", 99)
