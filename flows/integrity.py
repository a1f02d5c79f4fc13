"""What must be true of the store, looked at by night and by whoever asks: each finding with the way to mend it.

An idea of Caseflow's (ANCHORS 1.3). A check is one question to the store with a limit (`flows.checks`); what it finds is
counted and the first places are named. The monitor shows it with a button (`flows.repairing`), `concord doctor --integrity` at
any time, and the administrators get one notice a day.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from flows.checks.check import MOST, Check, Finding, Look, Spot
from flows.checks.table import CHECKS
from flows.headquarters import at_the_top
from flows.office import Office, utc_now
from models.outbox import Message
from models.upsert import insert_or_leave

__all__ = ["CHECKS", "Check", "Finding", "Spot", "find", "findings", "report_findings", "spots_of"]

SHOWN = 20


def findings(
    connection: Connection,
    paths: Collection[str] | None,
    now: datetime,
    limit: int = SHOWN,
    *,
    codes: Collection[str] = (),
    deep: bool = False,
) -> list[Finding]:
    """What the checks find now in the units at `paths` and below them; None: in the whole office, for its operator.

    Whoever looks from the top sees what belongs to no unit too: runs, sweeps, processes, the record. One statement a check.
    `deep`: as far as each check reaches, which a page need not wait for.
    """
    look = Look(now, None if paths is None else tuple(sorted(paths)), utc_now(), deep=deep)
    top = paths is None or at_the_top(paths)
    found = []
    for check in CHECKS:
        if (top or not check.whole) and (not codes or check.code in codes):
            count, rows = spots_of(connection, check, look, limit)
            if count:
                found.append(Finding(check, count, tuple(rows)))
    return found


def spots_of(connection: Connection, check: Check, look: Look, limit: int = SHOWN) -> tuple[int, Sequence[Spot]]:
    """How many places that check finds (counted up to `MOST`), and the first of them."""
    if check.sift is not None:
        rows = check.sift(connection, connection.execute(check.query(look).limit(MOST)).all())
        return len(rows), [check.spot(row) for row in rows[:limit]]
    some = check.query(look)
    if look.subject is not None:
        whole = some.subquery()
        some = select(whole).where(whole.c.subject == look.subject)
    counted = some.limit(MOST).subquery()
    rows = connection.execute(
        select(*counted.c, func.count().over().label("found")).order_by(counted.c.subject).limit(limit)
    ).all()
    return (rows[0].found if rows else 0), [check.spot(row) for row in rows]


def find(office: Office) -> list[Finding]:
    """What the checks find now in the whole office."""
    with office.store.read() as connection:
        return findings(connection, None, office.now(), deep=True)


def report_findings(office: Office) -> int:
    """Tell the administrators once a day what was found; how many checks found something."""
    found = find(office)
    if found:
        lines = [[f.check.code, f.count, f.check.says.zh, f.check.says.en, f.check.remedy.zh, f.check.remedy.en]
                 for f in found]  # fmt: skip
        with office.store.write() as connection:
            row = insert_or_leave(connection, Message, Message.key)
            connection.execute(
                row.values(
                    key=f"integrity:{office.today()}", kind="notice", notice="integrity_findings", channel="",
                    facts={"findings": lines}, status="waiting", attempt=0, next_try_at=office.now(),
                    created_at=office.now(), error="", subject="", body="",
                )
            )  # fmt: skip
    return len(found)
