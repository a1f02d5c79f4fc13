"""What administration is tried on: units, people, tokens, messages, long work; inside the district and outside."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from models.accounts import AccessToken
from models.outbox import Message
from models.people import Position
from models.requests import Run
from tests.factories import ELSEWHERE, STREET, Town


def administered(town: Town) -> dict[str, Any]:
    """Ids by what they are."""
    now, people = town.office.now(), town.people
    token = town.add(AccessToken, token_hash="0" * 64, person_id=people["senior"], kind="api", name="n", scopes=["read"],
                     created_at=now, expires_at=now + timedelta(days=9))  # fmt: skip
    message = town.add(Message, key="stranger", kind="notice", notice="case_closed", person_id=people["stranger"],
                       channel="mail", facts={}, status="parked", next_try_at=now, created_at=now)  # fmt: skip
    held = {row.person_id: row.id for row in town.rows(Position)}
    counts = {"broken": 0, "cases": 1, "events": 1, "seals": 0, "head": "0" * 64, "places": []}
    work = {"flow": "verify-record", "key": "k", "state": "done", "filed_at": now, "started_at": now, "ended_at": now,
            "counts": counts}  # fmt: skip
    return {
        "street": STREET, "elsewhere": ELSEWHERE, "colleague_id": people["colleague"], "stranger_id": people["stranger"],
        "party_id": people["worker"], "colleague_position": held[people["colleague"]],
        "stranger_position": held[people["stranger"]], "stranger_token": token, "stranger_message": message,
        "work": town.add(Run, **work, person_id=people["administrator"]),
        "work_of_another": town.add(Run, **work, person_id=people["senior"]),
    }  # fmt: skip
