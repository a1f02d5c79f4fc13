"""What a supervisor and a calendar look at: failed steps and runs, days away, feeds; of each, one is not theirs to see."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import insert, update

from flows.accounts.absences import record_absence
from flows.accounts.tokens import make, revoke
from flows.requests import Wish, file_request
from models.accounts import Absence, AccessToken
from models.requests import Run, StepRequest
from tests.factories import ELSEWHERE, OfficeCase, Town


def under_watch(town: Town, dispute: OfficeCase) -> dict[str, Any]:
    """The things, by the names the table knows them by."""
    elsewhere = town.dispute(by="stranger", unit=ELSEWHERE, applicant="王五")
    start, end = town.today + timedelta(days=3), town.today + timedelta(days=5)
    absence = record_absence(
        town.office, town.people["supervisor"], town.people["mediator"], town.people["colleague"], start, end
    )
    feed, gone = (make(town.office, town.people["mediator"], "calendar", name, (), None) for name in ("手机", "旧手机"))
    tokens = town.rows(AccessToken, AccessToken.person_id == town.people["mediator"])
    revoke(town.office, town.people["mediator"], tokens[1].id)
    elsewhere_by = town.people["stranger"]
    return {
        "failed_sweep": _run(town, "sweep-seal", None), "work_elsewhere": _run(town, "verify-record", elsewhere_by),
        "failed": _failed(town, dispute, "mediator"), "failed_elsewhere": _failed(town, elsewhere, "stranger"),
        "absence": absence, "absence_elsewhere": _absence_elsewhere(town), "feed": feed, "feed_revoked": gone,
        "feed_id": tokens[0].id, "holder_id": town.people["mediator"], "stranger_id": town.people["stranger"],
    }  # fmt: skip


def _run(town: Town, flow: str, person_id: int | None) -> int:
    """A run that went wrong a moment ago."""
    now = town.clock.now
    return town.add(
        Run, flow=flow, key="scene", state="failed", asked={}, person_id=person_id, filed_at=now, started_at=now, ended_at=now,
        attempt=1, holder="", observed=False, flow_run_id="", counts={}, error="OSError",
    )  # fmt: skip


def _failed(town: Town, case: OfficeCase, by: str) -> int:
    request_id = file_request(town.office, Wish(step="accept", case_id=case.id, actor_id=town.people[by]))
    with town.office.store.write() as connection:
        mine = update(StepRequest).where(StepRequest.id == request_id)
        connection.execute(mine.values(status="failed", error="OSError", settled_at=town.clock.now, attempt=1))
    return request_id


def _absence_elsewhere(town: Town) -> int:
    with town.office.store.write() as connection:
        row = insert(Absence).values(
            person_id=town.people["stranger"], substitute_id=town.people["officer"], from_on=town.today, to_on=town.today,
            recorded_by=town.people["stranger"], at=town.clock.now,
        )  # fmt: skip
        made: int = connection.execute(row.returning(Absence.id)).scalar_one()
    return made
