"""A fortnight of an office, told twice: the program of test_crash. The second telling repeats every request under its key.

dies(home, sheet, point)      the first telling, in a process of its own, which dies at that point
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from config import crashpoints
from flows.batch import advance_batch
from flows.heartbeat import HERE
from flows.hooks import post_events
from flows.importing import import_contracts
from flows.public_desk import read_grievance, register
from flows.requests import file_batch
from flows.rescue import rescue_all
from flows.steps import Desk
from flows.works import file_work
from models.cases import CaseEvent, CaseFile, CaseLink
from models.contracts import Contract
from models.deadlines import Deadline, Reminder
from models.notes import DeskSecret
from models.offices import WebHook
from models.outbox import Message
from models.requests import Run, StepBatch, StepRequest
from notifications.outbox import drain
from notifications.tell import message_row
from tests.chaos.sink import FileSink
from tests.factories import CONSENT, STREET, Town, town_at
from tests.performing import perform_free

#: between the death of the program and its return: longer than any lease and anybody's patience
AWAY = timedelta(minutes=15)
NIGHTLY = "nightly"


def before(town: Town) -> None:
    """Five claims for which mediation was applied, but for the last three: there it is about to be."""
    for number in range(5):
        case = town.dispute(key=f"counter-{number}")
        if number < 2:
            case.take("apply", key=f"apply-{number}", received_on=town.iso())
    town.add(WebHook, person_id=town.people["mediator"], url="https://far.example/", secret="s", events=["*"],
             created_at=town.clock.now, seen_event=0)  # fmt: skip
    asked = {"case_type": "bargaining", "facts": {"kind": "wage", "employer": "某制衣厂", "workers": 86, "women": 50}}
    row = message_row("1:1:open:bargaining", "follows", asked, town.clock.now, case_id=1, seq=1)
    town.add(Message, **{**row, "kind": "open_case"})


def tell(town: Town, sheet: Path, *, again: bool = False) -> None:
    """An acceptance, a batch, two weeks later a sweep, a follow-up case, the notices, an import.

    Told again, what was left behind is rescued first.
    """
    start = town.clock.now
    for days, chapter in (
        (0, _accept), (0, _apply_many), (0, _come_to_the_desk), (13, _sweep), (16, _sweep), (16, _follow_up), (16, _send),
        (16, _tell_hooks), (16, _work), (17, _load),
    ):  # fmt: skip
        town.clock.now = start + timedelta(days=days) + (AWAY if again else timedelta(0))
        if again:
            rescue_all(town.office)
        chapter(town, sheet)
    town.clock.now = start


def _accept(town: Town, _sheet: Path) -> None:
    answers = {"accepted_on": town.iso(), **CONSENT}
    Desk(town.office).step(town.wish("accept", "mediator", 1, "accept-1", **answers))


def _apply_many(town: Town, _sheet: Path) -> None:
    wishes = [town.wish("apply", "mediator", case, received_on=town.iso()) for case in (3, 4, 5)]
    advance_batch(town.office, file_batch(town.office, "apply", town.people["mediator"], wishes, "campaign"))


def _come_to_the_desk(town: Town, _sheet: Path) -> None:
    told = {"name": "周工友", "phone": "138 0000 0000", "employer": "某电子厂", "cause": "wage_arrears", "summary": "欠薪",
            "consent": True}  # fmt: skip
    grievance = read_grievance(told)
    register(town.office, Desk(town.office), grievance, STREET, once="once", origin="::1", language="zh")


def _follow_up(town: Town, _sheet: Path) -> None:
    town.follow_up()


def _tell_hooks(town: Town, _sheet: Path) -> None:
    post_events(town.office)


def _work(town: Town, _sheet: Path) -> None:
    """A run that is filed once, and claimed by whoever comes."""
    if not town.count(Run, Run.key == NIGHTLY):
        with town.office.store.write() as connection:
            file_work(connection, town.office, "sweep-seal", {}, key=NIGHTLY)
    with patch.object(HERE, "beating", True):  # a process that beats claims with a lease
        perform_free(town.office)


def _sweep(town: Town, _sheet: Path) -> None:
    town.sweep()


def _send(town: Town, sheet: Path) -> None:
    sink = sink_of(sheet)
    while drain(town.office.store, town.office.settings, town.office.now(), {sink.name: sink}).more:
        pass


def _load(town: Town, sheet: Path) -> None:
    import_contracts(town.office, sheet, "ledger", unit_id=STREET, actor_id=None)


def sink_of(sheet: Path) -> FileSink:
    """The far end beside the sheet."""
    return FileSink(sheet.with_name("arrived.txt"))


#: a clock's number in a key
_CLOCK = re.compile(r"^(clock:|reminder:|(?:catchup|overdue):\d+:[\d-]+:)(\d+)")


def called(town: Town) -> Callable[[str], str]:
    """Says a key with its clock counted through: on PostgreSQL a transaction that was lost has used up numbers of rows."""
    places = {str(row.id): str(place) for place, row in enumerate(town.rows(Deadline), start=1)}
    return lambda key: _CLOCK.sub(lambda found: found[1] + places[found[2]], key)


def all_there_is(town: Town) -> dict[str, Any]:
    """The office in values that compare: everything but the instants and the numbers of rows."""
    numbers = {row.id: row.number for row in town.rows(CaseFile)}
    contracts = {row.id: row.number for row in town.rows(Contract)}
    clocks = {row.id: (numbers.get(row.case_id), contracts.get(row.contract_id), row.rule, row.subject)
              for row in town.rows(Deadline)}  # fmt: skip
    key = called(town)
    return {
        "cases": [(row.number, row.state, row.version, row.facts, row.outcome) for row in town.rows(CaseFile)],
        "events": [(numbers[row.case_id], row.seq, row.step, row.from_state, row.to_state, row.role)
                   for row in town.rows(CaseEvent)],
        "requests": sorted((key(row.key), row.status, str(row.receipt)) for row in town.rows(StepRequest)),
        "batches": [(row.step, row.chosen, row.settled_at is not None) for row in town.rows(StepBatch)],
        "clocks": sorted((*clocks[row.id][1:], row.status, str(row.due_on), str(row.next_on)) for row in town.rows(Deadline)
                         if row.case_id is None),
        "case clocks": Counter((numbers[row.case_id], row.rule, row.status, row.due_on, row.next_on)
                               for row in town.rows(Deadline) if row.case_id is not None),
        "reminders": Counter((clocks[row.deadline_id], row.stage, row.due_on, row.person_id, row.sent_on)
                             for row in town.rows(Reminder)),
        "messages": Counter((key(row.key), row.notice, row.person_id, row.channel, row.status)
                            for row in town.rows(Message, Message.kind != "hook")),
        "hooks": Counter((row.facts["body"]["number"], row.facts["body"]["version"])
                         for row in town.rows(Message, Message.kind == "hook")),
        "runs": Counter((row.flow, row.state) for row in town.rows(Run, Run.key == NIGHTLY)),
        "links": [(numbers[row.case_id], numbers[row.other_id], row.relation) for row in town.rows(CaseLink)],
        "secrets": [numbers[row.case_id] for row in town.rows(DeskSecret)],
        "contracts": [(row.number, row.employer_name, row.expires_on) for row in town.rows(Contract)],
    }  # fmt: skip


def dies(home: str, sheet: str, point: str) -> None:
    """Tell the story until the program dies at that point; whoever survives it says so."""
    crashpoints._AT = point
    tell(town_at(Path(home)), Path(sheet))
    print(f"{point} was not reached")
