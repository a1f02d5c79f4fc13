"""The sweep over clocks: reminders due, windows opened, periods over, renewals to start. One range of one index serves all.

A chunk of rows whose `next_on` has come is read and settled in one transaction: reminders go to the ledger and the outbox,
`next_on` moves on, and what the clock itself must do (a step, a renewal) is filed as requests, keyed by clock and date. The
requests are applied after the commit, through the one door. So two sweeps at once, or one that dies anywhere, do nothing twice.

The last stage due is acted on; earlier ones that nobody rang (an outage, a first load) are named in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, case, func, select, update
from sqlalchemy.orm import aliased

from config.crashpoints import crashpoint
from flows.batch import advance_batch
from flows.clockwork import Called, look_at
from flows.collector import collector_held
from flows.office import Office
from flows.requests import place_batch
from flows.works import keep_hold
from models.base import AnyRow, AnySelect
from models.cases import CaseFile
from models.contracts import Contract
from models.deadlines import Deadline
from models.prepared import Prepared
from models.trouble import again_after_a_race
from notifications.reminders import write_reminders
from states.casetype import OPEN
from states.errors import BadDefinition
from states.registry import rule_of

CHUNK = 500

#: contracts that an open bargaining case is to renew: looked up once a chunk, not once a row; "> 0" is a range of the index
_FOLLOWS = aliased(CaseFile)
_FOLLOWED = select(_FOLLOWS.predecessor_id).where(_FOLLOWS.predecessor_id > 0, _FOLLOWS.closed_on.is_(None))
#: the range of the index first, so that the planner cannot begin with the cases
_DUE_TODAY: AnySelect = (
    select(
        Deadline.id, Deadline.case_id, Deadline.contract_id, Deadline.rule, Deadline.subject, Deadline.status,
        Deadline.opens_on, Deadline.due_on, Deadline.next_on, Deadline.opened, Deadline.hard,
    )
    .where(Deadline.next_on <= bindparam("today"))
    .order_by(Deadline.next_on, Deadline.id)
    .limit(CHUNK)
    .with_for_update(skip_locked=True)
)  # fmt: skip


def _looked_up(due: AnySelect) -> AnySelect:
    """Those clocks, with what their case or contract says."""
    first = due.subquery("due")
    return (
        select(
            *first.c, CaseFile.type, CaseFile.type_version,
            func.coalesce(CaseFile.number, Contract.number).label("number"),
            func.coalesce(CaseFile.pack, Contract.pack).label("pack"),
            func.coalesce(CaseFile.unit_id, Contract.unit_id).label("unit_id"),
            Contract.kind, Contract.standing, Contract.employer_id,
            Contract.employer_name, Contract.scope, Contract.workers, Contract.women, Contract.expires_on,
            case((Contract.id.is_not(None), Contract.id.in_(_FOLLOWED)), else_=False).label("followed"),
        )
        .select_from(first)
        .outerjoin(CaseFile, CaseFile.id == first.c.case_id)
        .outerjoin(Contract, Contract.id == first.c.contract_id)
        .order_by(first.c.next_on, first.c.id)
    )  # fmt: skip


_DUE = _looked_up(_DUE_TODAY)
_MOVE_ON = Prepared(
    update(Deadline.__table__)  # type: ignore[arg-type]
    .where(Deadline.id == bindparam("b_id"), Deadline.next_on == bindparam("b_next_on"))
    .values({name: bindparam(name) for name in ("status", "next_on", "opened")})
)


@dataclass
class Swept:
    """What one sweep did."""

    looked_at: int = 0
    reminders: int = 0
    expired: int = 0
    steps: int = 0
    renewals: int = 0
    refused: int = 0
    batches: list[int] = field(default_factory=list, repr=False)
    #: clocks of a rule this program does not know: a newer one minds them
    unknown: set[int] = field(default_factory=set, repr=False)

    def add(self, part: Swept) -> None:
        """Count what one chunk did, once it is committed."""
        for name in ("looked_at", "reminders", "expired", "steps", "renewals"):
            setattr(self, name, getattr(self, name) + getattr(part, name))
        self.unknown |= part.unknown

    def as_json(self) -> dict[str, int]:
        """The counts, for the journal."""
        return {
            "looked_at": self.looked_at, "reminders": self.reminders, "expired": self.expired, "steps": self.steps,
            "renewals": self.renewals, "refused": self.refused, "unknown": len(self.unknown),
        }  # fmt: skip


def sweep_deadlines(office: Office) -> Swept:
    """Act on every clock that is due today or was due before."""
    swept = Swept()
    while _sweep(office, swept):
        continue
    return swept


def sweep_clock(office: Office, deadline_id: int) -> Swept:
    """Act on that clock and on no other, as the sweep would; nothing is done where it is not due."""
    swept = Swept()
    _sweep(office, swept, deadline_id)
    return swept


def _sweep(office: Office, swept: Swept, only: int | None = None) -> bool:
    """The next clocks, or one alone; whether there was anything to do."""
    part = again_after_a_race(lambda: _chunk(office, swept.unknown, only))
    if part is None:
        return False
    crashpoint("sweep.reminders-committed")
    swept.add(part)
    office.store.give_way()
    for batch_id in part.batches:
        swept.refused += advance_batch(office, batch_id).refused
    return True


def _chunk(office: Office, unknown: set[int], only: int | None) -> Swept | None:
    """Settle the next clocks in one transaction; None when nothing is due."""
    part = Swept(unknown=set(unknown))
    with collector_held(), office.store.write() as connection:
        rows = connection.execute(_due(part, only), {"today": office.today()}).all()
        if not rows:
            return None
        _settle(connection, office, rows, part)
        keep_hold(connection)
        crashpoint("sweep.reminders-written")
    return part


def _due(swept: Swept, only: int | None) -> AnySelect:
    """The next chunk of what is due; what this program does not know is passed over. One alone is waited for."""
    if only is not None:
        return _looked_up(_DUE_TODAY.where(Deadline.id == only).with_for_update())
    return _looked_up(_DUE_TODAY.where(Deadline.id.not_in(swept.unknown))) if swept.unknown else _DUE


def _settle(connection: Connection, office: Office, rows: Sequence[AnyRow], swept: Swept) -> None:
    called, today = Called(), office.today()
    for row in rows:
        try:
            rule = rule_of(row)
        except (BadDefinition, KeyError):  # left as it is; the checks of the night show it
            swept.unknown.add(row.id)
        else:
            swept.looked_at += 1
            look_at(row, rule, called, today)
    swept.reminders += write_reminders(connection, called.reminders, office.now(), today)
    _MOVE_ON.write(connection, called.moves)
    swept.expired += sum(move["status"] == "expired" for move in called.moves)
    if called.lapsed:
        lapse = update(Contract).where(Contract.id.in_(called.lapsed), Contract.standing == "in_force")
        connection.execute(lapse.values(standing="lapsed"))
    for wishes, name in ((called.steps, "clock"), (called.renewals, OPEN)):
        if wishes:
            swept.batches.append(place_batch(connection, office, wishes, name))
    swept.steps += len(called.steps)
    swept.renewals += len(called.renewals)
    crashpoint("sweep.expiry-filed")
