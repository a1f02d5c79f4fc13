"""The flows of the work pool's deployments (prefect.yaml): each is given the id of a filed run, claims it and does it.

A Prefect worker starts one process a run, from the checkout, with the office's own settings in its environment. Prefect learns
an id and a verdict. What Prefect starts twice is claimed once.
"""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from config.logs import set_up
from config.settings import load_settings
from flows.heartbeat import HERE, Heartbeat
from flows.office import open_office
from flows.performing import perform
from flows.ticket import accompanied_by, verdict_on
from models.migrating import migrate
from states.errors import Refusal


def _perform(run_id: int) -> State:
    office = open_office(load_settings())
    set_up(office.settings.log, office.settings.log_level, role="run", process=HERE.name)
    migrate(office.store)
    heart = Heartbeat(office, ("run",), dict)
    heart.start()
    try:
        with accompanied_by(str(flow_run.id)):
            taken = perform(office, run_id)
    except Refusal:
        return Completed(name="Refused", message="refused")
    except Exception as fault:  # its text may quote what somebody typed: Prefect would keep it
        return Failed(message=verdict_on(fault))
    finally:
        heart.stop()
        office.store.close()
    return Completed(message="done") if taken else Completed(name="Taken", message="another process does it")


@flow(name="advance-batch", persist_result=False, validate_parameters=False)
def advance_batch(run_id: int) -> State:
    """The same step for many cases."""
    return _perform(run_id)


@flow(name="import-upload", persist_result=False, validate_parameters=False)
def import_upload(run_id: int) -> State:
    """A spreadsheet that was sent to a page."""
    return _perform(run_id)


@flow(name="verify-record", persist_result=False, validate_parameters=False)
def verify_record(run_id: int) -> State:
    """Every event, case and seal, read again."""
    return _perform(run_id)


@flow(name="mend-findings", persist_result=False, validate_parameters=False)
def mend_findings(run_id: int) -> State:
    """All that one check found, mended place by place."""
    return _perform(run_id)


@flow(name="sweep", persist_result=False, validate_parameters=False)
def sweep(run_id: int) -> State:
    """One of the sweeps of the timetable."""
    return _perform(run_id)
