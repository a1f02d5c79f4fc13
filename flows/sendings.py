"""Papers going out: the file of a paper, and the log of who was given it, how and when.

The log is what somebody of the office notes down: that a paper was handed over, posted or passed on. A party with an account
opens what was given to him and not taken back; nothing else.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection, insert, select

from documents.render import file_of
from flows.office import Office
from flows.office_journal import Deed, record
from flows.withdrawing import withdraw
from models import case_page
from models.papers import Document, DocumentFile, PaperSending, Way
from models.repeated import there_already
from states.errors import InvalidAnswers, Reason
from states.forms import Form, ask
from states.labels import Label

#: how many days back a sending can still be noted down: three years, the longest a file stays open
EARLIEST = 1100


class SendingForm(Form):
    """送达登记."""

    to: str = ask("交给", "Given to", max_length=20)
    other: str = ask("其他人姓名或单位(选“其他”时填写)", "Name of somebody else (with “other”)", "", max_length=200)
    way: Way = ask("方式", "How")
    sent_on: date = ask("日期", "Day")
    remark: str = ask("备注(单号、签收人等)", "Remark (tracking number, who signed)", "", max_length=200)


OTHER = "other"


def paper_file(office: Office, document_id: int, form: str, lang: str) -> bytes:
    """The bytes of a paper; written at the first call only, so that reading it again needs no lock. Raises `AlteredPaper`."""
    there = select(DocumentFile.id).where(
        DocumentFile.document_id == document_id, DocumentFile.form == form, DocumentFile.language == lang
    )
    with office.store.read() as connection:
        if connection.execute(there).first() is not None:
            return file_of(connection, document_id, form, lang, office.now())
    with office.store.write() as connection:
        return file_of(connection, document_id, form, lang, office.now())


def note_sending(office: Office, case_id: int, document_id: int, person_id: int, form: SendingForm) -> None:
    """Write down that the paper went out, and enter it in the office's journal. Raises `InvalidAnswers`."""
    with office.store.write() as connection:
        party_id, name = _recipient(connection, case_id, form)
        reasons = _against(connection, document_id, form, office.today())
        if reasons:
            raise InvalidAnswers(reasons)
        values: dict[str, Any] = {
            "document_id": document_id, "party_id": party_id, "recipient": name, "way": str(form.way),
            "sent_on": form.sent_on, "remark": form.remark, "person_id": person_id, "at": office.now(),
        }  # fmt: skip
        if there_already(connection, PaperSending, values) is not None:
            return
        connection.execute(insert(PaperSending).values(**values))
        record(
            connection, office.now(), Deed.PAPER_SENT, actor_id=person_id, case_id=case_id, document=document_id,
            way=str(form.way),
        )  # fmt: skip


def _recipient(connection: Connection, case_id: int, form: SendingForm) -> tuple[int | None, str]:
    if form.to.isascii() and form.to.isdigit() and len(form.to) < 19:
        party = case_page.party(connection, case_id, int(form.to))
        if party is not None:
            return party.id, party.name
    elif form.to == OTHER and form.other:
        return None, form.other
    raise InvalidAnswers(
        [Reason("no_recipient", Label("没有写明交给谁", "nobody is named who was given it"),
                Label("请选择当事人,或选“其他”并填写姓名", "choose a party, or “other” with a name"), "to")]
    )  # fmt: skip


def _against(connection: Connection, document_id: int, form: SendingForm, today: date) -> list[Reason]:
    row = connection.execute(select(Document.void).where(Document.id == document_id)).one()
    reasons = []
    if row.void:
        reasons.append(Reason("paper_void", Label("这份文书已作废", "this paper is void"),
                              Label("请送达新的文书", "send the newer one")))  # fmt: skip
    if not 0 <= (today - form.sent_on).days <= EARLIEST:
        reasons.append(Reason("day_not_possible",
                              Label("日期不得晚于今天,也不得早于三年前", "the day is in the future or too long ago"),
                              Label("请更正日期", "mend the day"), "sent_on"))  # fmt: skip
    return reasons


def withdraw_sending(office: Office, document_id: int, sending_id: int, person_id: int, *, supervises: bool) -> bool:
    """Strike an entry that was wrong; it stays readable. False when there is none; raises `NotPermitted` for another's."""
    of_paper = PaperSending.document_id == document_id
    return withdraw(office, PaperSending, of_paper, sending_id, person_id, supervises=supervises)
