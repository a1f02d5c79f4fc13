"""The people of the office and the positions they hold, as an administrator keeps them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import Connection, func, insert, or_, select, update

from flows.accounts import throttle
from flows.accounts.absences import lay_for_substitutes_of
from flows.accounts.authority import find_person, must_administer, person_in, unit_in, unit_of
from flows.accounts.ending import end_sessions
from flows.accounts.holding import held_over, must_leave_an_administrator, no_position_row, position_of, stand_ins_end
from flows.accounts.organisations import add_organisation, change_organisation, close_organisation
from flows.accounts.passwords import hash_password, keep_password, new_phrase
from flows.office import Office
from flows.office_journal import Deed, record
from models.cases import CaseFile
from models.people import Person, Position
from models.search_following import person_renamed
from models.upsert import insert_or_leave
from states.errors import InvalidAnswers, Reason, StepRefused, refuse
from states.labels import Label
from states.roles import Role

__all__ = [
    "add_organisation", "add_person", "change_organisation", "change_person", "close_organisation", "end_position",
    "give_position", "person_leaves", "person_returns", "reset_password",
]  # fmt: skip

#: roles that are no position: a party is of a case, the clock is nobody
GIVEN = tuple(role for role in Role if role not in (Role.PARTY, Role.CLOCK))
LANGUAGES = ("zh", "en")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def add_person(office: Office, by: int | None, code: str, name: str, email: str, language: str) -> int:
    """A person without a position and without a password; his id. Refused with all reasons."""
    code, values = code.strip(), {"name": name.strip(), "email": email.strip(), "language": language}
    with office.store.write() as connection:
        must_administer(connection, by, office.today())
        reasons = [*_against_code(connection, code), *_against(values)]
        if reasons:
            raise InvalidAnswers(reasons)
        blank = {"phone": "", "identity": "", "password": ""}
        made = insert_or_leave(connection, Person, Person.code).values(code=code, **values, **blank)
        person_id: int | None = connection.execute(made.returning(Person.id)).scalar_one_or_none()
        if person_id is None:  # somebody was faster
            raise InvalidAnswers([_taken(code)])
        unit_id = unit_of(connection, by, office.today())
        record(connection, office.now(), Deed.PERSON_ADDED, actor_id=by, person_id=person_id, unit_id=unit_id)
    return person_id


def change_person(office: Office, by: int | None, person_id: int, *, name: str | None = None, email: str | None = None,
                  language: str | None = None) -> None:  # fmt: skip
    """Change what is given. Everybody may change his own address and language; names are the administrator's."""
    given = {"name": name, "email": email, "language": language}
    values = {key: value.strip() for key, value in given.items() if value is not None}
    with office.store.write() as connection:
        if by == person_id and "name" not in values:
            find_person(connection, person_id)
        else:
            person_in(connection, must_administer(connection, by, office.today()), person_id, office.today())
        reasons = list(_against(values))
        if reasons:
            raise InvalidAnswers(reasons)
        if values:
            connection.execute(update(Person).where(Person.id == person_id).values(values))
            if "name" in values:
                person_renamed(connection, person_id)
            unit_id = unit_of(connection, person_id, office.today(), by)
            record(connection, office.now(), Deed.PERSON_CHANGED, actor_id=by, person_id=person_id, unit_id=unit_id,
                   fields=sorted(values))  # fmt: skip


def _against_code(connection: Connection, code: str) -> Iterator[Reason]:
    if not 0 < len(code) <= 60 or code.split() != [code]:
        text = Label("代码为 1 至 60 个字符,不含空格", "a code has 1 to 60 characters and no spaces")
        yield Reason("code_not_possible", text, Label("如 M09", "like M09"), "code")
    elif connection.execute(select(Person.id).where(Person.code == code)).first() is not None:
        yield _taken(code)


def _taken(code: str) -> Reason:
    text = Label(f"代码“{code}”已有人使用", f"the code “{code}” is taken")
    return Reason("code_taken", text, Label("请另取一个", "choose another one"), "code")


def _against(values: dict[str, str]) -> Iterator[Reason]:
    if not 0 < len(values.get("name", "-")) <= 200:
        text = Label("姓名为 1 至 200 个字符", "a name has 1 to 200 characters")
        yield Reason("name_missing", text, Label("请填写姓名", "write the name"), "name")
    email = values.get("email", "")
    if email and (len(email) > 200 or not _EMAIL.fullmatch(email)):
        text = Label("电子邮箱的写法不对", "this is no e-mail address")
        yield Reason(
            "email_not_possible",
            text,
            Label("没有可不填", "write it like lin@example.org, or leave it empty"),
            "email",
        )
    if values.get("language", "zh") not in LANGUAGES:
        text = Label("没有这种语言", "there is no such language")
        yield Reason("not_a_choice", text, Label("可选 zh、en", "choose zh or en"), "language")


def person_leaves(office: Office, by: int | None, person_id: int, on: date) -> int:
    """From that day on the person is gone: positions and sessions end. How many open cases are still his.

    They stay his until the supervisor hands them over. A day to come may be given; another call may move it.
    """
    with office.store.write() as connection:
        person_in(connection, must_administer(connection, by, office.today()), person_id, office.today())
        must_leave_an_administrator(connection, on, but_person=person_id)
        last, over = on - timedelta(days=1), or_(Position.to_on.is_(None), Position.to_on >= on)
        connection.execute(update(Position).where(Position.person_id == person_id, over).values(to_on=last))
        stand_ins_end(connection, person_id, last)
        connection.execute(update(Person).where(Person.id == person_id).values(left_on=on))
        if on <= office.today():
            end_sessions(connection, person_id, office.now())
        his = (CaseFile.owner_id == person_id, CaseFile.closed_on.is_(None))
        open_cases: int = connection.execute(select(func.count()).select_from(CaseFile).where(*his)).scalar_one()
        unit_id = unit_of(connection, person_id, office.today(), by)
        record(connection, office.now(), Deed.PERSON_LEFT, actor_id=by, person_id=person_id, unit_id=unit_id,
               on=on.isoformat(), open_cases=open_cases)  # fmt: skip
    return open_cases


def person_returns(office: Office, by: int | None, person_id: int) -> None:
    """Somebody who left, or was to leave, is here again; his positions are given anew."""
    with office.store.write() as connection:
        person = person_in(connection, must_administer(connection, by, office.today()), person_id, office.today())
        if person.left_on is None:
            text = Label("此人未曾离任", "this person has not left")
            raise refuse(StepRefused, "not_left", text, Label("请刷新后再看", "look at the list again"), "person")
        connection.execute(update(Person).where(Person.id == person_id).values(left_on=None))
        unit_id = unit_of(connection, person_id, office.today(), by)
        record(connection, office.now(), Deed.PERSON_RETURNED, actor_id=by, person_id=person_id, unit_id=unit_id)


def give_position(office: Office, by: int | None, person_id: int, unit_id: int, role: str, from_on: date | None,
                  to_on: date | None) -> int:  # fmt: skip
    """The position from that day (today when empty) to that day (open when empty), both included; its id."""
    begins = from_on or office.today()
    with office.store.write() as connection:
        unit = unit_in(connection, must_administer(connection, by, office.today()), unit_id)
        person = find_person(connection, person_id)
        reasons = [*_against_term(role, begins, to_on), *_against_ends(person.left_on, unit.closed_on, begins, to_on)]
        if not reasons and held_over(connection, person_id, unit_id, role, begins, to_on):
            text = Label("此人在这段时间已有这一职务", "the person holds this position in these days already")
            reasons.append(
                Reason("held_already", text, Label("请先免去或改日期", "end it first or choose other days"), "from_on")
            )
        if reasons:
            raise InvalidAnswers(reasons)
        row = insert(Position).values(person_id=person_id, organisation_id=unit_id, role=role, from_on=begins, to_on=to_on)
        made: int = connection.execute(row.returning(Position.id)).scalar_one()
        lay_for_substitutes_of(connection, person_id, office.today())
        record(connection, office.now(), Deed.POSITION_GIVEN, actor_id=by, person_id=person_id, unit_id=unit_id, role=role,
               from_on=begins.isoformat(), to_on=to_on.isoformat() if to_on else None)  # fmt: skip
    return made


def _against_term(role: str, from_on: date, to_on: date | None) -> Iterator[Reason]:
    if role not in GIVEN:
        text = Label(f"没有职务“{role}”", f"there is no position “{role}”")
        choices = Label("可选:" + "、".join(one.zh for one in GIVEN), "choose among " + ", ".join(GIVEN))
        yield Reason("not_a_choice", text, choices, "role")
    if to_on is not None and to_on < from_on:
        text = Label("止日早于起日", "the last day lies before the first")
        yield Reason("ends_before_it_begins", text, Label("请改日期", "choose another day"), "to_on")


def _against_ends(left_on: date | None, closed_on: date | None, from_on: date, to_on: date | None) -> Iterator[Reason]:
    if left_on is not None and (to_on is None or to_on >= left_on or from_on >= left_on):
        text = Label(f"此人自 {left_on} 起离任", f"the person leaves on {left_on}")
        yield Reason("person_left", text, Label("职务须在此前结束", "the position ends before that day"), "person")
    if closed_on is not None and (to_on is None or to_on >= closed_on or from_on >= closed_on):
        text = Label(f"单位自 {closed_on} 起撤销", f"the unit is closed from {closed_on}")
        yield Reason("unit_closed", text, Label("职务须在此前结束", "the position ends before that day"), "unit")


def end_position(office: Office, by: int | None, position_id: int, on: date) -> None:
    """The position is held for the last time on that day. The office is never left without an administrator."""
    with office.store.write() as connection:
        held = position_of(connection, must_administer(connection, by, office.today()), position_id)
        if held.absence_id is not None:
            text = Label("这是代理职务,随代理结束", "this position is held for somebody away and ends with the absence")
            raise refuse(StepRefused, "held_for_somebody", text, Label("请结束代理", "end the absence"), "position")
        if held.to_on is not None and held.to_on < office.today():
            raise no_position_row()
        if held.from_on is not None and on < held.from_on:
            text = Label("止日早于起日", "the last day lies before the first")
            raise refuse(InvalidAnswers, "ends_before_it_begins", text, Label("请改日期", "choose another day"), "on")
        if held.role == Role.ADMINISTRATOR:
            must_leave_an_administrator(connection, on + timedelta(days=1), but_position=position_id)
        connection.execute(update(Position).where(Position.id == position_id).values(to_on=on))
        stand_ins_end(connection, held.person_id, on, held.organisation_id, held.role)
        record(connection, office.now(), Deed.POSITION_ENDED, actor_id=by, person_id=held.person_id,
               unit_id=held.organisation_id, role=held.role, on=on.isoformat())  # fmt: skip


def reset_password(office: Office, by: int | None, person_id: int) -> str:
    """A new pass phrase, shown this once; it must be changed at the first sign-in. Sessions end, locks are lifted."""
    with office.store.read() as connection:
        person_in(connection, must_administer(connection, by, office.today()), person_id, office.today())
    phrase = new_phrase()
    hashed = hash_password(phrase)  # before the transaction: nobody waits for Argon2
    with office.store.write() as connection:
        scope = must_administer(connection, by, office.today())
        person = person_in(connection, scope, person_id, office.today())
        keep_password(connection, office, person_id, hashed, must_change=True)
        for kind, text in (("account", person.code), ("factor", str(person_id))):
            throttle.clear(connection, throttle.digest(kind, text), office.now())
        unit_id = unit_of(connection, person_id, office.today(), by)
        record(connection, office.now(), Deed.PASSWORD_RESET, actor_id=by, person_id=person_id, unit_id=unit_id)
    return phrase
