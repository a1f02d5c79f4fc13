"""Who administers whom: an administrator acts inside the subtrees where he is one, and nowhere else.

A person is administered by whoever administers every unit he works in (running and coming positions; once there are none,
the former ones); a person who never held a position, by any administrator. Who could reset a password could read all its
owner reads, so half of his units are not enough. Hidden and absent get one answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from models.base import AnyRow
from models.casebook import positions_of
from models.people import Organisation, Person, Position
from models.scope import EVERYTHING, Scope
from states.errors import CaseNotFound, NotPermitted, Refusal, refuse
from states.labels import Label
from states.roles import Role


class NotThere(CaseNotFound):
    """No such person, unit or row among those the person may see (hidden and absent look the same)."""

    code: ClassVar[str] = "not_found"


def administered(connection: Connection, by: int | None, day: date, *roles: Role) -> Scope:
    """The units in which the person is administrator (or holds one of `roles`) on that day; everything for the operator."""
    if by is None:
        return EVERYTHING
    wanted = roles or (Role.ADMINISTRATOR,)
    held = positions_of(connection, by, day)
    return Scope(by, tuple(sorted({path for role, path in held if role in wanted})))


def must_administer(connection: Connection, by: int | None, day: date, *roles: Role) -> Scope:
    """The same. Raises `NotPermitted` for somebody who administers nothing."""
    scope = administered(connection, by, day, *roles)
    if not scope.is_everything and not scope.paths:
        raise refuse(
            NotPermitted,
            "not_administrator",
            Label("只有系统管理员可以办理此事", "only an administrator can do that"),
            Label("请联系本单位系统管理员", "ask the administrator of your unit"),
        )
    return scope


def unit_in(connection: Connection, scope: Scope, unit_id: int, field: str = "unit") -> AnyRow:
    """The organisation inside the scope, locked. Raises `NotThere` for one outside and for none."""
    columns = (Organisation.id, Organisation.code, Organisation.name, Organisation.path, Organisation.parent_id,
               Organisation.closed_on)  # fmt: skip
    found = connection.execute(
        select(*columns).where(Organisation.id == unit_id, scope.units()).with_for_update(key_share=True)
    ).first()
    if found is None:
        raise _no_unit(field)
    return found


def person_in(connection: Connection, scope: Scope, person_id: int, day: date) -> AnyRow:
    """The person whom that scope administers, locked. Raises `NotThere` or `NotPermitted`."""
    found = find_person(connection, person_id)
    if scope.is_everything:
        return found
    inside, outside = _where_he_works(connection, scope, person_id, day)
    if outside and not inside:
        raise no_person()
    if outside:
        raise refuse(
            NotPermitted,
            "positions_outside",
            Label("该人员在您管理范围之外也有职务", "this person also holds positions outside the units you administer"),
            Label("请由上级单位系统管理员办理", "ask the administrator of a unit above"),
        )
    return found


def find_person(connection: Connection, person_id: int) -> AnyRow:
    """The person's row without numbers, locked. Raises `NotThere`."""
    columns = (Person.id, Person.code, Person.name, Person.email, Person.language, Person.password, Person.left_on)
    found = connection.execute(select(*columns).where(Person.id == person_id).with_for_update(key_share=True)).first()
    if found is None:
        raise no_person()
    return found


def unit_of(connection: Connection, person_id: int | None, day: date, by: int | None = None) -> int | None:
    """A unit the person works in today, else worked in last: where his deeds are read. Without any, that of `by`."""
    if person_id is None:
        return None
    running = and_(_begun(day), _not_over(day))
    query = select(Position.organisation_id).where(Position.person_id == person_id, Position.absence_id.is_(None))
    found: int | None = connection.execute(query.order_by(running.desc(), Position.id).limit(1)).scalar_one_or_none()
    return unit_of(connection, by, day) if found is None and by != person_id else found


def units_of(connection: Connection, person_id: int, day: date) -> Sequence[int]:
    """All units in which the person holds a position on that day."""
    query = select(Position.organisation_id).distinct().where(Position.person_id == person_id, _begun(day), _not_over(day))
    return connection.scalars(query.order_by(Position.organisation_id)).all()


def _begun(day: date) -> ColumnElement[bool]:
    return or_(Position.from_on.is_(None), Position.from_on <= day)


def _not_over(day: date) -> ColumnElement[bool]:
    return or_(Position.to_on.is_(None), Position.to_on >= day)


def _where_he_works(connection: Connection, scope: Scope, person_id: int, day: date) -> tuple[int, int]:
    inside = func.count().filter(scope.units())
    query = (
        select(inside, func.count() - inside)
        .select_from(Position)
        .join(Organisation, Organisation.id == Position.organisation_id)
        .where(Position.person_id == person_id, Position.absence_id.is_(None))
    )
    counted = connection.execute(query.where(_not_over(day))).one()
    if not any(counted):
        counted = connection.execute(query).one()
    return int(counted[0]), int(counted[1])


def no_person() -> Refusal:
    """The one answer for a person who is absent and for one who is hidden."""
    return refuse(
        NotThere,
        "person_not_found",
        Label("您管理的人员中没有此人", "there is no such person among those you administer"),
        Label("请核对人员代码", "check the person's code"),
        "person",
    )


def _no_unit(field: str) -> Refusal:
    return refuse(
        NotThere,
        "unit_not_found",
        Label("您管理的单位中没有此单位", "there is no such unit among those you administer"),
        Label("请核对单位代码", "check the unit's code"),
        field,
    )
