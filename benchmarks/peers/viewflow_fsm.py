"""viewflow's FSM with the Django ORM.

Django is configured in `setup`, for the file of this turn; the models are imported after that. viewflow is
AGPL: it is measured here and never a dependency of the program.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks import sqlite_file
from benchmarks.work import NotPossibleError, Timing, time_steps


def configure(path: Path) -> None:
    """The settings Django needs for one SQLite file; WAL, FULL and IMMEDIATE as for everybody."""
    from django.conf import settings

    database = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "init_command": ";".join(sqlite_file.PRAGMAS)},
    }
    settings.configure(DATABASES={"default": database}, USE_TZ=True, DEBUG=False, INSTALLED_APPS=[])


class Viewflow:
    """One commit a step: load, call the transition, save with the version seen, create the rows."""

    name = "viewflow"

    def setup(self, directory: Path) -> None:
        self.path = sqlite_file.create(directory)
        configure(self.path)
        import django

        django.setup()
        from django.db import transaction

        from benchmarks.peers import viewflow_models

        self.models: Any = viewflow_models
        self.atomic: Any = transaction.atomic

    def run(self, cases: int) -> Timing:
        sqlite_file.open_cases(self.path, cases)
        return time_steps(self.take, cases, lambda: sqlite_file.tally(self.path))

    def take(self, case_id: int, step: str) -> None:
        """One step in one transaction."""
        models = self.models
        with self.atomic():
            case = models.CaseFile.objects.get(pk=case_id)
            source, version = case.state, case.version
            getattr(models.CaseFlow(case), step)()
            moved = models.CaseFile.objects.filter(pk=case_id, version=version).update(
                state=case.state, version=version + 1, updated_at=case.updated_at
            )
            if moved != 1:
                raise NotPossibleError
            models.add_rows(case, source, step, version + 1)

    def close(self) -> None:
        from django.db import connection

        connection.close()
