"""What watchers of the machine ask: open to everybody, but for the figures, which are for this machine and the token."""

from __future__ import annotations

from tests.web.permissions import EVERYBODY, rule

RULES = (
    rule("GET /health", EVERYBODY),
    rule("GET /ready", EVERYBODY),
    rule("GET /metrics", set(), unsigned=404),
)
