"""The drain without a network: fan-out, inbox, leases, back-off, parking, and two drains at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from models.outbox import Delivery, Message
from notifications import delivering
from notifications.channels import Letter, channels_of
from notifications.delivering import ATTEMPTS, pause
from notifications.faults import DeliveryFault, GiveUp, TryLater
from notifications.inbox import mark_read, unread
from notifications.outbox import drain, resend
from tests.notifications.sink import MINUTE, Sink, drained, mails
from tests.notifications.town import NOW, OTHER, Town, found, step_facts


def test_a_notice_becomes_an_inbox_message_and_a_mail(town: Town) -> None:
    town.tell(1)
    sink = Sink()
    assert drained(town, sink) == delivering.Drained(notices=1, messages=2, sent=1)
    with town.store.read() as connection:
        (letter,) = unread(connection, town.persons["li"])
    assert letter.subject == "D2026-00000 已受理"
    assert "concord case show D2026-00000" in letter.body
    parent, inbox, mail = town.rows(Message)
    assert (parent.status, inbox.status, mail.status) == ("sent", "sent", "sent")
    assert mail.key == f"{parent.key}:{town.persons['li']}:mail"
    assert [row.state for row in town.rows(Delivery)] == ["sent", "sent"]
    assert drained(town, sink, MINUTE) == delivering.Drained(), "nothing is sent twice"


def test_reading_marks_only_ones_own(town: Town) -> None:
    town.tell(2)
    drained(town)
    with town.store.write() as connection:
        ids = [row.id for row in unread(connection, town.persons["li"])]
        assert mark_read(connection, town.persons["wang"], ids, NOW) == 0
        assert mark_read(connection, town.persons["li"], ids[:1], NOW) == 1
        assert mark_read(connection, town.persons["li"], ids[:1], NOW) == 0
        assert [row.id for row in unread(connection, town.persons["li"])] == ids[1:]
        assert unread(connection, town.persons["li"], before=ids[-1]) == []


def test_every_reader_in_his_own_language(town: Town) -> None:
    town.person("smith", ("supervisor", 3), language="en")
    case_id = town.case("D1", owner_id=town.persons["li"])
    town.post("k", "agreement_breached", step_facts("D1"), case_id=case_id)
    drained(town)
    assert {row.subject for row in town.rows(Message, Message.channel == "inbox")} == {
        "【急】D1 未按期履行", "[urgent] D1: not performed in time",
    }  # fmt: skip


def test_quiet_notices_and_ones_own_deeds_stay_in_the_inbox(town: Town) -> None:
    case_id = town.case("D1", owner_id=town.persons["li"])
    town.post("quiet", "case_closed", step_facts("D1"), case_id=case_id)
    town.post("own", "case_accepted", step_facts("D1", actor_id=town.persons["li"]), case_id=case_id)
    assert drained(town, Sink()).messages == 2
    assert mails(town) == []


def test_follow_up_cases_are_left_alone(town: Town) -> None:
    waiting = {"status": "waiting", "next_try_at": NOW, "created_at": NOW}
    town.add(Message, key="open", kind="open_case", notice="renews", facts={}, **waiting)
    assert drained(town, Sink()) == delivering.Drained()
    assert town.rows(Message)[0].status == "waiting"


def test_nobody_to_tell_is_parked_and_goes_out_once_somebody_is_there(town: Town) -> None:
    with town.store.write() as connection:
        connection.exec_driver_sql("UPDATE position SET to_on = '2020-01-01'")
    case_id = town.case("D1", unit_id=OTHER)
    message_id = town.post("k", "case_registered", step_facts("D1"), case_id=case_id)
    assert drained(town).parked == 1
    assert drained(town, after=MINUTE).parked == 1, "the word to the administrators finds nobody either"
    assert [row.error for row in town.rows(Message)] == ["nobody to tell"] * 2
    town.person("new", ("mediator", OTHER))
    assert resend(town.store, message_id, NOW)
    assert drained(town).messages == 1
    assert not resend(town.store, message_id, NOW), "it is not parked any more"


def test_a_notice_without_words_is_parked_and_the_others_go_on(town: Town) -> None:
    town.tell(1)
    town.post("bad", "case_accepted", {"number": "D9"}, case_id=1)
    town.post("tomorrow", "from_tomorrow", step_facts("D9"), case_id=1)
    done = drained(town)
    assert (done.messages, done.parked) == (1, 2)
    reasons = {row.key: row.error for row in town.rows(Message, Message.status == "parked")}
    assert set(reasons) == {"bad", "tomorrow"}
    drained(town)
    with town.store.read() as connection:
        told = unread(connection, town.persons["admin"])
    assert len(told) == 2, "once for each reason"


def test_a_message_for_somebody_who_left_is_cancelled(town: Town) -> None:
    town.tell(1)
    drained(town, Sink(lambda _letter: TryLater("down", tried=False)))
    with town.store.write() as connection:
        connection.exec_driver_sql("UPDATE person SET left_on = '2026-11-01' WHERE code = 'li'")
    assert drained(town, Sink(), timedelta(hours=1)).cancelled == 1


def test_trying_later_pauses_longer_each_time_and_parks_after_eight(town: Town) -> None:
    town.tell(1)
    sink, at, pauses = Sink(lambda _letter: TryLater("smtp 451: busy")), timedelta(0), []
    for attempt in range(1, ATTEMPTS + 1):
        done = drained(town, sink, at)
        (mail,) = mails(town)
        assert mail.attempt == attempt
        assert done.later + done.parked == 1
        pauses.append(mail.next_try_at - (NOW + at))
        assert drained(town, sink, at).later == 0, "not before its time"
        at = mail.next_try_at - NOW + MINUTE
    assert (mail.status, mail.error) == ("parked", "smtp 451: busy")
    assert pauses[:-1] == sorted(pauses[:-1])
    assert pause(mail.key, 7) >= timedelta(hours=12)
    assert town.count(Delivery, Delivery.state == "later") == ATTEMPTS
    at += timedelta(hours=1)
    drained(town, sink, at)
    assert "smtp 451: busy" in town.rows(Message, Message.notice == "message_parked", Message.channel == "inbox")[0].body
    resend(town.store, mail.id, NOW + at)
    assert drained(town, Sink(), at).sent >= 1


def test_giving_up_parks_at_once_and_is_told_once_a_day(town: Town) -> None:
    town.tell(5)
    assert drained(town, Sink(lambda _letter: GiveUp("smtp 550: no such user"))).parked == 5
    assert town.count(Message, Message.notice == "message_parked") == 1


def test_a_channel_that_is_down_costs_one_attempt_and_not_one_a_message(town: Town) -> None:
    town.tell(30)
    asked: list[str] = []

    def down(letter: Letter) -> DeliveryFault:
        asked.append(letter.key)
        return TryLater("down", tried=len(asked) == 1)

    assert drained(town, Sink(down)).later == 25, "the rest of the group is put off, other groups are not touched"
    assert sorted(row.attempt for row in mails(town)) == [0] * 29 + [1]
    assert sum(row.error != "" for row in mails(town)) == 25
    assert drained(town, Sink(), timedelta(hours=1)).sent == 30


def test_a_channel_that_breaks_is_recorded_on_the_message(town: Town) -> None:
    town.tell(3)

    def broken(letter: Letter) -> DeliveryFault | None:
        if letter.key.startswith("2:"):
            raise RuntimeError("not for the log")
        return None

    done = drained(town, Sink(broken))
    assert (done.sent, done.later) == (1, 2)
    assert {row.error for row in mails(town)} == {"", "RuntimeError"}


def test_the_limit_is_kept_and_said(town: Town) -> None:
    town.tell(30)
    first = drained(town, Sink(), limit=10)
    assert replace(first, more=False) == delivering.Drained(notices=10, messages=20, sent=10)
    assert first.more


def test_fan_out_costs_as_many_statements_for_one_as_for_hundreds(town: Town) -> None:
    counts = []
    for round_, many in enumerate((1, 199)):
        for no in range(many):
            case_id = town.case(f"D{round_}-{no}", owner_id=town.persons["li"])
            town.post(f"{case_id}:1", "case_accepted", step_facts(f"D{no}"), case_id=case_id)
        with town.statements() as seen:
            assert drained(town, None).notices == many
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 14


def test_an_idle_drain_takes_no_write_lock(town: Town) -> None:
    with town.statements() as seen:
        drained(town, Sink())
    assert "BEGIN IMMEDIATE" not in seen
    assert not any(one.startswith("UPDATE") for one in seen)


def test_the_log_file_names_nobody(tmp_path: Path) -> None:
    noisy = found(tmp_path / "noisy", console_notices=True)
    noisy.tell(1)
    assert drain(noisy.store, noisy.settings, NOW, channels_of(noisy.settings)).sent == 1
    text = (noisy.settings.home / "notices.log").read_text("utf-8")
    assert "D2026-00000 已受理" in text
    assert "li@" not in text
    noisy.store.close()
