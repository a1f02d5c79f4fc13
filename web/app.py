"""The program of the pages: routers, guards, error pages, static files. Built once for an office and a door."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio.to_thread
from fastapi import FastAPI
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from flows.metrics import Metrics
from flows.office import Office
from flows.readiness import Readiness
from flows.steps import Desk
from models.search_words import readings
from web.api.app import create_api
from web.errors import add_error_pages
from web.guards import ReadingOnly, SafeHeaders, SameOrigin, SmallForms
from web.last_resort import LastResort
from web.observing import Observed
from web.pages import (
    accounts,
    bargaining,
    batches,
    campaign,
    cases,
    contracts,
    contracts_planning,
    day,
    mine,
    public_desk,
    public_desk_case,
    registration,
    status,
    steps,
)
from web.pages.administration_routes import ROUTERS as ADMINISTRATION_ROUTERS
from web.pages.case_routes import ROUTERS as CASE_ROUTERS
from web.pages.supervision_routes import ROUTERS as SUPERVISION_ROUTERS
from web.pages.welcome import Founding, is_founded
from web.rendering import STATIC

#: threads that serve pages: as many as the pool of connections gives at once
THREADS = 20
#: bytes of one request: a spreadsheet of two thousand workers, or ten scans
LARGEST_BODY = 25 * 1024 * 1024
#: bytes of a form without files: a group of two thousand workers typed by hand
LARGEST_FORM = 4 * 1024 * 1024
ROUTERS = (status.router, accounts.router, day.router, cases.router, steps.router, registration.router, mine.router,
           public_desk.router, public_desk_case.router,
           contracts.router, contracts_planning.router, campaign.router, batches.router, bargaining.router, *CASE_ROUTERS,
           *SUPERVISION_ROUTERS, *ADMINISTRATION_ROUTERS)  # fmt: skip


class Kept(StaticFiles):
    """Our own files: their address names their content (`rendering.static_url`), so a browser may keep them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, for a year."""
        answer = await super().get_response(path, scope)
        answer.headers["cache-control"] = "public, max-age=31536000, immutable"
        return answer


@asynccontextmanager
async def _lifespan(_app: FastAPI) -> AsyncIterator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
    readings("和商")  # the dictionary of readings takes a moment to load: not during somebody's first search
    yield


def create_app(office: Office, desk: Desk) -> FastAPI:
    """The pages of that office, whose steps go through that door."""
    app = FastAPI(title="Concord", openapi_url=None, docs_url=None, redoc_url=None, lifespan=_lifespan)
    app.state.office, app.state.desk, app.state.closing = office, desk, False
    app.state.readiness = Readiness(office, lambda: bool(app.state.closing))
    app.state.metrics = Metrics(office)
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/api/v1", create_api(office, desk))
    app.mount("/static", Kept(directory=STATIC), name="static")
    add_error_pages(app)
    app.add_middleware(Founding, office=office, founded=is_founded(office))
    app.add_middleware(GZipMiddleware, minimum_size=1000)
    app.add_middleware(SmallForms, largest=LARGEST_FORM)
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=LARGEST_BODY)
    app.add_middleware(SameOrigin)
    app.add_middleware(ReadingOnly)
    app.add_middleware(LastResort)
    app.add_middleware(SafeHeaders, https=office.settings.https)
    app.add_middleware(Observed)
    return app
