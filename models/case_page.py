"""What the page of a case shows beside its steps and dates. Each question is asked once, however much hangs on the case."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, cast, func, or_, select

from models.base import AnyRow, BigId
from models.cases import CaseEvent, CaseFile, CaseLink, Claim, Party
from models.contracts import Contract
from models.items import Meeting, Payment
from models.notes import Attachment, CaseNote
from models.papers import Document, PaperSending
from models.people import Organisation, Person
from models.requests import StepRequest
from models.scope import Scope
from states.versions import MIGRATE

Rows = Sequence[AnyRow]
#: characters of a meeting's minutes on the page; the whole of them stands in the record that was issued
MINUTES = 600
#: the details of other events are not opened for it
MOVED = tuple(
    case((CaseEvent.step == MIGRATE, CaseEvent.detail["migrated"][key].as_integer())).label(name)
    for key, name in (("from", "came_from"), ("to", "moved_to"))
)


def parties(connection: Connection, case_id: int, limit: int) -> Rows:
    """The first parties with their numbers (opened), representatives first among equals; `all` is how many there are."""
    query = (
        select(
            Party.id, Party.role, Party.name, Party.phone, Party.identity, Party.represents, Party.person_id,
            func.count().over().label("all"),
        )
        .where(Party.case_id == case_id, Party.undone.is_(False))
        .order_by(case((Party.represents.is_(True), 0), else_=1), Party.id)
        .limit(limit)
    )  # fmt: skip
    return connection.execute(query).all()


def party(connection: Connection, case_id: int, party_id: int) -> AnyRow | None:
    """One party of that case."""
    columns = select(Party.id, Party.role, Party.name, Party.phone, Party.identity, Party.person_id)
    return connection.execute(columns.where(Party.id == party_id, Party.case_id == case_id, Party.undone.is_(False))).first()


def party_names(connection: Connection, case_id: int, limit: int = 60) -> Rows:
    """Whom a paper can be given to: id, role, name."""
    query = select(Party.id, Party.role, Party.name).where(Party.case_id == case_id, Party.undone.is_(False))
    return connection.execute(query.order_by(Party.id).limit(limit)).all()


def claims(connection: Connection, case_id: int, limit: int) -> Rows:
    """What is asked for; `all` and `total` (fen) count those beyond the limit too."""
    query = (
        select(
            Claim.cause, Claim.amount, func.substr(Claim.text, 1, 301).label("text"), func.count().over().label("all"),
            cast(func.sum(Claim.amount).over(), BigId).label("total"),
        )
        .where(Claim.case_id == case_id, Claim.undone.is_(False))
        .order_by(Claim.id)
        .limit(limit)
    )  # fmt: skip
    return connection.execute(query).all()


def meetings(connection: Connection, case_id: int, limit: int = 60) -> Rows:
    """What happened to meetings, newest first: fixed, put off, held."""
    query = (
        select(
            Meeting.no, Meeting.kind, Meeting.act, Meeting.on.label("on"), Meeting.place, Meeting.present,
            func.substr(Meeting.minutes, 1, MINUTES + 1).label("minutes"),
        )
        .where(Meeting.case_id == case_id, Meeting.undone.is_(False))
        .order_by(Meeting.id.desc())
        .limit(limit)
    )  # fmt: skip
    return connection.execute(query).all()


def payments(connection: Connection, case_id: int, limit: int = 100) -> Rows:
    """What arrived, newest first."""
    query = select(Payment.no, Payment.amount, Payment.paid_on, Payment.evidence)
    mine = query.where(Payment.case_id == case_id, Payment.undone.is_(False))
    return connection.execute(mine.order_by(Payment.id.desc()).limit(limit)).all()


def papers(connection: Connection, case_id: int, limit: int, given_to: int | None = None) -> Rows:
    """The papers, newest first; with `given_to` only those that this person was given as a party."""
    query = (
        select(
            Document.id, Document.paper, Document.serial, Document.issued_at, Document.void, func.count().over().label("all")
        )
        .where(Document.case_id == case_id, _was_given(given_to))
        .order_by(Document.id.desc())
        .limit(limit)
    )
    return connection.execute(query).all()


def paper(connection: Connection, case_id: int, document_id: int, given_to: int | None = None) -> AnyRow | None:
    """One paper of that case, under the same condition."""
    columns = select(Document.id, Document.paper, Document.serial, Document.issued_at, Document.void)
    mine = columns.where(Document.id == document_id, Document.case_id == case_id, _was_given(given_to))
    return connection.execute(mine).first()


def _was_given(person_id: int | None) -> ColumnElement[bool]:
    if person_id is None:
        return Document.id.is_not(None)
    given = (
        select(PaperSending.id)
        .join(Party, Party.id == PaperSending.party_id)
        .where(
            PaperSending.document_id == Document.id, PaperSending.withdrawn_at.is_(None), Party.person_id == person_id,
            Party.undone.is_(False),
        )
    )  # fmt: skip
    return and_(Document.void.is_(False), given.exists())


def sendings(connection: Connection, document_ids: Collection[int], limit: int = 200) -> Rows:
    """Who was given those papers, newest first, and who noted it down."""
    query = (
        select(
            PaperSending.id, PaperSending.document_id, PaperSending.recipient, PaperSending.way, PaperSending.sent_on,
            PaperSending.remark, PaperSending.at, PaperSending.person_id, PaperSending.withdrawn_at,
            Person.name.label("person"),
        )
        .outerjoin(Person, Person.id == PaperSending.person_id)
        .where(PaperSending.document_id.in_(document_ids))
        .order_by(PaperSending.id.desc())
        .limit(limit)
    )  # fmt: skip
    return connection.execute(query).all()


def notes(connection: Connection, case_id: int, limit: int, audiences: Collection[str]) -> Rows:
    """Notes for those readers, newest first; `all` is how many there are. A note that was taken back keeps its place."""
    query = (
        select(
            CaseNote.id, CaseNote.audience, CaseNote.text, CaseNote.at, CaseNote.withdrawn_at, CaseNote.person_id,
            Person.name.label("person"), func.count().over().label("all"),
        )
        .outerjoin(Person, Person.id == CaseNote.person_id)
        .where(CaseNote.case_id == case_id, CaseNote.audience.in_(audiences))
        .order_by(CaseNote.id.desc())
        .limit(limit)
    )  # fmt: skip
    return connection.execute(query).all()


def attachments(connection: Connection, case_id: int, limit: int, audiences: Collection[str]) -> Rows:
    """Files for those readers, newest first, without their bytes; `all` is how many there are."""
    query = (
        select(
            Attachment.id, Attachment.audience, Attachment.name, Attachment.kind, Attachment.size, Attachment.at,
            Attachment.withdrawn_at, Attachment.person_id, Person.name.label("person"), func.count().over().label("all"),
        )
        .outerjoin(Person, Person.id == Attachment.person_id)
        .where(Attachment.case_id == case_id, Attachment.audience.in_(audiences))
        .order_by(Attachment.id.desc())
        .limit(limit)
    )  # fmt: skip
    return connection.execute(query).all()


def attachment(connection: Connection, case_id: int, attachment_id: int, audiences: Collection[str]) -> AnyRow | None:
    """One file of that case with its bytes, if it is for those readers and was not taken back."""
    query = select(Attachment.id, Attachment.name, Attachment.kind, Attachment.hash, Attachment.content).where(
        Attachment.id == attachment_id, Attachment.case_id == case_id, Attachment.audience.in_(audiences),
        Attachment.withdrawn_at.is_(None),
    )  # fmt: skip
    return connection.execute(query).first()


def links(connection: Connection, scope: Scope, case_id: int, limit: int = 20) -> Rows:
    """The cases linked with it either way that the person may see: relation, number, type, state; `back`: it names us."""
    other = case((CaseLink.case_id == case_id, CaseLink.other_id), else_=CaseLink.case_id)
    query = (
        select(
            CaseLink.relation, (CaseLink.other_id == case_id).label("back"), CaseFile.number, CaseFile.type,
            CaseFile.type_version, CaseFile.state,
        )
        .join(CaseFile, CaseFile.id == other)
        .join(Organisation, Organisation.id == CaseFile.unit_id)
        .where(or_(CaseLink.case_id == case_id, CaseLink.other_id == case_id), scope.cases())
        .order_by(CaseLink.id.desc())
        .limit(limit)
    )  # fmt: skip
    return connection.execute(query).all()


def contracts(connection: Connection, scope: Scope, case_id: int) -> Rows:
    """The case's own contract and the one it renews (`earlier`), as far as the person may see them."""
    query = (
        select(Contract.number, (Contract.id == CaseFile.predecessor_id).label("earlier"))
        .join(CaseFile, or_(CaseFile.contract_id == Contract.id, CaseFile.predecessor_id == Contract.id))
        .join(Organisation, Organisation.id == Contract.unit_id)
        .where(CaseFile.id == case_id, scope.contracts())
    )
    return connection.execute(query).all()


def history(
    connection: Connection, case_id: int, limit: int, *, before: int = 0, by: str = ""
) -> Rows:  # fmt: skip
    """Events, newest first, with person, unit and the batch they came in; `by` keeps those of people or of the clock.

    `came_from` and `moved_to` are the versions of an event by which the case moved to another one.
    """
    conditions: dict[str, Any] = {"people": CaseEvent.actor_id.is_not(None), "clock": CaseEvent.actor_id.is_(None)}
    query = (
        select(
            CaseEvent.seq, CaseEvent.step, CaseEvent.from_state, CaseEvent.to_state, CaseEvent.actor_id, CaseEvent.role,
            CaseEvent.at, Person.name.label("actor"), Organisation.name.label("unit"), StepRequest.batch_id, *MOVED,
        )
        .outerjoin(Person, Person.id == CaseEvent.actor_id)
        .outerjoin(Organisation, Organisation.id == CaseEvent.unit_id)
        .outerjoin(StepRequest, StepRequest.id == CaseEvent.request_id)
        .where(CaseEvent.case_id == case_id)
        .order_by(CaseEvent.seq.desc())
        .limit(limit)
    )  # fmt: skip
    if before:
        query = query.where(CaseEvent.seq < before)
    if by in conditions:
        query = query.where(conditions[by])
    return connection.execute(query).all()
