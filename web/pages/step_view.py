"""The form of a step: its fields, what stands against it already, and whom one can choose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from flows.office import Office
from models import queries
from models.base import AnyRow
from models.casebook import CaseRow, InstalmentRow
from models.staff import colleagues
from states.casetype import OPEN, CaseType, Step
from states.errors import Reason
from states.labels import Label
from states.machine import unmet
from states.roles import Role
from web.access import Visitor
from web.errors import NotFound
from web.fields import Asking, Choice, Field, fields_of, first_values, loose_reasons
from web.pages.case_parts import EventShown, events_shown
from web.pages.case_reach import reach
from web.rendering import short_day, yuan

#: the step whose number names an instalment, and that field
PAID, INSTALMENT = "record_payment", "no"
#: fields that name somebody of the office, and what he must be
PEOPLE = {"mediator": Role.MEDIATOR, "officer": Role.OFFICER}


@dataclass(frozen=True)
class StepShown:
    """A step of a case on its own page."""

    row: AnyRow
    kind: CaseType
    step: Step
    title: str
    state: Label
    lang: str
    #: what stands against the step before anything is filled in
    against: tuple[Reason, ...]
    choices: Mapping[str, Sequence[Choice]]
    events: Sequence[EventShown]
    fields: tuple[Field, ...] = ()
    #: reasons that belong to no field
    loose: tuple[Reason, ...] = ()

    def filled(self, values: Mapping[str, Any], reasons: Sequence[Reason] = ()) -> StepShown:
        """The same form with what was typed and what is wrong with it."""
        asking = Asking(self.lang, values, reasons, self.choices)
        return replace(
            self, fields=fields_of(self.step.asks, asking), loose=tuple(loose_reasons(self.step.asks, reasons))
        )  # fmt: skip


def step_shown(
    connection: Connection, office: Office, visitor: Visitor, number: str, name: str, kept: Mapping[str, Any] | None
) -> StepShown:
    """The step, if the visitor sees the case and may take it from where it stands or stood. Raises `NotFound`."""
    found = reach(connection, office, visitor, number, parties=True)
    row, case, kind = found.row, found.case, found.kind
    step = kind.step(name)
    if step is None or name == OPEN or not step.by & found.roles:
        raise NotFound
    choices = _choices(connection, step, case, visitor)
    shown = StepShown(
        row=row, kind=kind, step=step, title=found.title, state=kind.stage(row.state).label, lang=visitor.lang,
        against=tuple(unmet(step, case, None, found.moment)), choices=choices,
        events=events_shown(kind, queries.events_of(connection, row.id, 20)),
    )  # fmt: skip
    if kept is not None:
        return shown.filled(kept)
    known = step.suggests(case) if step.suggests is not None else {}
    return shown.filled({**first_values(step, visitor.today), **_likely(step, case, choices, visitor), **known})


def _likely(step: Step, case: CaseRow, choices: Mapping[str, Sequence[Choice]], visitor: Visitor) -> dict[str, Any]:
    """What is most often answered: the person himself takes the case on; the first instalment that is open was paid."""
    likely: dict[str, Any] = {}
    for name in PEOPLE:
        if any(value == str(visitor.person_id) for value, _ in choices.get(name, ())):
            likely[name] = str(visitor.person_id)
    if INSTALMENT in choices:
        part = next((part for part in case.instalments if not part.performed), None)
        if part is not None:
            likely |= {INSTALMENT: str(part.no), "amount": max(0, part.amount - part.paid)}
    return {name: value for name, value in likely.items() if name in step.asks.model_fields}


def _choices(connection: Connection, step: Step, case: CaseRow, visitor: Visitor) -> dict[str, list[Choice]]:
    """Whom a field can name: those who hold the position in the case's unit or above it; which instalment was paid."""
    asked = {name: role for name, role in PEOPLE.items() if name in step.asks.model_fields}
    choices = {
        name: [(str(one.id), f"{one.name}({one.unit})") for one in colleagues(connection, role, case.unit_path, visitor.today)]
        for name, role in asked.items()
    }  # fmt: skip
    if step.name == PAID:
        choices[INSTALMENT] = [(str(part.no), _said(part, visitor.lang)) for part in case.instalments if not part.performed]
    return choices


def _said(part: InstalmentRow, lang: str) -> str:
    left, day = yuan(max(0, part.amount - part.paid)), short_day(part.due_on, lang)
    return Label(f"第{part.no}期 · 尚欠 {left} 元 · {day}到期", f"No. {part.no} · {left} yuan left · due {day}").said(lang)
