"""What a database says when it cannot, and what people are told of it."""

from __future__ import annotations

import errno
import sqlite3
from typing import Any

import psycopg
import pytest
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from models.migrating import StoreTooNew
from models.trouble import REMEDY, STATUS, Trouble, spared_when_barred, trouble_of


def sqlite(code: int) -> OperationalError:
    """As SQLite says it."""
    said: Any = sqlite3.OperationalError("x")
    said.sqlite_errorcode = code
    return OperationalError("SELECT", {}, said)


def postgresql(kind: type[psycopg.Error]) -> OperationalError:
    """As PostgreSQL says it."""
    return OperationalError("SELECT", {}, kind("x"))


@pytest.mark.parametrize(("fault", "trouble"), [
    (sqlite(sqlite3.SQLITE_FULL), Trouble.NO_ROOM), (sqlite(sqlite3.SQLITE_IOERR_WRITE), Trouble.NO_ROOM),
    (sqlite(sqlite3.SQLITE_BUSY), Trouble.AWAY), (sqlite(sqlite3.SQLITE_ERROR), None),
    (postgresql(psycopg.errors.DiskFull), Trouble.NO_ROOM), (postgresql(psycopg.errors.AdminShutdown), Trouble.AWAY),
    (postgresql(psycopg.errors.CannotConnectNow), Trouble.AWAY), (postgresql(psycopg.errors.QueryCanceled), Trouble.AWAY),
    (postgresql(psycopg.OperationalError), Trouble.AWAY), (postgresql(psycopg.errors.UndefinedTable), None),
    (IntegrityError("INSERT", {}, psycopg.errors.UniqueViolation("x")), None),
    (NoConnectionFree(), Trouble.AWAY), (OSError(errno.ENOSPC, "x"), Trouble.NO_ROOM), (OSError(errno.EACCES, "x"), None),
    (ValueError("x"), None),
])  # fmt: skip
def test_a_full_disk_and_a_database_that_is_away_are_told_apart(fault: Exception, trouble: Trouble | None) -> None:
    assert trouble_of(fault) is trouble


def test_every_trouble_has_a_remedy_and_a_status() -> None:
    assert set(REMEDY) == set(STATUS) == set(Trouble)


def test_what_is_written_in_passing_is_left_out_where_nothing_can_be_kept_and_only_then() -> None:
    with spared_when_barred():
        raise StoreTooNew
    with spared_when_barred():
        raise sqlite(sqlite3.SQLITE_FULL)
    with pytest.raises(OperationalError), spared_when_barred():
        raise sqlite(sqlite3.SQLITE_BUSY)
