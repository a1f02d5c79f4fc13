"""Registration: for those who mediate."""

from __future__ import annotations

from tests.web.permissions import rule

MEDIATE = {"holder", "colleague", "supervisor", "stranger"}

RULES = (
    rule("GET /registration", MEDIATE),
    rule("POST /registration", MEDIATE, 422, form={"applicant": "张三"}),
    rule("POST /registration/draft", MEDIATE, 204, form={"applicant": "张三"}),
    rule("GET /registration/members.xlsx", MEDIATE),
    # what somebody began is his own: the draft of the scene belongs to the holder of the dispute
    rule("GET /registration/drafts/{draft_id}", {"holder"}, draft_id="draft"),
    rule("POST /registration/drafts/{draft_id}/drop", {"holder"}, 303, draft_id="draft", form={}),
)
