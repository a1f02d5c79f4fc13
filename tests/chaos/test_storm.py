"""Kill -9 at any moment, again and again: webs, workers and schedulers, while programs take cases through ten steps.

Over HTTP, under keys, by programs that never give up; each ten cases share a batch, which a worker does. The letters go to a
mail server that counts them by id.
"""

from __future__ import annotations

import time

import pytest

from models.cases import CaseEvent, CaseFile
from models.outbox import Message
from models.requests import StepRequest
from notifications.mail import MailChannel, message_id
from tests.chaos.crowd import Crowd
from tests.chaos.dose import again, dose, seeded
from tests.chaos.figures import note
from tests.chaos.laws import a_quarter_of_an_hour_later, laws_hold, nothing_waits
from tests.chaos.postbox import serving
from tests.chaos.storm import Killer, open_webs, spread
from tests.factories import Town

pytestmark = [pytest.mark.chaos, pytest.mark.prefect, pytest.mark.timeout(3600)]
STEPS = 10


def test_a_storm_loses_nothing_and_doubles_nothing(town: Town) -> None:
    cases, random = dose(20, 2000), seeded("storm")
    with serving() as box:
        mail = {"CONCORD_SMTP_HOST": "127.0.0.1", "CONCORD_SMTP_PORT": str(box.port)}
        with spread(town, **mail) as office:
            webs = open_webs(office, 2)
            for role in ("worker", "worker", "scheduler"):
                office.start(role)
            crowd, begun = Crowd(town, [web.url for web in webs], random), time.monotonic()
            with Killer(office, random, deaths=dose(8, 100_000)) as killer:
                told = crowd.takes(cases)
            seconds = time.monotonic() - begun
        channel = MailChannel("127.0.0.1", box.port, "concord@union.example")
        a_quarter_of_an_hour_later(town.office, {"mail": channel})
    assert killer.killed.total() >= 3, "it was a storm"

    # whatever somebody was told is there, once
    laws_hold(town)
    nothing_waits(town)
    events = {(row.case_id, row.seq) for row in town.rows(CaseEvent)}
    ids = {row.number: row.id for row in town.rows(CaseFile)}
    assert {(ids[number], version) for number, version in told.receipts} <= events
    assert len(told.receipts) == len(set(told.receipts)) == (STEPS - 1) * cases
    assert {row.version for row in town.rows(CaseFile)} == {STEPS}, again(__file__)
    assert len(ids) == cases
    assert town.count(StepRequest) == town.count(StepRequest, StepRequest.status == "applied") == STEPS * cases

    # every letter came, and one that came twice bears one id
    sent = town.rows(Message, Message.channel == "mail")
    assert sent
    assert {row.status for row in sent} == {"sent"}
    assert set(box.arrived) == {message_id(row.key, "union.example") for row in sent}
    told.seconds.sort()
    note(
        "kill -9 storm", cases=cases, steps=STEPS * cases, seconds=seconds, killed=killer.killed.total(),
        killed_by_role=", ".join(f"{role} {count}" for role, count in sorted(killer.killed.items())),
        steps_a_second=STEPS * cases / seconds, lost=0, doubled=0, sent_again_without_answer=told.unanswered,
        sent_again_as_told=told.turned_away, answer_p95=told.seconds[int(0.95 * len(told.seconds))], letters=len(sent),
        letters_twice=sum(count - 1 for count in box.arrived.values()),
    )  # fmt: skip
