"""How Prefect's client reaches a server on this machine: httpx, minus what is meant for a distant one.

Prefect's default client loads a TLS trust store even for plain http (48 ms), obeys proxies, spends 1.5 s on
a refused connection, and answers every 503 with a pause of two seconds. A server on SQLite says 503
whenever two writers meet, and is free again a moment later: so the wire itself asks again, after 20, 60 and
180 ms, and Prefect seldom hears of it.
"""

from __future__ import annotations

import asyncio
import os
import ssl
from typing import Any

import httpx

PAUSES = (0.02, 0.06, 0.18)
"""Seconds before a request that was answered 503 is sent again."""


class LoopbackTransport(httpx.AsyncHTTPTransport):
    """Sends again at once what a busy SQLite turned away. A 503 says that nothing was written."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        for pause in PAUSES:
            response = await super().handle_async_request(request)
            if response.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                return response
            await response.aclose()
            await asyncio.sleep(pause)
        return await super().handle_async_request(request)


def loopback_wire() -> dict[str, Any] | None:
    """The httpx settings for the API in the environment; None, so Prefect's own, where it is not plain
    http.
    """
    if not os.environ.get("PREFECT_API_URL", "").startswith("http://"):
        return None
    no_trust_store = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    limits = httpx.Limits(keepalive_expiry=60)
    return {
        "verify": no_trust_store,
        "transport": LoopbackTransport(verify=no_trust_store, trust_env=False, limits=limits),
    }
