"""Coming in and going out."""

from __future__ import annotations

from tests.web.permissions import EVERYBODY, SIGNED_IN, rule

RULES = (
    rule("GET /", EVERYBODY, 303),
    rule("GET /sign-in", EVERYBODY, 200, 303),
    rule("POST /sign-in", EVERYBODY, 422, form={"account": "nobody", "password": "wrong-password"}),
    rule("GET /second-factor", SIGNED_IN),
    rule("POST /second-factor", SIGNED_IN, 422, form={"code": "000000"}),
    rule("POST /sign-out", EVERYBODY, 303, form={}),
    rule("GET /password", SIGNED_IN),
    rule("POST /password", SIGNED_IN, 422, form={"old": "x", "password": "y", "again": "z"}),
    rule("POST /language", EVERYBODY, 303, form={"to": "en"}),
)
