"""Numbers of cases, contracts and papers: a series and a running number, without gaps between commits."""

from __future__ import annotations

from sqlalchemy import Connection

from models.cases import Counter
from models.upsert import insert_into


def next_numbers(connection: Connection, series: str, count: int = 1) -> range:
    """The next `count` numbers of the series; the row stays locked until the transaction ends."""
    give = insert_into(connection, Counter).values(series=series, last=count)
    give = give.on_conflict_do_update(index_elements=[Counter.series], set_={"last": Counter.last + count})
    last: int = connection.execute(give.returning(Counter.last)).scalar_one()
    return range(last - count + 1, last + 1)


#: letter before a case number, by case type
PREFIX = {"dispute": "D", "bargaining": "B"}


def type_of_number(number: str) -> str:
    """The key of the case type whose cases bear such numbers."""
    return next(key for key, letter in PREFIX.items() if number.startswith(letter))


def case_number(case_type: str, year: int, number: int) -> str:
    """ "D2026-00012": easy to type, sorts by age within a year."""
    return f"{PREFIX.get(case_type, 'C')}{year}-{number:05d}"
