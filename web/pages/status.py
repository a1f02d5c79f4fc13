"""For those who watch the machine and not the cases: does it live, can it work, its figures. Without sign-in."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from flows.metrics import CONTENT_TYPE, Metrics
from flows.readiness import Readiness
from flows.status_server import may_read_metrics
from web.access import TheOffice
from web.errors import NotFound

router = APIRouter()


@router.get("/health")
async def health() -> Response:
    """The process lives; whether it can work is another question."""
    return PlainTextResponse("ok\n")


@router.get("/ready")
def ready(request: Request) -> Response:
    """Whether it should get requests: 503 while the database is away, or the office closes."""
    asked: Readiness = request.app.state.readiness
    well = asked()
    return PlainTextResponse("ready\n" if well else "not ready\n", status_code=200 if well else 503)


@router.get("/metrics")
def metrics(request: Request, office: TheOffice) -> Response:
    """The figures, for loopback or with the token; for everybody else there is no such page."""
    client = request.client.host if request.client is not None else ""
    if not may_read_metrics(office.settings.metrics_token, client, request.headers):
        raise NotFound
    figures: Metrics = request.app.state.metrics
    return Response(figures.text(), media_type=CONTENT_TYPE)
