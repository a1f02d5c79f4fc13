"""Answers made up for a form, field by field from its own model: valid as a form, mostly sensible as a step.

A seeded `Random` decides, so a walk that fails can be walked again. What a form alone cannot know (that a ballot adds up,
that one of a team is its chief) is said in `SENSE`, a form a line.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from enum import Enum
from random import Random
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from states.bargaining import forms as bargaining
from states.bargaining.draft import to_be_drafted
from states.casetype import Step
from states.dispute import forms as dispute
from states.forms import Form
from tests.states.walker import MemoryCase

#: Fields that name rows of a store, or a place's law.
LEFT_OUT = frozenset({"pack", "employer_id"})
#: Days of these names lie ahead; others have happened.
AHEAD = frozenset({"until", "due_on", "expires_on", "meet_on"})
#: Steps whose day `on` is planned rather than recorded.
PLANS = frozenset(
    {"schedule_session", "postpone_session", "hearing_fixed", "schedule_round", "postpone_round", "call_congress"}
    | {"postpone_congress"}
)


def answers_for(step: Step, case: MemoryCase, today: date, random: Random) -> dict[str, Any]:
    """Answers to what the step asks, as JSON would bring them."""
    ahead = AHEAD | ({"on"} if step.name in PLANS else set())
    answers = _filled(step.asks, today, random, ahead)
    for form, mend in SENSE.items():
        if step.asks is form:
            mend(answers, case, today, random)
    return answers


def _filled(form: type[BaseModel], today: date, random: Random, ahead: frozenset[str] | set[str]) -> dict[str, Any]:
    answers = {}
    for name, field in form.model_fields.items():
        if name in LEFT_OUT or (form is bargaining.Invitation and name == "received_on"):
            continue
        if not field.is_required() and field.annotation is not bool and random.random() < 0.3:
            continue
        answers[name] = _value(name, field.annotation, field, today, random, ahead)
    return answers


def _value(name: str, kind: Any, field: FieldInfo, today: date, random: Random, ahead: Any) -> Any:
    if get_origin(kind) in (Union, UnionType):
        kind = next(part for part in get_args(kind) if part is not NoneType)
    if get_origin(kind) is not None and hasattr(kind, "__metadata__"):
        kind = get_args(kind)[0]
    if get_origin(kind) is list:
        least = next((m.min_length for m in field.metadata if hasattr(m, "min_length")), 0)
        return [_value(name, get_args(kind)[0], field, today, random, ahead) for _ in range(max(least, 1))]
    if kind is bool:
        return random.random() < 0.9
    if kind is date:
        days = random.randint(1, 40) if name in ahead else -random.randint(0, 2)
        return (today + timedelta(days=days)).isoformat()
    if kind is int:
        least = next((m.ge for m in field.metadata if hasattr(m, "ge")), 1)
        return max(int(least), random.randint(0, 3))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return str(random.choice(list(kind)).value)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return _filled(kind, today, random, ahead)
    return f"{name}{random.randint(1, 999)}"


def _team(size: int, side: str) -> list[dict[str, Any]]:
    return [{"name": f"{side}{no}", "chief": no == 1, "front_line": no > 1} for no in range(1, size + 1)]


def _teams(answers: dict[str, Any], _case: MemoryCase, _today: date, random: Random) -> None:
    size = random.randint(3, 5)
    answers |= {"workers": _team(size, "职工"), "employer": _team(random.randint(3, size), "企业")}


def _ballot(answers: dict[str, Any], _case: MemoryCase, _today: date, random: Random) -> None:
    delegates = random.randint(1, 300)
    present = delegates - random.randint(0, delegates // 3)
    yes = random.choice((present, present, random.randint(0, present)))
    answers |= {"delegates": delegates, "present": present, "yes": yes, "no": present - yes, "abstain": 0}


def _term(answers: dict[str, Any], _case: MemoryCase, today: date, random: Random) -> None:
    years = random.choice((1, 1, 2, 3))
    answers |= {"starts_on": today.isoformat(), "expires_on": (today + timedelta(days=365 * years)).isoformat()}
    answers["noticed_on"] = today.isoformat()


def _payment(answers: dict[str, Any], case: MemoryCase, _today: date, random: Random) -> None:
    owed = [part for part in case.instalments if not part.performed]
    if owed:
        part = random.choice(owed)
        answers |= {"no": part.no, "amount": part.amount - part.paid}


def _representatives(answers: dict[str, Any], _case: MemoryCase, _today: date, random: Random) -> None:
    answers["names"] = [f"代表{no}" for no in range(random.randint(3, 5))]


def _extension(answers: dict[str, Any], case: MemoryCase, _today: date, random: Random) -> None:
    due = case.open_deadlines.get(("mediation-from-acceptance", ""))
    if due is not None:
        answers["until"] = (due + timedelta(days=random.randint(1, 15))).isoformat()


def _in_order(answers: dict[str, Any], _case: MemoryCase, today: date, random: Random) -> None:
    answers |= {"received_on": today.isoformat()} if random.random() < 0.6 else {}


def _draft(answers: dict[str, Any], case: MemoryCase, _today: date, random: Random) -> None:
    answers["contents"] = ["pay", "women", "term"]
    answers["clauses"] = to_be_drafted(case)["clauses"] if random.random() < 0.7 else []


def _agreed(name: str) -> Callable[[dict[str, Any], MemoryCase, date, Random], None]:
    """What is agreed on are mostly the clauses that are open."""

    def mend(answers: dict[str, Any], case: MemoryCase, _today: date, random: Random) -> None:
        named = list(case.facts.get("positions", {})) or ["工资"]
        items = [{"clause": title, "text": f"增加{random.randint(1, 9)}%", "dropped": random.random() < 0.1} for title in named]
        answers[name] = items if name == "items" or random.random() < 0.5 else []

    return mend


def _owner(answers: dict[str, Any], _case: MemoryCase, _today: date, _random: Random) -> None:
    answers["mediator"] = 7


def _group(answers: dict[str, Any], _case: MemoryCase, _today: date, random: Random) -> None:
    answers["claimants"] = random.choice((1, 3, 12))


SENSE: dict[type[Form], Callable[[dict[str, Any], MemoryCase, date, Random], None]] = {
    bargaining.Teams: _teams,
    bargaining.Ballot: _ballot,
    bargaining.Signing: _term,
    bargaining.AmendmentSigned: lambda a, _c, today, _r: a.update(noticed_on=today.isoformat()),
    bargaining.Invitation: _in_order,
    bargaining.Draft: _draft,
    bargaining.Agreement: _agreed("items"),
    bargaining.RoundRecord: _agreed("agreed"),
    dispute.Registration: _group,
    dispute.PaymentReceived: _payment,
    dispute.Representatives: _representatives,
    dispute.Extension: _extension,
    dispute.Assignment: _owner,
}
