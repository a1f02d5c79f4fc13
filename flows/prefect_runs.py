"""Prefect's side of the reconciliation: the runs it takes for open, and closing one. Plain HTTP with short patience.

Nothing here imports prefect: a worker that only does works need not carry it. What Prefect does not answer is asked again in
five minutes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import httpx

from config.settings import Settings
from flows.prefect_home import far_of, prefect_environment
from states.errors import Fault

#: seconds for one question, the way there included
PATIENCE = 3.0
#: runs of one page, as many as Prefect gives at a time
PAGE = 200
#: pages of one sweep; what is left is met by the next one
PAGES = 5
OPEN_STATES = ("RUNNING", "PENDING", "SCHEDULED")


class PrefectAway(Fault):
    """Prefect does not answer, or is too busy to."""

    code: ClassVar[str] = "prefect_away"


@dataclass(frozen=True)
class OpenRun:
    """A run that Prefect takes for open."""

    id: str
    flow: str
    #: the id of the request ("advance-case") or of the run that it accompanies; 0: it names none
    subject: int
    #: offered to the pool, and taken by none of its workers yet
    waits: bool = False


class PrefectRuns:
    """A conversation with one Prefect server. Raises `PrefectAway` when it does not answer."""

    def __init__(self, settings: Settings) -> None:
        environment = prefect_environment(settings.home / "prefect", settings.prefect_port, far_of(settings))
        name, _, password = environment.get("PREFECT_API_AUTH_STRING", "").partition(":")
        self._client = httpx.Client(
            base_url=environment["PREFECT_API_URL"], timeout=PATIENCE, trust_env=False, auth=(name, password) if name else None
        )

    def __enter__(self) -> PrefectRuns:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def open_runs(self, flows: Collection[str], before: datetime) -> Iterator[list[OpenRun]]:
        """Runs of those flows that are in their state since before that instant and have not ended, the oldest first."""
        names = self._names(flows)
        for page in range(PAGES if names else 0):
            asked = {
                "flows": {"id": {"any_": list(names)}},
                "flow_runs": {
                    "state": {"type": {"any_": list(OPEN_STATES)}},
                    "expected_start_time": {"before_": before.isoformat()},
                },
                "sort": "EXPECTED_START_TIME_ASC", "limit": PAGE, "offset": page * PAGE,
            }  # fmt: skip
            rows = self._ask("POST", "/flow_runs/filter", asked)
            yield [
                OpenRun(row["id"], names[row["flow_id"]], _subject(row["parameters"]), row["state_type"] == "SCHEDULED")
                for row in rows
                if datetime.fromisoformat(row["state"]["timestamp"]) <= before
            ]
            if len(rows) < PAGE:
                return

    def _names(self, flows: Collection[str]) -> dict[str, str]:
        rows = self._ask("POST", "/flows/filter", {"flows": {"name": {"any_": sorted(flows)}}, "limit": PAGE})
        return {row["id"]: row["name"] for row in rows}

    def close(self, run_id: str, kind: str, name: str, message: str) -> bool:
        """End the run in that state, unless it has ended meanwhile; Prefect's own rules have the last word."""
        now = self._ask("GET", f"/flow_runs/{run_id}")
        if now["state_type"] not in OPEN_STATES:
            return False
        told = {"state": {"type": kind, "name": name, "message": message}, "force": False}
        answer = self._ask("POST", f"/flow_runs/{run_id}/set_state", told)
        return bool(answer.get("status") == "ACCEPT")

    def _ask(self, method: str, path: str, asked: dict[str, Any] | None = None) -> Any:
        try:
            answer = self._client.request(method, path, json=asked)
        except httpx.TransportError as trouble:
            raise PrefectAway(type(trouble).__name__) from trouble
        if answer.is_server_error:  # busy, or about to go
            raise PrefectAway(str(answer.status_code))
        return answer.raise_for_status().json()


def _subject(parameters: dict[str, Any]) -> int:
    named = str(parameters.get("run_id", parameters.get("request_id", "")))
    return int(named) if named.isdecimal() else 0
