"""Cases, their steps, their dates."""

from __future__ import annotations

from tests.web.permissions import OFFICE, SIGNED_IN, STAFF, rule
from web.drawing import can_draw

SEES_DISPUTE = STAFF
SEES_BARGAINING = STAFF | {"chair"}
MEDIATES = {"holder", "colleague", "supervisor"}
#: without the renderer's runtime there is no picture, and the page lists the process instead
PICTURE = (200,) if can_draw() else (404,)

RULES = (
    rule("GET /day", OFFICE),
    # parties have a list and pages of their own (/mine), to which they are led
    rule("GET /cases", SIGNED_IN, 200, 303),
    rule("GET /cases/{number}", SEES_DISPUTE | {"party"}, 200, 303, number="dispute"),
    rule("GET /cases/{number}", SEES_BARGAINING, number="bargaining"),
    rule("GET /cases/{number}/dates/{deadline_id}", SEES_DISPUTE | {"party"}, number="dispute", deadline_id="deadline"),
    # a date of one case is not shown under the number of another
    rule("GET /cases/{number}/dates/{deadline_id}", set(), number="bargaining", deadline_id="deadline"),
    rule("GET /cases/{number}/steps/{name}", MEDIATES, number="dispute", name="accept"),
    rule("POST /cases/{number}/steps/{name}", MEDIATES, 422, number="dispute", name="accept", form={}),
    rule("POST /cases/{number}/steps/{name}/draft", MEDIATES, 204, number="dispute", name="accept", form={}),
    rule("POST /cases/{number}/undo", SEES_DISPUTE, 303, 422, number="dispute", form={"reason": "录错了"}),
    # the drawn process: of the type for anybody, of a case for those who see it
    rule("GET /types/{key}/{version}/chart.svg", SIGNED_IN, *PICTURE, key="a_type", version="1"),
    rule("GET /types/{key}/{version}/chart.svg", set(), key="a_type", version="99"),
    rule("GET /cases/{number}/chart", SEES_DISPUTE, number="dispute"),
    rule("GET /cases/{number}/history", SEES_DISPUTE, number="dispute"),
    # people: names for those who see the case, numbers for those who work on it
    rule("GET /cases/{number}/parties", SEES_DISPUTE, number="dispute"),
    rule("POST /cases/{number}/parties", SEES_DISPUTE, number="dispute", form={"text": "张"}),
    rule("POST /cases/{number}/parties/show", MEDIATES, number="dispute", form={"show": "show_number"}),
    rule("POST /cases/{number}/parties/show", set(), number="bargaining", form={"show": "show_number"}),
    # notes and files: the office's own stay in the office
    rule("GET /cases/{number}/notes", SEES_DISPUTE, number="dispute"),
    rule("POST /cases/{number}/notes", STAFF, 422, number="dispute", form={}),
    rule("POST /cases/{number}/notes/{note_id}/withdraw", STAFF, 303, 422, number="dispute", note_id="note", form={}),
    rule("POST /cases/{number}/notes/{note_id}/withdraw", set(), number="bargaining", note_id="note", form={}),
    rule("GET /cases/{number}/attachments", SEES_DISPUTE, number="dispute"),
    rule("POST /cases/{number}/attachments", STAFF, 422, number="dispute", form={}),
    rule("GET /cases/{number}/attachments/{attachment_id}", STAFF, number="dispute", attachment_id="file"),
    rule("GET /cases/{number}/attachments/{attachment_id}", SEES_DISPUTE, number="dispute", attachment_id="picture"),
    rule("GET /cases/{number}/attachments/{attachment_id}", set(), number="bargaining", attachment_id="picture"),
    rule("GET /cases/{number}/attachments/{attachment_id}/view", SEES_DISPUTE, number="dispute", attachment_id="picture"),
    # what is no picture is fetched only
    rule("GET /cases/{number}/attachments/{attachment_id}/view", set(), number="dispute", attachment_id="file"),
    rule("POST /cases/{number}/attachments/{attachment_id}/withdraw", STAFF, 303, 422, number="dispute", attachment_id="file",
         form={}),
    rule("GET /cases/{number}/papers", SEES_DISPUTE, number="dispute"),
    rule("GET /cases/{number}/papers/{document_id}", STAFF, number="dispute", document_id="paper"),
    rule("GET /cases/{number}/papers/{document_id}", SEES_DISPUTE, number="dispute", document_id="given_paper"),
    rule("GET /cases/{number}/papers/{document_id}", set(), number="bargaining", document_id="paper"),
    rule("GET /cases/{number}/papers/{document_id}/{file}", STAFF, number="dispute", document_id="paper", file="zh.html"),
    rule("GET /cases/{number}/papers/{document_id}/{file}", SEES_DISPUTE, number="dispute", document_id="given_paper",
         file="en.docx"),
    rule("GET /cases/{number}/papers/{document_id}/{file}", set(), number="dispute", document_id="paper", file="zh.exe"),
    rule("POST /cases/{number}/papers/{document_id}/sendings", STAFF, 422, number="dispute", document_id="paper", form={}),
    rule("POST /cases/{number}/papers/{document_id}/sendings/{sending_id}/withdraw", STAFF, 303, 422, number="dispute",
         document_id="given_paper", sending_id="sending", form={}),
    rule("POST /cases/{number}/papers/{document_id}/sendings/{sending_id}/withdraw", set(), number="dispute",
         document_id="paper", sending_id="sending", form={}),
)  # fmt: skip
