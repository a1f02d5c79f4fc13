"""Where Prefect lives, and under which rules. Nothing here imports prefect.

Prefect reads its settings **once, at its first import**; after that the environment is dead letters. So
everything it must know is one pure dictionary, and `apply_environment` puts it in place before anybody
writes `import prefect`.

Three intentions are behind the values. *Nothing leaves the machine*: no telemetry, no adverts, loopback
only. *Nothing is kept twice*: our database is the truth, so Prefect keeps no results, no logs and no caches
of ours, and its own database is a separate file under `home`. *Nobody waits*: short time-outs, one retry,
no checks that cost a call a run.
"""

from __future__ import annotations

import http.client
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

from config.settings import Settings
from states.errors import Fault

DAY = 86_400
"""Seconds."""


class PrefectAlreadyAwake(Fault, RuntimeError):
    """Prefect was imported before its environment was set; it would run with other settings than ours."""

    code: ClassVar[str] = "prefect_already_awake"


@dataclass(frozen=True)
class Far:
    """What differs where Prefect is more than a child on this machine; all empty is the usual office."""

    #: address the own server listens on
    host: str = "127.0.0.1"
    #: a server elsewhere, without /api
    url: str = ""
    #: "name:password", asked for by the server and sent by its clients
    auth: str = ""
    database_url: str = ""
    redis_url: str = ""


#: Prefect as a child on this machine
NEAR = Far()
#: addresses at which a server listens and nobody calls
EVERYWHERE = ("", "0.0.0.0", "::")  # noqa: S104  compared, not bound


def far_of(settings: Settings) -> Far:
    """What the settings say of it."""
    return Far(
        settings.prefect_host, settings.prefect_url.rstrip("/"), settings.prefect_auth, settings.prefect_database_url,
        settings.prefect_redis_url,
    )  # fmt: skip


def prefect_environment(home: Path, port: int, far: Far = NEAR) -> dict[str, str]:
    """The settings for Prefect's server and for its client in our process: the same for both.

    `home` holds everything Prefect writes; `port` is on 127.0.0.1 unless `far` says otherwise. Names and values
    were read in Prefect 3.8.8.
    """
    return _place(home, port, origin_of(port, far)) | _silence() | _thrift() | _haste() | _far(far)


def origin_of(port: int, far: Far) -> str:
    """Where that server is reached from here: elsewhere, or at the one address it listens on, or by loopback."""
    return far.url or f"http://{'127.0.0.1' if far.host in EVERYWHERE else far.host}:{port}"


def _far(far: Far) -> dict[str, str]:
    """A server for more than this machine: its own database, a password, and Redis between several of them."""
    told = {"PREFECT_SERVER_API_HOST": far.host}
    if far.database_url:
        told["PREFECT_SERVER_DATABASE_CONNECTION_URL"] = far.database_url
    if far.auth:
        told |= {"PREFECT_SERVER_API_AUTH_STRING": far.auth, "PREFECT_API_AUTH_STRING": far.auth}
    if far.redis_url:
        told |= _redis(far.redis_url)
    return told


def _redis(url: str) -> dict[str, str]:
    """Messages, order, leases and background work through Redis; needs the package prefect-redis."""
    return {
        "PREFECT_MESSAGING_BROKER": "prefect_redis.messaging",
        "PREFECT_MESSAGING_CACHE": "prefect_redis.messaging",
        "PREFECT_SERVER_EVENTS_CAUSAL_ORDERING": "prefect_redis.ordering",
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect_redis.lease_storage",
        "PREFECT_SERVER_DOCKET_URL": url,
        "PREFECT_REDIS_MESSAGING_URL": url,
    }


def _place(home: Path, port: int, origin: str) -> dict[str, str]:
    """One server of ours, on loopback, with a database of its own: never a hidden second one."""
    return {
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": f"{origin}/api",
        "PREFECT_SERVER_API_HOST": "127.0.0.1",
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": origin,
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{home / 'prefect.db'}",
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
        "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(home / "ui"),  # site-packages may be read-only
    }


def _silence() -> dict[str, str]:
    """Nothing goes to Prefect the company, to an advertiser, or onto our terminal."""
    return {
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS": "false",
        "PREFECT_LOGGING_LEVEL": "CRITICAL",  # the run shell logs what matters, without values
        "PREFECT_LOGGING_COLORS": "false",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
        "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
    }


def _thrift() -> dict[str, str]:
    """Keep no results (they would be personal data, pickled), forget runs after thirty days, start without
    blocks.
    """
    return {
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        "PREFECT_TASKS_DEFAULT_NO_CACHE": "true",
        "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false",
        "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": "3d",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(30 * DAY),
        "PREFECT_EVENTS_WORKER_MAX_QUEUE_SIZE": "5000",  # bounded memory in an outage
    }


def _haste() -> dict[str, str]:
    """Short patience: the outbox and the run journal repair what Prefect misses, so Prefect need not
    insist.

    One retry, not none: a server on SQLite says 503 whenever two writers meet. CSRF tokens are off on both
    sides, which is right on loopback only, and saves a call a run. A kept connection outlives a quiet
    minute (the default is 5 s).
    """
    return {
        "PREFECT_CLIENT_MAX_RETRIES": "1",
        "PREFECT_CLIENT_RETRY_JITTER_FACTOR": "0.5",
        "PREFECT_API_REQUEST_TIMEOUT": "5",
        "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "false",
        "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED": "false",
        "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
        "PREFECT_SERVER_API_KEEPALIVE_TIMEOUT": "75",
    }


def apply_environment(home: Path, port: int, far: Far = NEAR) -> None:
    """Put the settings into this process. Call it before the first `import prefect`; calling it again is
    harmless.

    Raises `PrefectAlreadyAwake` where prefect has been imported under other settings: it would ignore ours.
    """
    wanted = prefect_environment(home, port, far)
    differing = sorted(name for name, value in wanted.items() if os.environ.get(name) != value)
    if differing and "prefect" in sys.modules:
        raise PrefectAlreadyAwake(
            f"prefect was imported before apply_environment; these settings differ: {', '.join(differing)}"
        )
    os.environ.update(wanted)


def child_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """What a program of Prefect's is started with: our own environment, and its API is asked past any proxy, as we ask it."""
    host = urlsplit(environment.get("PREFECT_API_URL", "")).hostname or ""
    spared = ",".join(filter(None, (os.environ.get("no_proxy") or os.environ.get("NO_PROXY", ""), host)))
    return {**os.environ, **environment, "NO_PROXY": spared, "no_proxy": spared}


def api_answers(api_url: str | None = None, timeout: float = 0.3) -> bool:
    """Whether a Prefect API answers its health question within `timeout` seconds. No URL: the one in the
    environment.

    Plain `http.client`: it needs neither prefect nor a TLS context (48 ms), and knows no proxies.
    """
    parts = urlsplit(api_url or os.environ.get("PREFECT_API_URL", ""))
    if not parts.hostname:
        return False
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname, parts.port, timeout=timeout)
    try:
        connection.request("GET", f"{parts.path.rstrip('/')}/health")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
