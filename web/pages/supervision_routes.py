"""The routers of supervision, calendar and search, in one place for the program."""

from __future__ import annotations

from web.pages import absences, calendar, searching, supervision

ROUTERS = (supervision.router, absences.router, calendar.router, searching.router)
