"""Cases, their steps, their dates."""

from __future__ import annotations

from tests.web.permissions import OFFICE, SIGNED_IN, STAFF, rule

SEES_DISPUTE = STAFF | {"party"}
SEES_BARGAINING = STAFF | {"chair"}
MEDIATES = {"holder", "colleague", "supervisor"}

RULES = (
    rule("GET /day", OFFICE),
    rule("GET /cases", SIGNED_IN),
    rule("GET /cases/{number}", SEES_DISPUTE, number="dispute"),
    rule("GET /cases/{number}", SEES_BARGAINING, number="bargaining"),
    rule("GET /cases/{number}/dates/{deadline_id}", SEES_DISPUTE, number="dispute", deadline_id="deadline"),
    # a date of one case is not shown under the number of another
    rule("GET /cases/{number}/dates/{deadline_id}", set(), number="bargaining", deadline_id="deadline"),
    rule("GET /cases/{number}/steps/{name}", MEDIATES, number="dispute", name="accept"),
    rule("POST /cases/{number}/steps/{name}", MEDIATES, 422, number="dispute", name="accept", form={}),
    rule("POST /cases/{number}/steps/{name}/draft", MEDIATES, 204, number="dispute", name="accept", form={}),
    rule("POST /cases/{number}/undo", SEES_DISPUTE, 303, 422, number="dispute", form={"reason": "录错了"}),
)
