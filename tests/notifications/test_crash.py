"""The program dies at each point of the drain: whatever happens, nothing is lost, and a double bears the same key."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from config.crashpoints import CRASHPOINTS
from config.settings import ROOT
from models.outbox import Message
from notifications.channels import channels_of
from notifications.delivering import LEASE
from notifications.outbox import drain, rescue
from tests.notifications.test_mail import Postbox, serving
from tests.notifications.town import NOW, Town

pytestmark = pytest.mark.crash
LATER = LEASE + timedelta(minutes=1)
DRAIN = """
import sys
from datetime import datetime
from pathlib import Path
from config.settings import Settings
from models.session import open_store
from notifications.channels import channels_of
from notifications.outbox import drain
settings = Settings(home=Path(sys.argv[1]), smtp_host="127.0.0.1", smtp_port=int(sys.argv[2]), database_url=sys.argv[4])
store = open_store(settings.database, settings.home / "secret.key")
drain(store, settings, datetime.fromisoformat(sys.argv[3]), channels_of(settings))
"""


def drain_in_a_process(town: Town, box: Postbox, crash_at: str) -> int:
    """One drain in a process of its own; its exit code."""
    arguments = [str(town.settings.home), str(box.port), NOW.isoformat(), town.settings.database]
    line = [sys.executable, "-W", "error", "-c", DRAIN, *arguments]
    return subprocess.run(line, env={**os.environ, "CONCORD_CRASH_AT": crash_at}, cwd=Path(ROOT), check=False).returncode


@pytest.mark.parametrize("point", [name for name in CRASHPOINTS if name.startswith("outbox.")])
def test_a_drain_that_dies_loses_nothing(town: Town, point: str) -> None:
    town.tell(3)
    with serving(Postbox()) as box:
        assert drain_in_a_process(town, box, point) == 9
        settings = town.settings.model_copy(update={"smtp_host": "127.0.0.1", "smtp_port": box.port})
        drain(town.store, settings, NOW, channels_of(settings))
        rescued = rescue(town.store, NOW + LATER)
        drain(town.store, settings, NOW + LATER, channels_of(settings))
    assert rescued == {"outbox.fanned-out": 0, "outbox.claimed": 3, "outbox.sent": 3, "outbox.recorded": 2}[point]
    assert len(box.by_id) == 3, "every letter arrived"
    doubles = sum(box.by_id.values()) - 3
    assert doubles == (1 if point == "outbox.sent" else 0), "what died between sending and recording goes out again"
    assert town.count(Message, Message.status == "sent") == 9
