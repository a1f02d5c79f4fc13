"""Supervision and the people of a supervisor, the calendar and its feed, search."""

from __future__ import annotations

from tests.web.permissions import EVERYBODY, OFFICE, rule

WATCHES = {"supervisor"}

RULES = (
    rule("GET /supervision", WATCHES),
    rule("GET /supervision", WATCHES, query="?unit=qingbo"),
    # what lies elsewhere is as absent for a supervisor as if there were none
    rule("GET /supervision", set(), query="?unit=yuhang"),
    rule("GET /supervision/live", WATCHES, query="?seconds=0"),
    rule("GET /supervision/reassign", WATCHES),
    rule("POST /supervision/reassign", WATCHES, 422, form={"to": "holder_id", "checked": "yes"}),
    rule("GET /supervision/people", WATCHES),
    rule("GET /supervision/people/{person_id}", WATCHES, person_id="holder_id"),
    rule("GET /supervision/people/{person_id}", set(), person_id="stranger_id"),
    rule("POST /supervision/people/{person_id}/absence", WATCHES, 422, person_id="holder_id", form={"from_on": "x"}),
    rule("POST /supervision/people/{person_id}/absence", WATCHES, 404, person_id="stranger_id", form={"from_on": "x"}),
    rule("POST /supervision/people/{person_id}/hand-over", WATCHES, 422, person_id="holder_id", form={}),
    rule("POST /supervision/people/{person_id}/hand-over", WATCHES, 404, person_id="stranger_id", form={}),
    rule("POST /supervision/absences/{absence_id}/end", WATCHES, 303, 404, absence_id="absence", form={}),
    rule("POST /supervision/absences/{absence_id}/end", WATCHES, 404, absence_id="absence_elsewhere", form={}),
    rule("GET /calendar", OFFICE),
    rule("GET /calendar", OFFICE, query="?whose=unit"),
    rule("GET /calendar/feed", OFFICE),
    rule("POST /calendar/feed", OFFICE, form={"name": "手机"}),
    rule("POST /calendar/feed/{token_id}/revoke", {"holder"}, 303, token_id="feed_id", form={}),
    # who has the address reads the feed: calendar programs do not sign in
    rule("GET /calendar/feed/{token}.ics", EVERYBODY, token="feed"),
    rule("GET /calendar/feed/{token}.ics", set(), token="feed_revoked", unsigned=404),
    rule("GET /calendar/{span}", OFFICE, span="2026-03"),
    rule("GET /calendar/{span}", OFFICE, span="2026-W10"),
    rule("GET /calendar/{span}", set(), span="2026-13"),
    rule("GET /search", OFFICE),
    rule("POST /search", OFFICE, form={"text": "张三"}),
)
