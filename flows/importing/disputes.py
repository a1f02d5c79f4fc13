"""Open disputes of a ledger: from a row to the steps that bring a case to where the row says it stands.

A row is judged as far as it can be without a case: days in their order, a mediator who may mediate there, instalments that
can be read and add up. What only the case can know, the door says at the step, and the row is refused with that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from flows.importing.cells import Unreadable, day, money, plain
from flows.importing.door import Plan, PlannedStep
from flows.importing.places import Place
from flows.importing.profiles import Profile
from flows.importing.reasons import reason
from flows.importing.rows import Judged
from flows.importing.staff import Staff
from states.casetype import OPEN
from states.errors import Reason
from states.roles import MEDIATORS

_SEPARATORS = re.compile(r"[;;\n]+")
_NAMES = re.compile(r"[、;;,,\n]+")
_PART = re.compile(r"(\S+)\s+([^\s已]+)\s*(已付)?\s*(\S+)?")
#: state of the sheet → fields without which a case cannot have got there
_NEEDED: Mapping[str, tuple[str, ...]] = {
    "registered": (),
    "accepted": ("accepted_on",),
    "mediating": ("accepted_on", "session_on"),
    "performing": ("accepted_on", "signed_on", "instalments"),
}
_IN_ORDER = ("registered_on", "received_on", "accepted_on", "signed_on", "visited_on")
#: fields of the sheet that are fields of the registration form under the same name
_REGISTRATION = (
    "applicant", "phone", "identity", "employer", "cause", "summary", "channel", "amount", "claimants",
    "knew_on", "employment_ended_on", "injured_on", "confidential",
)  # fmt: skip
_GROUP = 10


@dataclass(frozen=True)
class Part:
    """One instalment of the sheet: fen, the day it is due, the day it was paid."""

    amount: int
    due_on: date
    paid_on: date | None


def read_instalments(said: str) -> list[Part]:
    """ "2026-09-30 3000 已付; 2026-10-31 3000" → instalments. Raises `Unreadable`."""
    parts = []
    for piece in _SEPARATORS.split(plain(said)):
        if not piece.strip():
            continue
        found = _PART.fullmatch(piece.strip())
        if not found or (found[4] and not found[3]):
            raise Unreadable("bad_instalments")
        try:
            due_on, amount = day(found[1]), money(found[2])
            paid_on = day(found[4]) if found[4] else due_on
        except Unreadable:
            raise Unreadable("bad_instalments") from None
        parts.append(Part(amount, due_on, paid_on if found[3] else None))
    if not parts:
        raise Unreadable("bad_instalments")
    return parts


@dataclass(frozen=True)
class DisputeSheet:
    """The disputes of a ledger with what is known of units and people."""

    profile: Profile
    unit_path: str
    places: Mapping[str, Place]
    staff: Mapping[str, Staff]
    today: date

    def judge(self, judged: Sequence[Judged]) -> list[Judged]:
        """The rows with everything that can be said against them before the first step."""
        first: dict[tuple[Any, ...], int] = {}
        return [row.refused(*self._against(row), *self._twice(row, first)) for row in judged]

    def say(self, code: str, field: str, *facts: tuple[str, str]) -> Reason:
        """A reason that names the column as the sheet does."""
        label = self.profile.label(field)
        return reason(code, field, label.zh, label.en, *facts)

    def _twice(self, row: Judged, first: dict[tuple[Any, ...], int]) -> Iterator[Reason]:
        key = (row.values.get("unit"), row.values.get("number"))
        before = first.setdefault(key, row.line)
        if before != row.line and None not in key:
            yield self.say("key_twice", "number", ("line", str(before)))

    def _against(self, row: Judged) -> Iterator[Reason]:
        values = row.values
        place = self.places.get(values.get("unit", ""))
        if "unit" in values and place is None:
            yield self.say("unknown_code", "unit")
        elif place is not None and not place.path.startswith(self.unit_path):
            yield self.say("outside", "unit")
        if place is not None and {"mediator", "registered_on"} <= set(values):
            staff = self.staff.get(values["mediator"])
            if staff is None or not staff.may(MEDIATORS, place.path, values["registered_on"]):
                yield self.say("not_a_mediator", "mediator")
        yield from self._missing(values)
        yield from self._days(values)
        yield from self._money(values)

    def _missing(self, values: Mapping[str, Any]) -> Iterator[Reason]:
        state = values.get("state", "registered")
        said = {value: word for word, value in reversed(self.profile.columns["state"].choices.items())}
        for name in _NEEDED[state]:
            if name not in values:
                yield self.say("needed_for", name, ("state", said.get(state, state)))
        if state != "registered" and values.get("claimants", 1) >= _GROUP and "representatives" not in values:
            yield self.say("needed_for", "representatives", ("state", said.get(state, state)))

    def _days(self, values: Mapping[str, Any]) -> Iterator[Reason]:
        known = [name for name in _IN_ORDER if name in values]
        for name in known:
            if values[name] > self.today:
                yield self.say("in_future", name)
        for earlier, later in pairwise(known):
            if values[later] < values[earlier]:
                yield self._before(later, earlier)
        if "session_on" in values and values["session_on"] < values.get("accepted_on", values["session_on"]):
            yield self._before("session_on", "accepted_on")

    def _before(self, field: str, other: str) -> Reason:
        label = self.profile.label(other)
        return self.say("before_start", field, ("other", f"{label.zh} {label.en}"))

    def _money(self, values: Mapping[str, Any]) -> Iterator[Reason]:
        if "instalments" not in values:
            return
        try:
            parts = read_instalments(values["instalments"])
        except Unreadable as error:
            yield self.say(error.code, "instalments")
            return
        if values.get("agreed_amount", sum(one.amount for one in parts)) != sum(one.amount for one in parts):
            yield self.say("sum_differs", "agreed_amount")
        if any(one.paid_on is not None and one.paid_on > self.today for one in parts):
            yield self.say("in_future", "instalments")

    def plan(self, row: Judged, import_unit: int) -> Plan:
        """The way of an accepted row."""
        values = row.values
        mediator = self.staff[values["mediator"]].id
        steps = tuple(_steps(values, mediator))
        place = self.places[values["unit"]]
        return Plan(f"{import_unit}:{values['unit']}:{values['number']}", "dispute", place.id, mediator, steps)


def _steps(values: Mapping[str, Any], mediator: int) -> Iterator[PlannedStep]:
    registered = values["registered_on"]
    answers = {name: _json(values[name]) for name in _REGISTRATION if name in values}
    yield PlannedStep(OPEN, registered, {**answers, "members": _names(values.get("members", ""))})
    state = values["state"]
    if state == "registered":
        yield _assign(mediator, registered)
        return
    received = values.get("received_on", registered)
    accepted = values["accepted_on"]
    yield _assign(mediator, received)
    if "representatives" in values:
        named = {"names": _names(values["representatives"]), "chosen_on": received.isoformat()}
        yield PlannedStep("name_representatives", received, named)
    yield PlannedStep("apply", received, {"received_on": received.isoformat()})
    consent = {"in_scope": True, "applicant_consents": True, "respondent_consents": True}
    yield PlannedStep("accept", accepted, {"accepted_on": accepted.isoformat(), **consent})
    if state == "accepted":
        return
    session = values.get("session_on", values.get("signed_on", accepted))
    place = values.get("place", "调解室")
    yield PlannedStep("schedule_session", accepted, {"on": session.isoformat(), "place": place})
    if state == "performing":
        yield from _performance(values, session)


def _performance(values: Mapping[str, Any], session: date) -> Iterator[PlannedStep]:
    signed = values["signed_on"]
    parts = read_instalments(values["instalments"])
    if session <= signed:
        yield PlannedStep("hold_session", signed, {"on": session.isoformat(), "minutes": "据台账登记。"})
    total = sum(one.amount for one in parts)
    terms = {
        "terms": values.get("terms", f"用人单位分 {len(parts)} 期支付共计 {total / 100:.2f} 元。"),
        "instalments": [{"amount": one.amount, "due_on": one.due_on.isoformat()} for one in parts],
        "all_members_consent": True,
    }
    yield PlannedStep("agree", signed, terms)
    ticks = dict.fromkeys(("applicant_signed", "respondent_signed", "mediator_signed", "sealed"), True)
    yield PlannedStep("sign_agreement", signed, {"signed_on": signed.isoformat(), **ticks})
    if "visited_on" in values:
        visit = {"visited_on": values["visited_on"].isoformat(), "finding": "据台账登记。"}
        yield PlannedStep("visit", values["visited_on"], visit)
    paid = sorted((one.paid_on, no, one) for no, one in enumerate(parts, start=1) if one.paid_on is not None)
    for paid_on, no, one in paid:
        answers = {"no": no, "amount": one.amount, "paid_on": paid_on.isoformat(), "evidence": "台账"}
        yield PlannedStep("record_payment", max(paid_on, signed), answers)


def _assign(mediator: int, on: date) -> PlannedStep:
    return PlannedStep("assign_mediator", on, {"mediator": mediator, "no_conflict": True})


def _names(said: str) -> list[str]:
    return [name.strip() for name in _NAMES.split(said) if name.strip()]


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
