"""The monitor: what needs a hand, found by the checks, with the button that mends it; and how the office is.

For those who supervise or administer, each for his units; what concerns the whole office is seen and mended at the top.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlalchemy import Connection

from flows.accounts.authority import NotThere
from flows.checks.check import Check
from flows.checks.table import check_of
from flows.headquarters import at_the_top
from flows.heartbeat import STALE
from flows.integrity import Finding
from flows.mending import MOST, ask_to_mend
from flows.office import Office, utc_now
from flows.punctuality import hours_kept
from flows.repairing import repair
from models import monitoring
from states.errors import Refusal
from states.labels import Label
from states.roles import Role
from web.access import COOKIE, TheOffice, Visitor, only_for, visitor_now
from web.errors import NotFound
from web.pages.live import LONGEST, a_place, changes, shared
from web.pages.monitor_lasting import SLOWEST, SPANS, durations_of
from web.pages.monitor_view import DAY, Found, found_of, health_of
from web.pages.monitor_whose import Watched, both, found_by, found_here, mends_at, watched, whose
from web.pages.monitor_words import flow_label
from web.posted import Posted, number_of, text_of
from web.rendering import go, page

router = APIRouter(prefix="/supervision/findings")
ForWatchers = Annotated[Visitor, Depends(only_for(Role.SUPERVISOR, Role.ADMINISTRATOR))]
#: seconds between two looks of those who only watch: the checks read more than a counter does
EVERY = 20.0
#: places listed on the page of one check; of each finding on the first page the checks name no more than these
A_PAGE, A_FEW = 100, 20


@dataclass(frozen=True)
class Pulse:
    """What is watched live: the findings, and what is late or silent at this moment."""

    found: list[Found]
    late: int
    due: int
    silent: int
    top: bool = False

    @property
    def total(self) -> int:
        """Everything that needs a hand."""
        return sum(one.count for one in self.found)


def pulse(app: FastAPI, here: Watched, *, fresh: bool = False) -> Pulse:
    """The pulse of the office as seen from those units, shared by all who watch and mend the same."""
    ask = partial(_pulse, app.state.office, here)
    return shared(app, f"pulse {' '.join(here.mends)}", here.sees, ask, every=EVERY, fresh=fresh)


def _pulse(office: Office, here: Watched, connection: Connection) -> Pulse:
    now, wall = office.now(), utc_now()
    found = found_here(connection, here, now, A_FEW)
    late = sum(one.late is not None for one in hours_kept(connection, now))
    if not at_the_top(here.sees):
        return Pulse(found, late, 0, 0)
    due = sum(row.due for row in monitoring.outbox(connection, now))
    silent = sum(row.beat_at < wall - STALE for row in monitoring.processes(connection, wall - DAY))
    return Pulse(found, late, due, silent, True)


@router.get("")
def monitor(request: Request, office: TheOffice, visitor: ForWatchers, days: int = 0) -> Response:
    """What needs a hand first, then how the office is; `days`: over how many durations are told."""
    seen = pulse(request.app, both(visitor), fresh=True)
    if request.headers.get("x-part") == "live":
        return page(request, visitor, "monitor/pulse.html", pulse=seen)
    days = days if days in SPANS else next(iter(SPANS))
    with office.store.read() as connection:
        health = health_of(connection, watched(visitor), office.now(), utc_now())
        lasting = durations_of(connection, visitor, days, office.today())
        here = whose(connection, visitor)
    told: dict[str, Any] = {
        "now": office.now(),
        "wall": utc_now(),
        "flow_label": flow_label,
        "spans": SPANS,
        "slowest": SLOWEST,
    }
    return page(request, visitor, "monitor/monitor.html", pulse=seen, health=health, lasting=lasting, whose=here, **told)


@router.get("/live", response_class=EventSourceResponse, dependencies=[Depends(a_place)])
async def live(
    request: Request, office: TheOffice, visitor: ForWatchers, seconds: int = LONGEST
) -> AsyncIterator[ServerSentEvent]:
    """Says when something is found, mended, late or silent, as long as he watches the same units."""
    token, here = request.cookies[COOKIE], both(visitor)

    def still() -> bool:
        now = visitor_now(office, token)
        return now is not None and both(now) == here

    async for change in changes(request.app, still, partial(pulse, request.app, here), seconds):
        yield change


@router.get("/{code}")
def places(request: Request, office: TheOffice, visitor: ForWatchers, code: str) -> Response:
    """Every place at which one check found something, each with its button where it is his to mend."""
    check = _check(visitor, code)
    found = found_by(office, visitor, code, A_PAGE) or found_of([Finding(check, 0, ())], office.now())[0]
    return page(request, visitor, "monitor/places.html", found=found, at_once=MOST)


@router.post("/{code}/repair")
def mend(office: TheOffice, visitor: ForWatchers, code: str, form: Posted) -> Response:
    """Mend one place (`subject`) here and now, or have all of them mended as a work; its page says how far it is."""
    check = _check(visitor, code)
    if not (check.whole or mends_at(visitor)):
        raise NotFound  # who only administers sees what is found in the units, and mends what is the office's
    if "subject" not in form:
        return _mend_all(office, visitor, check)
    back, said = text_of(form, "back"), _mend_one(office, visitor, code, number_of(form, "subject"))
    if back.startswith("/supervision/runs/"):
        return go(back, said)
    left = found_by(office, visitor, code, 1)
    return go(f"/supervision/findings/{code}" if left else "/supervision/findings", _and_left(said, left.count if left else 0))


def _check(visitor: Visitor, code: str) -> Check:
    """The check of that code. Raises `NotFound` for one nobody wrote, or that is not for him."""
    check = check_of(code)
    if check is None or (check.whole and not at_the_top(watched(visitor))):
        raise NotFound
    return check


def _mend_one(office: Office, visitor: Visitor, code: str, subject: int) -> Label:
    """What became of one repair, in words. Raises `NotThere` for what is hidden or absent."""
    try:
        return repair(office, visitor.person_id, code, subject).text
    except NotThere:
        raise
    except Refusal as refusal:
        reason = refusal.reasons[0]
        return Label(f"{reason.text.zh}:{reason.remedy.zh}", f"{reason.text.en}: {reason.remedy.en}")


def _mend_all(office: Office, visitor: Visitor, check: Check) -> Response:
    """File the work, and lead to where it is watched."""
    if check.repair is None:
        raise NotFound
    run_id = ask_to_mend(office, visitor.person_id, check.code)
    if run_id is None:
        return go("/supervision/findings", Label("此项已无可由您处理的", "nothing of this kind is left for you to mend"))
    return go(
        f"/supervision/runs/work/{run_id}",
        Label("已交后台逐处处理,进度见下", "it is mended place by place; how far it is stands below"),
    )


def _and_left(said: Label, left: int) -> Label:
    if not left:
        return Label(f"{said.zh}。此项已无待处理", f"{said.en}. Nothing of this kind is left")
    return Label(f"{said.zh}。此项还有 {left} 处", f"{said.en}. {left} of this kind left")
