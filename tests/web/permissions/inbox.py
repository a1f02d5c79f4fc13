"""The inbox is everybody's own; another's letters are never touched."""

from __future__ import annotations

from tests.web.permissions import SIGNED_IN, rule

RULES = (
    rule("GET /inbox", SIGNED_IN),
    rule("POST /inbox/read", SIGNED_IN, 303, form={"letter": "1"}),
)
