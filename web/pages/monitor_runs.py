"""The journal of runs: a page of it by filters, one step, one work. What is missing is mended by `web.pages.monitor`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from flows.office import Office, utc_now
from flows.retrying import ask_again, may_be_asked_again
from models import running
from states.labels import Label
from web.access import COOKIE, TheOffice, Visitor, visitor_now
from web.errors import NotFound
from web.pages.live import LONGEST, a_place, changes
from web.pages.monitor import ForWatchers
from web.pages.monitor_lasting import steps_to_choose
from web.pages.monitor_run_view import WorkRun, step_run_of, work_run_of
from web.pages.monitor_runs_view import Chosen, journal_of, watching
from web.pages.monitor_whose import watched, whose
from web.pages.monitor_words import FLOWS, GROUPS
from web.posted import Posted
from web.rendering import go, page

router = APIRouter(prefix="/supervision/runs")
#: how far back one step is looked for, where no day was chosen: no index knows steps by their names
A_MONTH = timedelta(days=29)


def chosen_of(
    flow: str = "", state: str = "", unit: str = "", person: str = "", number: str = "", since: str = "", upto: str = "",
    before: Annotated[int, Query(ge=0, lt=2**62)] = 0, step: str = "",
) -> Chosen:  # fmt: skip
    """The filters of the address; what is no day, and no flow, narrows nothing."""
    known = flow if flow in GROUPS or flow in FLOWS else next(iter(GROUPS))
    return Chosen(
        known, state, unit.strip(), person.strip(), number.strip().upper(), _day(since), _day(upto), before, step.strip()
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@router.get("")
def journal(
    request: Request, office: TheOffice, visitor: ForWatchers, chosen: Annotated[Chosen, Depends(chosen_of)]
) -> Response:
    """What ran: steps of the cases of his units, or works; the newest first. One step of all is looked for in some days."""
    if chosen.step and chosen.since is None:
        chosen = chosen._replace(since=office.today() - A_MONTH)
    with office.store.read() as connection:
        listed = journal_of(connection, visitor, chosen)
        units = running.units_under(connection, watched(visitor))
        here = whose(connection, visitor)
    told: dict[str, Any] = {"groups": GROUPS, "flows": FLOWS, "steps": list(steps_to_choose())}
    return page(request, visitor, "monitor/runs.html", listed=listed, chosen=chosen, units=units, whose=here, **told)


@router.get("/step/{request_id}")
def step(request: Request, office: TheOffice, visitor: ForWatchers, request_id: int) -> Response:
    """One step: what was attempted, what the case says now, what is missing, and the button that makes it good."""
    with office.store.read() as connection:
        run = step_run_of(connection, visitor, office.settings, office.now(), request_id)
    return page(request, visitor, "monitor/step.html", run=run)


@router.get("/work/{run_id}")
def work(request: Request, office: TheOffice, visitor: ForWatchers, run_id: int) -> Response:
    """One work: how far it is, who does it, what it did."""
    return page(request, visitor, "monitor/work.html", run=_work(office, visitor, run_id))


def his_work(office: TheOffice, visitor: ForWatchers, run_id: int) -> None:
    """Before a stream begins: raises `NotFound` for a work he may not see."""
    _work(office, visitor, run_id)


@router.get("/work/{run_id}/live", response_class=EventSourceResponse, dependencies=[Depends(his_work), Depends(a_place)])
async def live(
    request: Request, office: TheOffice, visitor: ForWatchers, run_id: int, seconds: int = LONGEST
) -> AsyncIterator[ServerSentEvent]:
    """Says when the work moves on, as long as he may see it."""
    token = request.cookies[COOKIE]

    def still() -> bool:
        now = visitor_now(office, token)
        return now is not None and watched(now) == watched(visitor)

    async for change in changes(request.app, still, partial(_work, office, visitor, run_id), seconds):
        yield change


@router.post("/work/{run_id}/retry")
def retry(office: TheOffice, visitor: ForWatchers, run_id: int, _form: Posted) -> Response:
    """A work that went wrong waits for a process once more."""
    who = watching(visitor)
    with office.store.read() as connection:
        row = running.work(connection, who, run_id)
    if row is None or (row.state == "failed" and not may_be_asked_again(row, who.top)):
        raise NotFound
    said = (
        Label("已重新排队,进度见下", "it waits for a process again; how far it is stands below")
        if ask_again(office, visitor.person_id, run_id)
        else Label("它已不在出错状态,现状见下", "it is not failed any more; how it stands is below")
    )
    return go(f"/supervision/runs/work/{run_id}", said)


def _work(office: Office, visitor: Visitor, run_id: int) -> WorkRun:
    with office.store.read() as connection:
        return work_run_of(connection, visitor, office.settings, (office.now(), utc_now()), run_id)
