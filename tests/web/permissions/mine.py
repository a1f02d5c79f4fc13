"""A party's own case: for that party alone, not even for those who work on it."""

from __future__ import annotations

from tests.web.permissions import SIGNED_IN, rule

RULES = (
    rule("GET /mine", SIGNED_IN),
    rule("GET /mine/{number}", {"party"}, number="dispute"),
    rule("GET /mine/{number}", {"other_party"}, number="other"),
    rule("GET /mine/{number}", set(), number="bargaining"),
    rule("POST /mine/{number}/messages", {"party"}, 303, number="dispute", form={"text": "什么时候开会?"}),
    rule("POST /mine/{number}/files", {"party"}, 422, number="dispute", form={}),
    rule(
        "GET /mine/{number}/papers/{document_id}/{file}", {"party"}, number="dispute", document_id="given_paper", file="zh.html"
    ),
    # a paper of the office, and one of another case under the number of one's own
    rule("GET /mine/{number}/papers/{document_id}/{file}", set(), number="dispute", document_id="paper", file="zh.html"),
    rule("GET /mine/{number}/papers/{document_id}/{file}", set(), number="other", document_id="given_paper", file="zh.html"),
    rule("GET /mine/{number}/files/{file_id}", {"party"}, number="dispute", file_id="picture"),
    rule("GET /mine/{number}/files/{file_id}", set(), number="dispute", file_id="file"),
)
