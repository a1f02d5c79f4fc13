"""Issuing papers: frozen facts and their hash, in the step's own transaction."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from models.clerk import Act


def issue_papers(connection: Connection, acts: Sequence[Act]) -> None:
    """Write the papers of those acts."""
