"""The REST interface: who reads and does what with a token for everything; scopes have their own tests (`tests/web/api`).

It is the office's: parties learn who they are (`/me`), and find nothing else here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flows.hooks import make
from models.papers import Document
from tests.factories import REGISTRATION, OfficeCase, Town
from tests.web.permissions import EVERYBODY, OFFICE, SIGNED_IN, STAFF, Rule, rule

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

SEES_DISPUTE, SEES_BARGAINING = STAFF, STAFF | {"chair"}
MEDIATES = {"holder", "colleague", "supervisor"}
VERSION: Mapping[str, Any] = {"expected_version": 1}


def api(route: str, open_to: AbstractSet[str], *answers: int, **rest: Any) -> Rule:
    """A row of the interface: without a token in force the answer is 401."""
    method, _, path = route.partition(" ")
    return rule(f"{method} /api/v1{path}", frozenset(open_to), *answers, **{"unsigned": 401, **rest})


def programs(town: Town, dispute: OfficeCase) -> dict[str, Any]:
    """What the rows below are filled with beside the cases: a paper of the dispute, a web-hook of the one who holds it."""
    object.__setattr__(town.office, "settings", town.office.settings.model_copy(update={"hooks_private": True}))
    hook_id, _ = make(town.office, town.people["mediator"], "http://127.0.0.1:9/", ["*"])
    return {"paper_of_dispute": town.rows(Document, Document.case_id == dispute.id)[0].id, "hook": hook_id}


RULES = (
    api("GET /openapi.json", EVERYBODY),
    api("GET /me", SIGNED_IN),
    api("GET /types", OFFICE),
    api("GET /types/{key}", OFFICE, key="a_type"),
    api("GET /units", OFFICE),
    api("GET /people", OFFICE),
    api("GET /cases", OFFICE),
    # opened by those who work on such cases there; elsewhere there is no such unit
    api("POST /cases", MEDIATES, 201, denied=(403, 404, 422), body={"type": "dispute", "unit": "qingbo",
        "answers": REGISTRATION}),
    api("POST /cases", {"officer", "supervisor"}, 201, denied=(403, 404, 422), body={"type": "bargaining", "unit": "qingbo",
        "answers": {"kind": "wage", "employer": "某制衣厂", "workers": 86}}),
    *(api(f"GET /cases/{{number}}{below}", who, number=which)
      for below in ("", "/events", "/deadlines", "/parties", "/papers", "/steps")
      for which, who in (("dispute", SEES_DISPUTE), ("bargaining", SEES_BARGAINING))),
    # who sees the case and may not take the step is told so; for everybody else there is no case
    api("POST /cases/{number}/steps/{step}", MEDIATES, 422, number="dispute", step="accept", denied=(403, 404),
        body={"expected_version": 2, "answers": {}}),
    api("POST /cases/{number}/undo", STAFF, 409, number="dispute",
        body={**VERSION, "reason": "录错了"}),
    api("GET /papers/{id}/file", STAFF, id="paper_of_dispute"),
    api("GET /worklist", OFFICE),
    api("POST /searches", OFFICE, body={"text": "张三"}),
    api("GET /contracts", OFFICE),
    api("GET /contracts/{number}", STAFF | {"chair"}, number="contract"),
    api("GET /contracts/{number}", {"stranger"}, number="foreign_contract"),
    api("POST /batches", OFFICE, 202, body={"step": "decline_assignment", "numbers": ["D2026-00001"],
        "answers": {"reason": "x"}}),
    api("GET /batches/{id}", {"officer", "supervisor", "administrator"}, id="batch"),
    api("GET /batches/{id}/results", {"officer", "supervisor", "administrator"}, id="batch"),
    api("GET /hooks", OFFICE),
    api("POST /hooks", OFFICE, 201, body={"url": "https://example.org/", "events": ["*"]}),
    api("GET /hooks/{id}/deliveries", {"holder"}, id="hook"),
    api("POST /hooks/{id}/test", {"holder"}, 202, id="hook"),
    api("DELETE /hooks/{id}", {"holder"}, 204, id="hook"),
)  # fmt: skip
