"""Every kind of run by its name, and doing one: claimed by this process, done, closed.

perform(office, run_id)          # False: somebody else has it, or it has ended
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from sqlalchemy import update

from config.crashpoints import crashpoint
from flows.batch import advance_batch
from flows.office import Office
from flows.sweeps import SWEEPS
from flows.ticket import current_flow_run_id
from flows.uploads import IMPORT, load_upload
from flows.verifying import VERIFY, verify_record
from flows.works import Claim, Counts, claim, working
from models.requests import Run
from states.errors import Refusal

log = logging.getLogger("concord.works")


def _advance(mine: Claim) -> Counts:
    flow_run_id = current_flow_run_id() or ""
    result = advance_batch(
        mine.office, int(mine.asked["batch_id"]), observed=bool(flow_run_id), flow_run_id=flow_run_id, progress=mine.progress
    )
    return {"chosen": result.chosen, "applied": result.applied, "refused": result.refused, "failed": result.failed}


def _sweeping(name: str) -> Callable[[Claim], Counts]:
    return lambda mine: SWEEPS[name](mine.office)


def _mend(mine: Claim) -> Counts:
    from flows.mending import mend_findings  # what it mends may be a run, which is done from here

    return mend_findings(mine)


BATCH = "advance-batch"
WORKS: dict[str, Callable[[Claim], Counts]] = {
    BATCH: _advance,
    IMPORT: load_upload,
    VERIFY: verify_record,
    "mend-findings": _mend,
    **{f"sweep-{name}": _sweeping(name) for name in SWEEPS},
}


def perform(office: Office, run_id: int) -> bool:
    """Do the run, if it is free; whether it was ours. Raises what its body raises, after it was written down."""
    mine = claim(office, run_id, WORKS)
    if mine is None:
        _note_run(office, run_id)
        return False
    crashpoint("work.claimed")
    with working(mine) as counts:
        counts.update(WORKS[mine.flow](mine))
        crashpoint("work.done")
    return True


def _note_run(office: Office, run_id: int) -> None:
    """A Prefect run that came too late to accompany the work is noted all the same."""
    if flow_run_id := current_flow_run_id():
        with office.store.write() as connection:
            bare = update(Run).where(Run.id == run_id, Run.flow_run_id == "", Run.state != "waiting")
            connection.execute(bare.values(observed=True, flow_run_id=flow_run_id))


def perform_noted(office: Office, run_id: int) -> bool:
    """Do the run, if it is free; whether it was ours. What went wrong is on its row, where the supervisor sees it."""
    try:
        return perform(office, run_id)
    except Refusal:
        return True
    except Exception as fault:
        log.warning("run %s: %s", run_id, type(fault).__name__)
        return True
