"""The texts of papers, as the office keeps its own: a new version is checked, kept, put into use, and taken out again.

A version is written once. In use is the one without an end; back to ours means that none is. Papers that were set before stay
as they are (`documents.own_texts`).
"""

from __future__ import annotations

from sqlalchemy import Connection, func, insert, select, update

from documents.catalogue import PAPERS
from documents.text_checks import against
from documents.wording import LANGUAGES
from flows.accounts.authority import NotThere, unit_of
from flows.headquarters import must_head_the_office
from flows.office import Office
from flows.office_journal import Deed, record
from models.offices import PaperText
from states.errors import InvalidAnswers, refuse
from states.labels import Label


def keep_text(office: Office, by: int, paper: str, lang: str, text: str, remark: str, *, use: bool) -> int:
    """A new version of the text, in use at once or only kept; its number. Refused with everything that stands against it."""
    _there(paper, lang)
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n") + "\n"
    reasons = against(paper, lang, text)
    if reasons:
        raise InvalidAnswers(reasons)
    with office.store.write() as connection:
        must_head_the_office(connection, by, office.today())
        if use:
            _end(connection, office, paper, lang)
        newest = select(func.max(PaperText.version)).where(PaperText.paper == paper, PaperText.language == lang)
        version = (connection.execute(newest).scalar_one() or 0) + 1
        now = office.now()
        row = {"paper": paper, "language": lang, "version": version, "text": text, "remark": remark.strip()[:200],
               "person_id": by, "at": now, "ended_at": None if use else now}  # fmt: skip
        connection.execute(insert(PaperText).values(row))
        _note(connection, office, by, paper, lang, "used" if use else "kept", version)
    return version


def use_text(office: Office, by: int, paper: str, lang: str, version: int) -> None:
    """Put a version that was kept into use. Refused when it would not be taken today: the program's facts may have changed."""
    _there(paper, lang)
    with office.store.write() as connection:
        must_head_the_office(connection, by, office.today())
        one = (PaperText.paper == paper, PaperText.language == lang, PaperText.version == version)
        text = connection.execute(select(PaperText.text).where(*one)).scalar_one_or_none()
        if text is None:
            raise _no_text()
        reasons = against(paper, lang, text)
        if reasons:
            raise InvalidAnswers(reasons)
        _end(connection, office, paper, lang)
        connection.execute(update(PaperText).where(*one).values(ended_at=None))
        _note(connection, office, by, paper, lang, "used", version)


def use_ours(office: Office, by: int, paper: str, lang: str) -> None:
    """Back to the text that comes with the program."""
    _there(paper, lang)
    with office.store.write() as connection:
        must_head_the_office(connection, by, office.today())
        if _end(connection, office, paper, lang):
            _note(connection, office, by, paper, lang, "ours", 0)


def _there(paper: str, lang: str) -> None:
    if paper not in PAPERS or lang not in LANGUAGES:
        raise _no_text()


def _no_text() -> Exception:
    text = Label("没有这一文书或版本", "there is no such paper or version")
    return refuse(NotThere, "text_not_found", text, Label("请从列表选取", "choose from the list"))


def _end(connection: Connection, office: Office, paper: str, lang: str) -> int:
    running = (PaperText.paper == paper, PaperText.language == lang, PaperText.ended_at.is_(None))
    return connection.execute(update(PaperText).where(*running).values(ended_at=office.now())).rowcount


def _note(connection: Connection, office: Office, by: int, paper: str, lang: str, what: str, version: int) -> None:
    unit_id = unit_of(connection, by, office.today())
    record(connection, office.now(), Deed.TEMPLATE_CHANGED, actor_id=by, unit_id=unit_id, paper=paper, language=lang, what=what,
           version=version)  # fmt: skip
