"""Whether this process can do what it is for: asked by a load balancer every few seconds, so it must answer within one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from flows.office import Office
from models.migrating import known_revisions

#: seconds the database gets
PATIENCE: Final = 1.0


class Readiness:
    """Asks the database in a thread of its own. One that hangs is asked once, not once more for every question."""

    def __init__(self, office: Office, closing: Callable[[], bool] = lambda: False) -> None:
        self.office, self.closing = office, closing
        self._lock = threading.Lock()
        self._question: _Question | None = None

    def __call__(self) -> bool:
        """Whether the database answers, has the shape this program knows, and the office is not closing."""
        if self.closing():
            return False
        with self._lock:
            if self._question is None or self._question.answered.is_set():
                self._question = _Question(self.office)
            question = self._question
        return question.answered.wait(PATIENCE) and question.well


class _Question:
    """One question to the database, on its way."""

    def __init__(self, office: Office) -> None:
        self.office, self.well, self.answered = office, False, threading.Event()
        threading.Thread(target=self._ask, name="readiness", daemon=True).start()

    def _ask(self) -> None:
        try:
            with self.office.store.read() as connection:
                shape = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            self.well = shape == known_revisions()[-1]
        except SQLAlchemyError:
            self.well = False
        finally:
            self.answered.set()
