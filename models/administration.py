"""Questions of those who administer: the tree unit by unit, people and what they hold, messages, texts, figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select, text
from sqlalchemy.orm import aliased

from models.base import AnyRow
from models.cases import AuditSeal, CaseEvent, CaseFile, Party
from models.contracts import Contract
from models.offices import PaperText
from models.outbox import Delivery, Message
from models.papers import Document
from models.people import Organisation, Person, Position
from models.scope import Scope

Rows = Sequence[AnyRow]
_UNIT = (Organisation.id, Organisation.code, Organisation.name, Organisation.kind, Organisation.path, Organisation.parent_id,
         Organisation.closed_on)  # fmt: skip


def _contains(column: Any, typed: str) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column.contains(typed, autoescape=True)
    return found


# --- units ---------------------------------------------------------------------------------------------------------------


def _with_children() -> Any:
    below = aliased(Organisation)
    count = select(func.count()).select_from(below).where(below.parent_id == Organisation.id).scalar_subquery()
    return select(*_UNIT, count.label("children"))


def topmost(connection: Connection, scope: Scope, limit: int = 50) -> Rows:
    """Where the person's administration begins: the organisations of his own paths, or the roots for the operator."""
    whole = Organisation.parent_id.is_(None) if scope.is_everything else Organisation.path.in_(scope.paths)
    return connection.execute(_with_children().where(whole).order_by(Organisation.path).limit(limit)).all()


def units_below(connection: Connection, scope: Scope, parent_id: int, *, after: str = "", limit: int = 50) -> Rows:
    """The units right below one, by code; `after` is the code at which the last page ended."""
    query = _with_children().where(Organisation.parent_id == parent_id, scope.units(), Organisation.code > after)
    return connection.execute(query.order_by(Organisation.code).limit(limit)).all()


def units_named(connection: Connection, scope: Scope, typed: str, limit: int = 50) -> Rows:
    """Units whose name or code contains what was typed."""
    hits = or_(_contains(Organisation.name, typed), _contains(Organisation.code, typed))
    return connection.execute(_with_children().where(hits, scope.units()).order_by(Organisation.path).limit(limit)).all()


def unit_whole(connection: Connection, scope: Scope, unit_id: int) -> AnyRow | None:
    """One organisation with all that is kept of it; None when it is absent or hidden."""
    query = select(*Organisation.__table__.c).where(Organisation.id == unit_id, scope.units())
    return connection.execute(query).first()


def way_to(connection: Connection, scope: Scope, path: str) -> Rows:
    """The units above and the unit itself, from the top, as far as the person sees them."""
    ids = [int(part) for part in path.strip("/").split("/") if part]
    return connection.execute(select(*_UNIT).where(Organisation.id.in_(ids), scope.units()).order_by(Organisation.path)).all()


def holders(connection: Connection, unit_id: int, day: date, limit: int = 100) -> Rows:
    """Who holds which position right in that unit, on that day or later."""
    query = (
        select(Person.id, Person.code, Person.name, Position.role, Position.from_on, Position.to_on, Position.absence_id)
        .join(Position, Position.person_id == Person.id)
        .where(Position.organisation_id == unit_id, or_(Position.to_on.is_(None), Position.to_on >= day))
        .order_by(Position.role, Person.name)
    )
    return connection.execute(query.limit(limit)).all()


# --- people --------------------------------------------------------------------------------------------------------------


def _works_in(scope: Scope, *more: Any) -> ColumnElement[bool]:
    return exists().where(Position.person_id == Person.id, Organisation.id == Position.organisation_id, scope.units(), *more)


def _mine(scope: Scope) -> ColumnElement[bool]:
    """People of the scope, and those nobody has given a position yet; parties of cases are none of them."""
    nowhere = and_(~exists().where(Position.person_id == Person.id), ~exists().where(Party.person_id == Person.id))
    return or_(_works_in(scope), nowhere)


def people_of(
    connection: Connection, scope: Scope, day: date, *, typed: str = "", role: str = "", state: str = "", page: int = 0,
    limit: int = 50,
) -> Rows:  # fmt: skip
    """The people somebody administers, by name. `state`: active, left, locked_out (no password)."""
    query = select(
        Person.id, Person.code, Person.name, Person.left_on, Person.must_change, (Person.password != "").label("has_password"),
        (Person.second_factor != "").label("has_second_factor"),
    ).where(_mine(scope))  # fmt: skip
    if typed:
        query = query.where(or_(_contains(Person.name, typed), _contains(Person.code, typed)))
    if role:
        query = query.where(_works_in(scope, Position.role == role, or_(Position.to_on.is_(None), Position.to_on >= day)))
    left = and_(Person.left_on.is_not(None), Person.left_on <= day)
    if state:
        wanted = {"active": ~left, "left": left, "without_password": and_(~left, Person.password == "")}
        query = query.where(wanted.get(state, ~left))
    return connection.execute(query.order_by(Person.name, Person.id).offset(page * limit).limit(limit)).all()


def positions_held(connection: Connection, scope: Scope, person_ids: Sequence[int], limit: int = 500) -> Rows:
    """The positions of those people inside the scope, the running ones first."""
    query = (
        select(
            Position.id, Position.person_id, Position.role, Position.from_on, Position.to_on, Position.absence_id,
            Organisation.id.label("unit_id"), Organisation.name.label("unit"), Organisation.code.label("unit_code"),
        )
        .join(Organisation, Organisation.id == Position.organisation_id)
        .where(Position.person_id.in_(person_ids), scope.units())
        .order_by(Position.person_id, Position.to_on.is_not(None), Position.to_on.desc(), Position.id)
    )  # fmt: skip
    return connection.execute(query.limit(limit)).all()


def person_whole(connection: Connection, scope: Scope, person_id: int) -> AnyRow | None:
    """One person somebody administers, without numbers; None when he is absent or hidden."""
    query = select(
        Person.id, Person.code, Person.name, Person.email, Person.language, Person.left_on, Person.must_change,
        (Person.password != "").label("has_password"), (Person.second_factor != "").label("has_second_factor"),
        Person.subject.is_not(None).label("signs_on"),
    ).where(Person.id == person_id, _mine(scope))  # fmt: skip
    return connection.execute(query).first()


def open_cases_of(connection: Connection, person_id: int) -> int:
    """How many open cases are his."""
    his = (CaseFile.owner_id == person_id, CaseFile.closed_on.is_(None))
    found: int = connection.execute(select(func.count()).select_from(CaseFile).where(*his)).scalar_one()
    return found


# --- messages ------------------------------------------------------------------------------------------------------------


def _message_in(scope: Scope) -> Any:
    """Messages to people of the scope, and those of its cases that are not yet anybody's."""
    if scope.is_everything:
        return Message.id.is_not(None)
    to = exists().where(Position.person_id == Message.person_id, Organisation.id == Position.organisation_id, scope.units())
    of = exists().where(CaseFile.id == Message.case_id, Organisation.id == CaseFile.unit_id, scope.units())
    return or_(to, and_(Message.person_id.is_(None), of))


def messages(connection: Connection, scope: Scope, status: str, *, before: int = 0, limit: int = 50) -> Rows:
    """Messages of the outbox in that state, newest first."""
    query = (
        select(
            Message.id, Message.notice, Message.channel, Message.status, Message.attempt, Message.error, Message.created_at,
            Message.next_try_at, Message.settled_at, Person.name.label("person"), CaseFile.number,
        )
        .outerjoin(Person, Person.id == Message.person_id)
        .outerjoin(CaseFile, CaseFile.id == Message.case_id)
        .where(Message.status == status, Message.kind == "notice", _message_in(scope))
    )  # fmt: skip
    if before:
        query = query.where(Message.id < before)
    return connection.execute(query.order_by(Message.id.desc()).limit(limit)).all()


def message_ids(connection: Connection, scope: Scope, status: str, limit: int = 5000) -> list[int]:
    """Ids of the same, oldest first."""
    query = select(Message.id).where(Message.status == status, Message.kind == "notice", _message_in(scope))
    return list(connection.scalars(query.order_by(Message.id).limit(limit)))


def message_in(connection: Connection, scope: Scope, message_id: int) -> AnyRow | None:
    """The message, inside the scope."""
    columns = (Message.id, Message.status, Message.notice, Message.person_id)
    return connection.execute(select(*columns).where(Message.id == message_id, _message_in(scope))).first()


def message_counts(connection: Connection, scope: Scope) -> dict[str, int]:
    """How many of the scope's messages wait, are being sent, are parked."""
    query = (
        select(Message.status, func.count())
        .where(Message.status.in_(("waiting", "sending", "parked")), Message.kind == "notice", _message_in(scope))
        .group_by(Message.status)
    )
    return {row[0]: int(row[1]) for row in connection.execute(query)}


def tries_of(connection: Connection, message_ids: Sequence[int], limit: int = 500) -> dict[int, list[AnyRow]]:
    """The attempts to deliver those messages, oldest first."""
    columns = (Delivery.message_id, Delivery.attempt, Delivery.at, Delivery.state, Delivery.reason)
    rows = connection.execute(select(*columns).where(Delivery.message_id.in_(message_ids)).order_by(Delivery.id).limit(limit))
    found: dict[int, list[AnyRow]] = {}
    for row in rows:
        found.setdefault(row.message_id, []).append(row)
    return found


# --- the office as a whole -----------------------------------------------------------------------------------------------


def own_texts(connection: Connection) -> Rows:
    """The newest versions of the office's own texts, with who wrote them; without the texts."""
    columns = (PaperText.paper, PaperText.language, PaperText.version, PaperText.remark, PaperText.at, PaperText.ended_at)
    query = select(*columns, Person.name.label("person")).join(Person, Person.id == PaperText.person_id)
    return connection.execute(query.order_by(PaperText.id.desc()).limit(500)).all()


def own_text(connection: Connection, paper: str, lang: str, version: int = 0) -> AnyRow | None:
    """One version of an own text, or the one in use."""
    which = PaperText.version == version if version else PaperText.ended_at.is_(None)
    query = select(*PaperText.__table__.c).where(PaperText.paper == paper, PaperText.language == lang, which)
    return connection.execute(query.order_by(PaperText.version.desc()).limit(1)).first()


def seals(connection: Connection, limit: int = 10) -> Rows:
    """The newest seals."""
    return connection.execute(select(*AuditSeal.__table__.c).order_by(AuditSeal.id.desc()).limit(limit)).all()


def newest_event(connection: Connection) -> int:
    """The id of the newest event: about how many there are."""
    return int(connection.execute(select(func.coalesce(func.max(CaseEvent.id), 0))).scalar_one())


def figures(connection: Connection) -> dict[str, int]:
    """How much there is in the office, and how many bytes its database takes."""
    counted = {
        name: select(func.count()).select_from(table).scalar_subquery()
        for name, table in (("cases", CaseFile), ("contracts", Contract), ("people", Person), ("units", Organisation),
                            ("papers", Document), ("messages", Message))
    }  # fmt: skip
    row = connection.execute(select(*(query.label(name) for name, query in counted.items()))).one()
    size = "SELECT pg_database_size(current_database())"
    if connection.dialect.name == "sqlite":
        size = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    return {
        **{name: int(value) for name, value in row._mapping.items()},
        "bytes": int(connection.execute(text(size)).scalar_one()),
    }
