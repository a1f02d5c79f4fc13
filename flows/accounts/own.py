"""What people change of their own account without asking anybody: the password, the language."""

from __future__ import annotations

from sqlalchemy import update

from flows.accounts import throttle
from flows.accounts.authority import find_person
from flows.accounts.lockout import after_failure, must_be_open
from flows.accounts.passwords import password_fits, set_password
from flows.office import Office
from models.people import Person
from states.errors import InvalidAnswers, Reason
from states.labels import Label


def change_own_password(office: Office, person_id: int, old: str, new: str, again: str, keep_session_id: int) -> None:
    """A new password from somebody who knows the old one; his other sessions end. Raises `InvalidAnswers`.

    Guessing the old one in a browser left open is throttled like guessing at the door.
    """
    tried = throttle.digest("own", str(person_id))
    with office.store.write() as connection:
        kept: str = find_person(connection, person_id).password
        must_be_open(connection, tried, "", office.now())
        try_id = throttle.enter_try(connection, tried, "", office.now())
    knows = password_fits(old, kept)
    with office.store.write() as connection:
        if knows:
            throttle.mark_well(connection, try_id)
        else:
            after_failure(connection, office, tried, try_id, person_id)
    reasons = []
    if not knows:
        wrong = Label("原口令不对", "the old password is not right")
        reasons.append(Reason("old_password_wrong", wrong, Label("请重新输入", "type it again"), "old"))
    if new != again:
        differ = Label("两次输入的新口令不一致", "the two new passwords differ")
        reasons.append(Reason("passwords_differ", differ, Label("请重新输入", "type them again"), "again"))
    if reasons:
        raise InvalidAnswers(reasons)
    set_password(office, person_id, new, by=person_id, must_change=False, keep_session_id=keep_session_id)


def set_language(office: Office, person_id: int, language: str) -> None:
    """The language in which the person reads pages and notices: "zh" or "en"."""
    with office.store.write() as connection:
        connection.execute(update(Person).where(Person.id == person_id).values(language=language))
