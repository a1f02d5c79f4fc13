"""The routers of supervision, the monitor, calendar and search, in one place for the program."""

from __future__ import annotations

from web.pages import absences, calendar, monitor, monitor_runs, searching, supervision

ROUTERS = (supervision.router, monitor.router, monitor_runs.router, absences.router, calendar.router, searching.router)
