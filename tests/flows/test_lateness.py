"""A sweep that was away for long is told of, once; a journal that remembers what matters."""

from __future__ import annotations

from datetime import timedelta

import pytest

from config.timetable import BELLS
from flows.sweeps import run_sweep, warn_if_late
from flows.tidying import MEMORY, forget_quiet_runs
from flows.works import journalled
from models.outbox import Message
from models.requests import Run
from tests.factories import Town


def test_an_office_that_was_down_says_so_once(town: Town) -> None:
    warn_if_late(town.office, "deadlines")  # the very first time nobody is late
    run_sweep(town.office, "deadlines")
    town.clock.pass_time(seconds=BELLS["deadlines"].patience.total_seconds())
    warn_if_late(town.office, "deadlines")
    assert town.count(Message, Message.notice == "sweep_late") == 0
    town.clock.pass_time(days=3)
    warn_if_late(town.office, "deadlines")
    warn_if_late(town.office, "deadlines")
    assert town.one(Message, Message.notice == "sweep_late").facts["sweep"] == "deadlines"


def test_the_journal_forgets_what_went_well_long_ago_and_keeps_the_rest(town: Town) -> None:
    run_sweep(town.office, "deadlines")
    with pytest.raises(ZeroDivisionError), journalled(town.office, "sweep-deadlines", "broken"):
        raise ZeroDivisionError
    with journalled(town.office, "import-contracts", "a file"):
        pass
    town.clock.pass_time(days=(MEMORY + timedelta(days=1)).days)
    with town.office.store.write() as connection:
        assert forget_quiet_runs(connection, town.office.now()) == 1
    left = sorted((run.flow, run.state) for run in town.rows(Run))
    assert left == [("import-contracts", "done"), ("sweep-deadlines", "failed")]
