"""Ending sessions within somebody else's transaction: a new password, a person who leaves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, update

from models.accounts import WebSession


def end_sessions(connection: Connection, person_id: int, now: datetime, but: int | None = None) -> int:
    """End the person's sessions but that one; how many were running."""
    running = (WebSession.person_id == person_id, WebSession.ended_at.is_(None))
    ended = update(WebSession).where(*running).values(ended_at=now)
    return connection.execute(ended if but is None else ended.where(WebSession.id != but)).rowcount
