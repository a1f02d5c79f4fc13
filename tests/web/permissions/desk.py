"""The public desk: open to everybody, and nothing of a case without its secret."""

from __future__ import annotations

from tests.web.permissions import EVERYBODY, rule

RULES = (
    rule("GET /desk", EVERYBODY),
    rule("GET /desk/new", EVERYBODY),
    rule("POST /desk/new", EVERYBODY, 422, form={"name": "张三"}),
    rule("GET /desk/follow", EVERYBODY),
    rule("POST /desk/follow", EVERYBODY, 422, form={"number": "D2026-00001", "secret": "AAAA"}),
    # without number and secret everybody is led to where they are asked for, whoever is signed in
    rule("GET /desk/case", EVERYBODY, 303),
    rule("GET /desk/case/papers/{document_id}/{file}", EVERYBODY, 303, document_id="1", file="zh.html"),
    rule("GET /desk/case/files/{file_id}", EVERYBODY, 303, file_id="1"),
    rule("POST /desk/case/messages", EVERYBODY, 303, form={"text": "你好"}),
    rule("POST /desk/case/files", EVERYBODY, 303, form={}),
    rule("POST /desk/case/leave", EVERYBODY, 303, form={}),
)
