"""The pages of a bargaining: for those who work with it; a dispute has none of them."""

from __future__ import annotations

from tests.web.permissions import STAFF, Rule, rule

SEES = STAFF | {"chair"}
PAGES = ("table", "information", "vote", "filing", "difference")

RULES: tuple[Rule, ...] = (
    *(rule(f"GET /cases/{{number}}/{name}", SEES, number="bargaining") for name in PAGES),
    *(rule(f"GET /cases/{{number}}/{name}", set(), number="dispute") for name in PAGES),
    rule("GET /cases/{number}/vote", SEES, number="bargaining", query="?delegates=100&present=80&yes=x"),
)
