"""The form of a step: its fields, what stands against it already, and whom one can choose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from flows.judging import moment_of, roles_with
from flows.office import Office
from models import queries
from models.base import AnyRow
from models.casebook import load_case
from models.staff import colleagues
from states.casetype import OPEN, CaseType, Step
from states.errors import Reason
from states.labels import Label
from states.machine import unmet
from states.registry import case_type
from states.roles import Role
from web.access import Visitor
from web.errors import NotFound
from web.fields import Asking, Choice, Field, fields_of, first_values, loose_reasons
from web.pages.case_view import EventShown, event_shown
from web.titles import title_of

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
    row = queries.case_by_number(connection, visitor.scope, number)
    case = load_case(connection, row.id) if row is not None else None
    if row is None or case is None:
        raise NotFound
    kind = case_type(row.type, row.type_version)
    step = kind.step(name)
    roles = roles_with(connection, visitor.held, case, visitor.person_id)
    if step is None or name == OPEN or not step.by & roles:
        raise NotFound
    moment = moment_of(case, roles, visitor.person_id, office.now())
    names = [party.name for party in case.parties if party.role == "applicant"]
    shown = StepShown(
        row=row, kind=kind, step=step, title=title_of(row, names[0] if names else None, visitor.lang),
        state=kind.stage(row.state).label, lang=visitor.lang, against=tuple(unmet(step, case, None, moment)),
        choices=_choices(connection, step, case.unit_path, visitor),
        events=[event_shown(kind, event) for event in queries.events_of(connection, row.id, 20)],
    )  # fmt: skip
    return shown.filled(first_values(step, visitor.today) if kept is None else kept)


def _choices(connection: Connection, step: Step, path: str, visitor: Visitor) -> dict[str, list[Choice]]:
    """Whom a field can name: those who hold the position in the case's unit or above it."""
    asked = {name: role for name, role in PEOPLE.items() if name in step.asks.model_fields}
    return {
        name: [(str(one.id), f"{one.name}({one.unit})") for one in colleagues(connection, role, path, visitor.today)]
        for name, role in asked.items()
    }  # fmt: skip
