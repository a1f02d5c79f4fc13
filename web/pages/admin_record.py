"""The record and the outbox: whether anything was changed behind the office's back, and which messages did not arrive."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from flows.long_work import Progress, begin, works_of
from flows.messages import cancel_message, resend_all, resend_message
from flows.office import Office
from flows.office_journal import Deed, record
from models.administration import message_counts, messages, newest_event, seals, tries_of
from models.audit import verify
from models.outbox import MessageStatus
from notifications.catalogue import NOTICES
from states.labels import Label
from web.access import ForAdministrators, TheOffice
from web.pages.administration import ForHeadquarters, administered_by
from web.posted import Posted, text_of
from web.rendering import go, page

router = APIRouter(prefix="/administration")
#: places a page lists of what is broken
LISTED = 100
A_PAGE = 50


@router.get("/record")
def the_record(request: Request, office: TheOffice, visitor: ForHeadquarters) -> Response:
    """The newest seals, and how the last verifications ended."""
    with office.store.read() as connection:
        sealed = seals(connection)
        works = works_of(connection, visitor.person_id, office.now(), "web-audit")
    return page(request, visitor, "administration/record.html", seals=sealed, works=works)


@router.post("/record")
def verify_the_record(office: TheOffice, visitor: ForHeadquarters, _form: Posted) -> Response:
    """Read every event, case and seal, as long work."""
    run_id = begin(office, "web-audit", actor_id=visitor.person_id, key=office.now().isoformat(), body=_verifying(office))
    with office.store.write() as connection:
        record(connection, office.now(), Deed.RECORD_READ, actor_id=visitor.person_id, run=run_id)
    return go(f"/administration/works/{run_id}")


def _verifying(office: Office) -> Any:
    def body(progress: Progress) -> dict[str, Any]:
        with office.store.read() as connection:
            total = newest_event(connection)
            result = verify(connection, lambda events: progress(events, total))
        return {
            "done": result.events, "total": result.events, "events": result.events, "cases": result.cases,
            "seals": result.seals, "head": result.head, "broken": len(result.broken),
            "places": [[one.where, one.what] for one in result.broken[:LISTED]],
        }  # fmt: skip

    return body


@router.get("/messages")
def outbox(
    request: Request, office: TheOffice, visitor: ForAdministrators, status: str = "parked", before: int = 0
) -> Response:
    """Messages to the people the person administers: waiting, parked with the reason, sent."""
    chosen = status if status in set(MessageStatus) else "parked"
    scope = administered_by(visitor)
    with office.store.read() as connection:
        rows = messages(connection, scope, chosen, before=before, limit=A_PAGE + 1)
        counts = message_counts(connection, scope)
        tries = tries_of(connection, [row.id for row in rows[:A_PAGE]])
    told: dict[str, Any] = {
        "rows": rows[:A_PAGE],
        "counts": counts,
        "tries": tries,
        "chosen": chosen,
    }
    further = rows[A_PAGE - 1].id if len(rows) > A_PAGE else 0
    labels = {key: notice.label for key, notice in NOTICES.items()}
    return page(request, visitor, "administration/messages.html", **told, further=further, labels=labels,
                statuses=list(MessageStatus))  # fmt: skip


@router.post("/messages")
def again_all(office: TheOffice, visitor: ForAdministrators, _form: Posted) -> Response:
    """All parked messages try again."""
    done = resend_all(office, visitor.person_id)
    return go("/administration/messages?status=waiting", Label(f"已重发 {done} 条", f"{done} messages try again"))


@router.post("/messages/{message_id}")
def one_message(office: TheOffice, visitor: ForAdministrators, message_id: int, form: Posted) -> Response:
    """Send one again, or give it up."""
    if text_of(form, "act") == "cancel":
        cancel_message(office, visitor.person_id, message_id)
        return go("/administration/messages", Label("通知已取消", "the message is given up"))
    resend_message(office, visitor.person_id, message_id)
    return go("/administration/messages", Label("通知将重发", "the message tries again"))
