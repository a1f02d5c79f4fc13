"""Verification of the record, asked for by somebody: every event, case and seal is read and compared with its digest."""

from __future__ import annotations

from flows.office import Office
from flows.office_journal import Deed, record
from flows.works import Claim, Counts, file_work
from models.administration import newest_event
from models.audit import verify

#: the name of the run
VERIFY = "verify-record"
#: places that are named of what is broken
LISTED = 100


def ask_to_verify(office: Office, by: int) -> int:
    """Have the record verified; the id of the run. Journalled."""
    with office.store.write() as connection:
        run_id = file_work(connection, office, VERIFY, {}, key=office.now().isoformat(), person_id=by)
        record(connection, office.now(), Deed.RECORD_READ, actor_id=by, run=run_id)
    return run_id


def verify_record(mine: Claim) -> Counts:
    """The body of that run."""
    with mine.office.store.read() as connection:
        total = newest_event(connection)
        result = verify(connection, lambda events: mine.progress(events, total))
    return {
        "done": result.events, "total": result.events, "events": result.events, "cases": result.cases,
        "seals": result.seals, "head": result.head, "broken": len(result.broken),
        "places": [[one.where, one.what] for one in result.broken[:LISTED]],
    }  # fmt: skip
