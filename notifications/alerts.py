"""Alerts: what the office itself has to say to those who look after it, once a key.

They are rows of the outbox like any other notice, so they wait, are tried again and show up in the inbox
like any other.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from config.clock import day_at
from models.outbox import Message
from models.upsert import insert_or_leave
from notifications.catalogue import NOTICES
from notifications.faults import TemplateFault
from notifications.tell import message_row

#: why a message was parked although nothing went wrong
NOBODY = "nobody to tell"
#: what an event on its way to a web-hook bears in place of a notice
WEB_HOOK = "web_hook"


def post_alert(connection: Connection, notice: str, key: str, facts: Mapping[str, Any], now: datetime, *,
               case_id: int | None = None) -> None:  # fmt: skip
    """Post it, unless the key is there already. Raises `TemplateFault` if a fact it needs is missing.

    `facts["contract_id"]` or `facts["unit_id"]` says whose people are meant where there is no case; without any
    of them the whole office is, which leaves the administrators.
    """
    missing = [name for name in NOTICES[notice].facts if name not in facts]
    if missing:
        raise TemplateFault(f"{notice} needs {', '.join(missing)}")
    row = message_row(key, notice, facts, now, case_id=case_id)
    connection.execute(insert_or_leave(connection, Message, Message.key), [row])


def post_parked(connection: Connection, parked: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Tell the administrators of parked messages (rows with notice and error), once a day for each reason.

    What was meant for a web-hook (rows with facts and person_id too) is told to the person who keeps it, once a day for each.
    """
    hooks = [row for row in parked if row["notice"] == WEB_HOOK]
    if hooks:
        _tell_keepers(connection, hooks, now)
    silent = ("message_parked", WEB_HOOK)
    reasons = {str(row["error"]): str(row["notice"]) for row in parked if row["notice"] not in silent}
    for reason, notice in reasons.items():
        key = f"parked:{day_at(now)}:{zlib.crc32(reason.encode()):08x}"
        post_alert(connection, "message_parked", key, {"reason": reason, "notice": notice}, now)


def _tell_keepers(connection: Connection, parked: Sequence[Mapping[str, Any]], now: datetime) -> None:
    rows = []
    for row in parked:
        key = f"hook-parked:{row['facts']['hook']}:{day_at(now)}"
        facts = {"host": row["facts"]["host"], "reason": str(row["error"])}
        rows.append(message_row(key, "hook_parked", facts, now, person_id=row["person_id"]))
    connection.execute(insert_or_leave(connection, Message, Message.key), rows)
