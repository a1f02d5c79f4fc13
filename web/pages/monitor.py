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
from flows.checks.table import check_of
from flows.headquarters import at_the_top
from flows.heartbeat import STALE
from flows.integrity import Finding, findings
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
from web.pages.monitor_view import DAY, Found, found_of, health_of, watched
from web.pages.monitor_words import flow_label
from web.posted import Posted, number_of, text_of
from web.rendering import go, page

router = APIRouter(prefix="/supervision/findings")
ForWatchers = Annotated[Visitor, Depends(only_for(Role.SUPERVISOR, Role.ADMINISTRATOR))]
#: seconds between two looks of those who only watch: the checks read more than a counter does
EVERY = 20.0
#: places listed on the page of one check, and mended by one click
A_PAGE, AT_ONCE = 100, 50


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


def pulse(app: FastAPI, paths: tuple[str, ...], *, fresh: bool = False) -> Pulse:
    """The pulse of the office as seen from those units, shared by all who watch them."""
    return shared(app, "pulse", paths, partial(_pulse, app.state.office, paths), every=EVERY, fresh=fresh)


def _pulse(office: Office, paths: tuple[str, ...], connection: Connection) -> Pulse:
    now, wall = office.now(), utc_now()
    found = found_of(findings(connection, paths, now), now)
    late = sum(one.late is not None for one in hours_kept(connection, now))
    if not at_the_top(paths):
        return Pulse(found, late, 0, 0)
    due = sum(row.due for row in monitoring.outbox(connection, now))
    silent = sum(row.beat_at < wall - STALE for row in monitoring.processes(connection, wall - DAY))
    return Pulse(found, late, due, silent, True)


@router.get("")
def monitor(request: Request, office: TheOffice, visitor: ForWatchers) -> Response:
    """What needs a hand first, then how the office is."""
    seen = pulse(request.app, watched(visitor), fresh=True)
    if request.headers.get("x-part") == "live":
        return page(request, visitor, "monitor/pulse.html", pulse=seen)
    with office.store.read() as connection:
        health = health_of(connection, visitor, office.now(), utc_now())
    told: dict[str, Any] = {"now": office.now(), "wall": utc_now(), "flow_label": flow_label}
    return page(request, visitor, "monitor/monitor.html", pulse=seen, health=health, **told)


@router.get("/live", response_class=EventSourceResponse, dependencies=[Depends(a_place)])
async def live(
    request: Request, office: TheOffice, visitor: ForWatchers, seconds: int = LONGEST
) -> AsyncIterator[ServerSentEvent]:
    """Says when something is found, mended, late or silent, as long as he watches the same units."""
    token, paths = request.cookies[COOKIE], watched(visitor)

    def still() -> bool:
        now = visitor_now(office, token)
        return now is not None and watched(now) == paths

    async for change in changes(request.app, still, partial(pulse, request.app, paths), seconds):
        yield change


@router.get("/{code}")
def places(request: Request, office: TheOffice, visitor: ForWatchers, code: str) -> Response:
    """Every place at which one check found something, each with its button."""
    found = _found(office, visitor, code, A_PAGE)
    return page(request, visitor, "monitor/places.html", found=found, at_once=AT_ONCE)


@router.post("/{code}/repair")
def mend(office: TheOffice, visitor: ForWatchers, code: str, form: Posted) -> Response:
    """Mend one place (`subject`), or the first of them; the page says what the store says now."""
    if not (_found(office, visitor, code, 1).whole or visitor.holds(Role.SUPERVISOR)):
        raise NotFound  # who only administers sees what is found in the units, and mends what is the office's
    back = text_of(form, "back")
    said = (
        _mend_one(office, visitor, code, number_of(form, "subject")) if "subject" in form else _mend_all(office, visitor, code)
    )
    left = _found(office, visitor, code, 1).count
    if back.startswith("/supervision/runs/"):
        return go(back, said)
    return go(f"/supervision/findings/{code}" if left else "/supervision/findings", _and_left(said, left))


def _mend_one(office: Office, visitor: Visitor, code: str, subject: int) -> Label:
    """What became of one repair, in words. Raises `NotThere` for what is hidden or absent."""
    try:
        return repair(office, visitor.person_id, code, subject).text
    except NotThere:
        raise
    except Refusal as refusal:
        reason = refusal.reasons[0]
        return Label(f"{reason.text.zh}:{reason.remedy.zh}", f"{reason.text.en}: {reason.remedy.en}")


def _mend_all(office: Office, visitor: Visitor, code: str) -> Label:
    """The first places one after the other, each in its own transaction; what cannot be mended is left as it is."""
    done, why = 0, Label("", "")
    found = _finding(office, visitor, code, AT_ONCE)
    for spot in found.rows if found else ():
        try:
            mended = repair(office, visitor.person_id, code, spot.subject)
        except Refusal as refusal:  # somebody else mended it meanwhile, or nobody can
            why = refusal.reasons[0].text
            continue
        done += mended.done
        why = why if mended.done else mended.text
    said = Label(f"已处理 {done} 处", f"{done} mended")
    return Label(f"{said.zh};{why.zh}", f"{said.en}; {why.en}") if why.zh else said


def _and_left(said: Label, left: int) -> Label:
    if not left:
        return Label(f"{said.zh}。此项已无待处理", f"{said.en}. Nothing of this kind is left")
    return Label(f"{said.zh}。此项还有 {left} 处", f"{said.en}. {left} of this kind left")


def _finding(office: Office, visitor: Visitor, code: str, limit: int) -> Finding | None:
    with office.store.read() as connection:
        return next(iter(findings(connection, watched(visitor), office.now(), limit, codes=(code,))), None)


def _found(office: Office, visitor: Visitor, code: str, limit: int) -> Found:
    """What that check finds in his units. Raises `NotFound` for a check nobody wrote, or that is not for him."""
    check = check_of(code)
    if check is None or (check.whole and not at_the_top(watched(visitor))):
        raise NotFound
    return found_of([_finding(office, visitor, code, limit) or Finding(check, 0, ())], office.now(), limit)[0]
