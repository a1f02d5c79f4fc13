"""The routers of a case and of what belongs to it, in one place for the program."""

from __future__ import annotations

from web.pages import case_attachments, case_history, case_notes, case_papers, case_people, charts, inbox

ROUTERS = (
    case_people.router, case_notes.router, case_attachments.router, case_papers.router, case_history.router, charts.router,
    inbox.router,
)  # fmt: skip
