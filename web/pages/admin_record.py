"""The record and the outbox: whether anything was changed behind the office's back, and which messages did not arrive."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from flows.messages import cancel_message, resend_all, resend_message
from flows.verifying import VERIFY, ask_to_verify
from models.administration import message_counts, messages, seals, tries_of
from models.outbox import MessageStatus
from models.works import works_of
from notifications.catalogue import NOTICES
from states.labels import Label
from web.access import ForAdministrators, TheOffice
from web.pages.administration import ForHeadquarters, administered_by
from web.posted import Posted, text_of
from web.rendering import go, page

router = APIRouter(prefix="/administration")
A_PAGE = 50


@router.get("/record")
def the_record(request: Request, office: TheOffice, visitor: ForHeadquarters) -> Response:
    """The newest seals, and how the last verifications ended."""
    with office.store.read() as connection:
        sealed = seals(connection)
        works = works_of(connection, visitor.person_id, VERIFY)
    return page(request, visitor, "administration/record.html", seals=sealed, works=works)


@router.post("/record")
def verify_the_record(office: TheOffice, visitor: ForHeadquarters, _form: Posted) -> Response:
    """Read every event, case and seal, as long work."""
    return go(f"/administration/works/{ask_to_verify(office, visitor.person_id)}")


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
