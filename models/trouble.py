"""What is the matter with the store when it fails: its disk is full, or it does not answer. People are told which.

Everything else that a database can say is a defect of ours and told as one.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from models.migrating import StoreTooNew
from states.errors import BadDefinition
from states.labels import Label, Named


class Trouble(Named):
    """Why nothing can be kept just now."""

    NO_ROOM = "no_room", "办公室的磁盘已满", "The disk of the office is full"
    OUTDATED = "program_outdated", "办公室的程序正在更新", "The office's program is being updated"
    AWAY = "store_away", "案件库暂时没有应答", "The office's database does not answer just now"


REMEDY: Final = {
    Trouble.NO_ROOM: Label(
        "刚才的提交没有办成;已有的案件不受影响,仍可查看。请告诉管理员清理磁盘,之后把同一份表单重新提交:办理步骤不会重复办理。",
        "What you sent was not done; the cases are as they were and can be read. Tell the administrator to make room on the "
        "disk, then send the same form again: a step is never taken twice.",
    ),
    Trouble.OUTDATED: Label(
        "刚才的提交没有办成。请过一会儿把同一份表单重新提交;若一直如此,请告诉管理员把这台机器上的程序也更新。",
        "What you sent was not done. Send the same form again in a moment; if this lasts, tell the administrator to update the "
        "program on this machine too.",
    ),
    Trouble.AWAY: Label(
        "请过一会儿把同一份表单重新提交:办理步骤不会重复办理。",
        "Send the same form again in a moment: a step is never taken twice.",
    ),
}
#: primary result codes of SQLite: IOERR and READONLY (nothing can be written), FULL; BUSY and LOCKED, CANTOPEN
_SQLITE = {8: Trouble.NO_ROOM, 10: Trouble.NO_ROOM, 13: Trouble.NO_ROOM, 5: Trouble.AWAY, 6: Trouble.AWAY, 14: Trouble.AWAY}
#: SQLSTATEs of PostgreSQL: disk_full, io_error; a lock or a statement that took too long, too many connections,
#: an idle transaction ended, a deadlock or another race lost
_POSTGRESQL = {
    "53100": Trouble.NO_ROOM, "58030": Trouble.NO_ROOM, "55P03": Trouble.AWAY, "57014": Trouble.AWAY, "53300": Trouble.AWAY,
    "25P03": Trouble.AWAY, "40P01": Trouble.AWAY, "40001": Trouble.AWAY,
}  # fmt: skip
T = TypeVar("T")
#: how often a transaction is begun when others stand in its way
RACES = 5
#: deadlock_detected, serialization_failure
_RACES = {"40P01", "40001"}
#: the status of an answer over HTTP
STATUS: Final = {Trouble.NO_ROOM: 507, Trouble.AWAY: 503, Trouble.OUTDATED: 503}
_ERRNO = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def trouble_of(fault: BaseException) -> Trouble | None:
    """What that fault says of the store or its disk; None for a fault of another kind."""
    if isinstance(fault, OSError):
        return Trouble.NO_ROOM if fault.errno in _ERRNO else None
    if isinstance(fault, StoreTooNew):
        return Trouble.OUTDATED
    if isinstance(fault, NoConnectionFree):
        return Trouble.AWAY
    if not isinstance(fault, DBAPIError):
        return None
    said = fault.orig
    code = getattr(said, "sqlite_errorcode", None)
    if code is not None:
        return _SQLITE.get(code & 0xFF)
    state = getattr(said, "sqlstate", None)
    if state is None:  # a line that broke, or was never there, has no code
        return Trouble.AWAY if isinstance(fault, OperationalError) else None
    return Trouble.AWAY if state.startswith(("08", "57P")) else _POSTGRESQL.get(state)


def lost_a_race(fault: DBAPIError) -> bool:
    """Whether PostgreSQL ended the transaction so that another one could go on: the same again will do."""
    return getattr(fault.orig, "sqlstate", None) in _RACES


def again_after_a_race(work: Callable[[], T]) -> T:
    """What `work` gives, a transaction of its own that is begun once more when it lost such a race. Raises its other faults."""
    for _ in range(RACES - 1):
        try:
            return work()
        except DBAPIError as fault:
            if not lost_a_race(fault):
                raise
    return work()


def trouble_seen(fault: BaseException) -> Trouble | None:
    """The same for who looks at a page: a version of a type that only a newer program knows is told as its update."""
    return Trouble.OUTDATED if isinstance(fault, BadDefinition) else trouble_of(fault)


@contextmanager
def spared_when_barred() -> Iterator[None]:
    """For what is written in passing while somebody reads (when a session was last seen): without room, or in a program that
    a newer one has overtaken, it is left out.
    """
    try:
        yield
    except (DBAPIError, StoreTooNew) as fault:
        if trouble_of(fault) not in (Trouble.NO_ROOM, Trouble.OUTDATED):
            raise
