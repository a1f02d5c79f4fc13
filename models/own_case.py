"""What a party reads of his own case: never the office's notes, never another party's words, files or numbers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, and_, exists, or_, select

from models.base import AnyRow
from models.cases import CaseFile, Party
from models.items import Meeting
from models.notes import Attachment, Audience, CaseNote
from models.papers import Document, PaperSending
from models.people import Organisation, Person

Rows = Sequence[AnyRow]


def own_cases(connection: Connection, person_id: int, limit: int = 50) -> Rows:
    """The cases somebody is a party to, newest first. One whose applicant is confidential is shown to applicants only."""
    return connection.execute(_own(person_id).order_by(CaseFile.id.desc()).limit(limit)).all()


def own_case(connection: Connection, person_id: int, *, number: str = "", case_id: int = 0) -> AnyRow | None:
    """One of them, by its number or its id."""
    which = CaseFile.number == number if number else CaseFile.id == case_id
    return connection.execute(_own(person_id).where(which).order_by(Party.id).limit(1)).first()


def _own(person_id: int) -> Any:
    secret = CaseFile.facts["confidential"].as_boolean()
    return (
        select(
            CaseFile.id, CaseFile.number, CaseFile.type, CaseFile.type_version, CaseFile.state, CaseFile.version,
            CaseFile.facts, CaseFile.outcome, CaseFile.opened_on, CaseFile.closed_on, Organisation.name.label("unit"),
            Person.name.label("owner"), Party.id.label("party_id"), Party.role, Party.name.label("own_name"),
        )
        .join(Party, and_(Party.case_id == CaseFile.id, Party.person_id == person_id, Party.undone.is_(False)))
        .join(Organisation, Organisation.id == CaseFile.unit_id)
        .outerjoin(Person, Person.id == CaseFile.owner_id)
        .where(or_(Party.role == "applicant", secret.is_(None), secret.is_(False)))
    )  # fmt: skip


def _for_reader(table: Any, case_id: int, person_id: int) -> tuple[Any, ...]:
    """What the office wrote for parties, and what the reader put there himself; another party's is not his to read."""
    partisan = select(Party.person_id).where(Party.case_id == case_id, Party.person_id.is_not(None))
    office = and_(table.person_id.is_not(None), table.person_id.not_in(partisan))
    mine = (table.case_id == case_id, table.audience == str(Audience.PARTIES), table.withdrawn_at.is_(None))
    return (*mine, or_(table.person_id == person_id, office))


def notes(connection: Connection, case_id: int, person_id: int, limit: int = 50) -> Rows:
    """Messages between the office and the reader, newest first."""
    query = select(CaseNote.text, CaseNote.at, CaseNote.person_id).where(*_for_reader(CaseNote, case_id, person_id))
    return connection.execute(query.order_by(CaseNote.id.desc()).limit(limit)).all()


def files(connection: Connection, case_id: int, person_id: int, limit: int = 100) -> Rows:
    """Files the reader may open, newest first."""
    columns = select(Attachment.id, Attachment.name, Attachment.size, Attachment.at, Attachment.person_id)
    mine = _for_reader(Attachment, case_id, person_id)
    return connection.execute(columns.where(*mine).order_by(Attachment.id.desc()).limit(limit)).all()


def file(connection: Connection, case_id: int, person_id: int, file_id: int) -> AnyRow | None:
    """One of them with its bytes."""
    columns = select(Attachment.name, Attachment.kind, Attachment.content)
    return connection.execute(columns.where(Attachment.id == file_id, *_for_reader(Attachment, case_id, person_id))).first()


def papers(connection: Connection, case_id: int, party_id: int, kinds: Collection[str], limit: int = 100) -> Rows:
    """Papers of those kinds, and those the office noted down as given to that party; void ones left out. Newest first."""
    columns = select(Document.id, Document.paper, Document.serial, Document.issued_at)
    return connection.execute(
        columns.where(*_readable(case_id, party_id, kinds)).order_by(Document.id.desc()).limit(limit)
    ).all()


def paper(connection: Connection, case_id: int, party_id: int, kinds: Collection[str], document_id: int) -> AnyRow | None:
    """One of them."""
    columns = select(Document.id, Document.paper, Document.serial)
    return connection.execute(columns.where(Document.id == document_id, *_readable(case_id, party_id, kinds))).first()


def _readable(case_id: int, party_id: int, kinds: Collection[str]) -> tuple[Any, ...]:
    given = exists().where(
        PaperSending.document_id == Document.id, PaperSending.party_id == party_id, PaperSending.withdrawn_at.is_(None)
    )
    return (Document.case_id == case_id, Document.void.is_(False), or_(Document.paper.in_(kinds), given))


def sessions(connection: Connection, case_id: int, limit: int = 60) -> Rows:
    """What happened to the sessions, oldest first: fixed, put off, held; without minutes."""
    query = select(Meeting.no, Meeting.kind, Meeting.act, Meeting.on.label("on"), Meeting.place)
    mine = (Meeting.case_id == case_id, Meeting.undone.is_(False), Meeting.kind == "session")
    return connection.execute(query.where(*mine).order_by(Meeting.id).limit(limit)).all()


def mediating_units(connection: Connection, place: str, limit: int = 61) -> Rows:
    """Units to which disputes can be brought, by a part of their name; with the name of the unit above."""
    above = Organisation.__table__.alias("above")
    query = (
        select(Organisation.id, Organisation.name, above.c.name.label("above"))
        .outerjoin(above, above.c.id == Organisation.parent_id)
        .where(Organisation.mediates.is_(True), Organisation.closed_on.is_(None))
    )
    if place:
        query = query.where(Organisation.name.contains(place, autoescape=True))
    return connection.execute(query.order_by(Organisation.path).limit(limit)).all()


def mediating_unit(connection: Connection, unit_id: int) -> AnyRow | None:
    """One of them."""
    query = select(Organisation.id, Organisation.name).where(
        Organisation.id == unit_id, Organisation.mediates.is_(True), Organisation.closed_on.is_(None)
    )
    return connection.execute(query).first()
