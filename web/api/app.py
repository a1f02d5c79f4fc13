"""The program of the REST interface, mounted at `/api/v1`: routers, problems, throttle, what stands before every request."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from flows.office import Office
from flows.steps import Desk
from web.api.describing import ABOUT, describe
from web.api.problems import Problem, add_problems, answer, not_found
from web.api.routes import batches, cases, contracts, hooks, me, papers, steps, types, worklist
from web.api.throttle import Throttle

ROUTERS = (me.router, types.router, cases.router, steps.router, papers.router, worklist.router, contracts.router,
           batches.router, hooks.router)  # fmt: skip
#: bytes of a body: a thousand numbers, or a group of two thousand workers
LARGEST_BODY = 2 * 1024 * 1024
#: requests a minute of one token
PER_MINUTE = 600


class SoundRequests:
    """Answers what no address can mean (a zero byte in it) and what is too large before anybody reads it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or answer 404 or 413."""
        if scope["type"] == "http":
            length = Headers(scope=scope).get("content-length", "0")
            problem = None
            if "\0" in scope["path"] or b"%00" in scope.get("query_string", b""):
                problem = not_found()
            elif not length.isdigit() or int(length) > LARGEST_BODY:
                problem = Problem(413, "too_large")
            if problem is not None:
                await answer(Request(scope), problem)(scope, receive, send)
                return
        await self.app(scope, receive, send)


def create_api(office: Office, desk: Desk, per_minute: int = PER_MINUTE) -> FastAPI:
    """The interface of that office, whose steps go through that door."""
    api = FastAPI(
        title="Concord 和商", version="1", description=ABOUT, openapi_url="/openapi.json", docs_url=None, redoc_url=None,
        redirect_slashes=False, swagger_ui_oauth2_redirect_url=None,
    )  # fmt: skip
    api.state.office, api.state.desk, api.state.throttle = office, desk, Throttle(per_minute)
    for router in ROUTERS:
        api.include_router(router)
    add_problems(api)
    api.add_middleware(RequestBodyLimitMiddleware, max_body_size=LARGEST_BODY)
    api.add_middleware(SoundRequests)
    describe(api)
    return api
