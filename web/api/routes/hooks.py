"""Web-hooks of the caller: registered, tried out, ended; and what became of every delivery."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from flows.hooks import end, file_test, make
from models import hooks
from models.base import AnyRow
from models.outbox import MessageStatus
from web.access import TheOffice
from web.api.access import HookKeeper
from web.api.cursors import keys_of, paged
from web.api.problems import not_found
from web.api.shapes import base
from web.api.shapes.base import Page, Paging, Word
from web.api.shapes.office import DeliveryShape, HookMade, HookShape, HookWanted, TestFiled

router = APIRouter(prefix="/hooks", tags=["hooks"])


@router.get("")
def mine(office: TheOffice, caller: HookKeeper) -> Page[HookShape]:
    """The caller's web-hooks, newest first, those that have ended too."""
    with office.store.read() as connection:
        rows = hooks.hooks_of(connection, caller.person_id)
    return Page(items=[HookShape(**row._mapping) for row in rows])


@router.post("", status_code=201)
def register(office: TheOffice, caller: HookKeeper, wanted: HookWanted) -> HookMade:
    """Register an address. Its secret is shown this once; it hears of what happens from now on."""
    hook_id, secret = make(office, caller.person_id, wanted.url, wanted.events)
    with office.store.read() as connection:
        row = hooks.hook_of(connection, caller.person_id, hook_id)
    assert row is not None
    return HookMade(secret=secret, **row._mapping)


@router.delete("/{id}", status_code=204)
def stop(office: TheOffice, caller: HookKeeper, id: base.Id) -> None:
    """End a web-hook: nothing more goes out to it. Ending it twice is no error."""
    if not end(office, caller.person_id, id):
        raise not_found()


@router.post("/{id}/test", status_code=202)
def try_out(office: TheOffice, caller: HookKeeper, id: base.Id) -> TestFiled:
    """Put a test event on its way (`Concord-Event: test`); what became of it stands among the deliveries."""
    key = file_test(office, caller.person_id, id)
    if key is None:
        raise not_found()
    return TestFiled(delivery=key)


@router.get("/{id}/deliveries")
def deliveries(office: TheOffice, caller: HookKeeper, id: base.Id, asked: Annotated[Paging, Query()]) -> Page[DeliveryShape]:
    """The deliveries of a web-hook, newest first."""
    with office.store.read() as connection:
        if hooks.hook_of(connection, caller.person_id, id) is None:
            raise not_found()
        (before,) = keys_of(f"deliveries:{id}", asked.cursor) or [0]
        rows = hooks.deliveries_of(connection, caller.person_id, id, before, asked.limit + 1)
    return paged(rows, asked.limit, _delivery, f"deliveries:{id}", lambda row: (row.id,))


def _delivery(row: AnyRow) -> DeliveryShape:
    waits = row.status in (MessageStatus.WAITING, MessageStatus.SENDING)
    return DeliveryShape(
        delivery=row.key, event=row.facts["body"]["step"], status=Word.named(row.status, MessageStatus), attempts=row.attempt,
        created_at=row.created_at, settled_at=row.settled_at, next_try_at=row.next_try_at if waits else None, error=row.error,
    )  # fmt: skip
