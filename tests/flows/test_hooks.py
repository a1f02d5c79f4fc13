"""Web-hooks from the step to the far end: a real server on this machine that checks signatures, fails, and counts."""

from __future__ import annotations

import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from config.settings import Settings
from flows import hooks
from flows.hooks import LOOK_BACK, deliver_events, end, file_test, has_news, make, post_events
from flows.sweeps import run_sweep
from models.offices import OfficeEvent, WebHook
from models.outbox import Delivery, Message
from models.people import Person, Position
from models.requests import Run
from notifications.delivering import ATTEMPTS
from notifications.hooks import HookChannel, signature
from notifications.hooks_address import NotReachable, against, judge, target_of
from notifications.outbox import drain_channel, rescue
from states.errors import Refusal
from tests.factories import Town

MINUTE = timedelta(minutes=1)


@dataclass
class FarEnd:
    """Somebody else's program: what it received, and what it answers."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    received: list[tuple[dict[str, str], str]] = field(default_factory=list)
    moved: str = ""

    def take(self, headers: dict[str, str], body: str) -> int:
        """Note a request and give the status of the answer."""
        self.received.append((headers, body))
        return self.answers.pop(0) if self.answers else 204

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """What it was told, in order."""
        return [json.loads(body) for _, body in self.received]


@pytest.fixture
def far_end() -> Iterator[FarEnd]:
    """A server on a port of its own."""
    end_ = FarEnd()

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            status = end_.take({name.lower(): value for name, value in self.headers.items()}, body)
            self.send_response(status)
            if status == 302:
                self.send_header("location", end_.url)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_rest: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    end_.url = f"http://127.0.0.1:{server.server_port}/in?a=1"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield end_
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def open_town(town: Town) -> Town:
    """The town, whose web-hooks may reach this machine."""
    object.__setattr__(town.office, "settings", town.office.settings.model_copy(update={"hooks_private": True}))
    return town


def hook(town: Town, far_end: FarEnd, who: str = "mediator", *events: str) -> tuple[int, str]:
    """Somebody's web-hook at the far end."""
    return make(town.office, town.people[who], far_end.url, list(events or ("*",)))


def test_what_happens_is_told_signed_and_without_names(open_town: Town, far_end: FarEnd) -> None:
    town = open_town
    town.dispute()  # before there was a web-hook
    _, secret = hook(town, far_end)
    case = town.dispute()
    case.take("apply", received_on=town.iso())
    assert post_events(town.office) == 2
    assert deliver_events(town.office).sent == 2
    assert [(body["number"], body["step"], body["version"]) for body in far_end.bodies] == [
        (case.number, "open", 1), (case.number, "apply", 2),
    ]  # fmt: skip
    headers, body = far_end.received[1]
    stamp, _, digest = headers["concord-signature"].partition(",v1=")
    assert digest == hmac.new(secret.encode(), f"{stamp.removeprefix('t=')}.{body}".encode(), "sha256").hexdigest()
    assert headers["concord-signature"] == signature(secret, body, town.clock.now)
    assert headers["concord-event"] == "apply"
    assert headers["concord-delivery"].startswith("hook:1:")
    assert json.loads(body) == {
        "event": case.events[-1].id, "number": case.number, "type": "dispute", "step": "apply", "state": "applied",
        "version": 2, "at": town.clock.now.isoformat(), "unit": "qingbo",
    }  # fmt: skip
    assert "张三" not in body
    assert post_events(town.office) == deliver_events(town.office).sent == 0


def test_only_what_was_asked_for_and_what_its_keeper_sees(open_town: Town, far_end: FarEnd) -> None:
    town = open_town
    hook(town, far_end, "stranger")  # of another district
    hook(town, far_end, "senior", "apply")  # of the district above
    town.dispute().take("apply", received_on=town.iso())
    assert post_events(town.office) == 1
    assert town.one(Message, Message.kind == "hook").person_id == town.people["senior"]


def test_who_has_lost_his_position_or_left_is_told_nothing_more(open_town: Town, far_end: FarEnd) -> None:
    town = open_town
    hook(town, far_end, "mediator")
    hook(town, far_end, "colleague")
    town.set(Position, Position.person_id == town.people["mediator"], to_on=town.today - timedelta(days=1))
    town.set(Person, Person.id == town.people["colleague"], left_on=town.today)
    town.dispute(by="supervisor")
    assert has_news(town.office)
    assert post_events(town.office) == 0
    ended = {row.person_id: row.ended_at is not None for row in town.rows(WebHook)}
    assert ended == {town.people["mediator"]: False, town.people["colleague"]: True}


def test_a_far_end_that_fails_is_tried_again_under_the_same_name(open_town: Town, far_end: FarEnd) -> None:
    town = open_town
    hook(town, far_end)
    far_end.answers = [500, 302]
    town.dispute()
    post_events(town.office)
    assert deliver_events(town.office).later == 1
    town.clock.pass_time(minutes=3)
    assert deliver_events(town.office).later == 1, "a redirect is not followed"
    town.clock.pass_time(minutes=10)
    assert deliver_events(town.office).sent == 1
    assert len({headers["concord-delivery"] for headers, _ in far_end.received}) == 1
    assert [row.reason for row in town.rows(Delivery)] == ["the receiver answered 500", "the receiver answered 302", ""]


def test_after_many_attempts_it_is_parked_and_its_keeper_is_told(open_town: Town, far_end: FarEnd) -> None:
    town = open_town
    hook(town, far_end)
    far_end.answers = [503] * (ATTEMPTS + 1)
    town.dispute()
    post_events(town.office)
    for _ in range(ATTEMPTS):
        deliver_events(town.office)
        town.clock.pass_time(days=1)
    assert town.one(Message, Message.kind == "hook").status == "parked"
    town.drain()
    assert "hook_parked" in town.inbox("mediator")
    assert "message_parked" not in town.inbox("administrator")
    (told,) = town.rows(Message, Message.notice == "hook_parked", Message.channel == "inbox")
    assert "127.0.0.1" in told.subject
    assert "a=1" not in told.body, "an address may hold a secret"


def test_gone_ends_the_web_hook(open_town: Town, far_end: FarEnd) -> None:
    town = open_town
    hook_id, _ = hook(town, far_end)
    far_end.answers = [410]
    town.dispute()
    town.dispute()
    post_events(town.office)
    deliver_events(town.office)
    assert len(far_end.received) == 1
    assert town.one(WebHook, WebHook.id == hook_id).ended_at is not None
    town.dispute()
    assert post_events(town.office) == 0


def test_one_that_is_down_does_not_hold_up_the_others(open_town: Town, far_end: FarEnd) -> None:
    town = open_town
    make(town.office, town.people["mediator"], "http://127.0.0.1:9/", ["*"])  # nobody listens
    hook(town, far_end, "colleague")
    for _ in range(3):
        town.dispute()
    post_events(town.office)
    done = deliver_events(town.office)
    assert (done.sent, done.later) == (3, 3)


def test_a_silent_far_end_is_given_up_in_time(open_town: Town, far_end: FarEnd) -> None:
    import socket

    town = open_town
    with socket.create_server(("127.0.0.1", 0)) as silent:
        make(town.office, town.people["mediator"], f"http://127.0.0.1:{silent.getsockname()[1]}/", ["*"])
        town.dispute()
        post_events(town.office)
        channel = HookChannel(town.office.store, town.office.settings, patience=0.2)
        assert drain_channel(town.office.store, town.office.settings, town.office.now(), channel, 10).later == 1
    assert "no answer" in town.one(Delivery).reason


def test_a_crash_between_sending_and_noting_repeats_under_the_same_key(open_town: Town, far_end: FarEnd) -> None:
    town = open_town
    hook(town, far_end)
    town.dispute()
    post_events(town.office)

    class Dying(HookChannel):
        def deliver(self, letters: Any) -> Any:
            for answer in super().deliver(letters):
                raise KeyboardInterrupt(answer)  # the process ends here
            yield ""

    store, settings = town.office.store, town.office.settings
    with pytest.raises(KeyboardInterrupt):
        drain_channel(store, settings, town.office.now(), Dying(store, settings), 10)
    assert town.one(Message, Message.kind == "hook").status == "sending"
    town.clock.pass_time(minutes=11)
    assert rescue(store, town.office.now()) == 1
    assert deliver_events(town.office).sent == 1
    assert len(far_end.received) == 2, "at least once"
    assert len({headers["concord-delivery"] for headers, _ in far_end.received}) == 1, "and recognised by its key"


def test_posting_again_after_a_crash_before_the_mark_doubles_nothing(open_town: Town, far_end: FarEnd) -> None:
    town = open_town
    hook_id, _ = hook(town, far_end)
    before = town.one(WebHook).seen_event
    town.dispute()
    assert post_events(town.office) == 1
    town.set(WebHook, WebHook.id == hook_id, seen_event=before)
    assert post_events(town.office) == 0
    assert town.count(Message, Message.kind == "hook") == 1


def test_an_event_that_becomes_visible_late_is_found(open_town: Town, far_end: FarEnd) -> None:
    """On PostgreSQL a lower id may be committed after a higher one was looked at."""
    town = open_town
    hook_id, _ = hook(town, far_end)
    town.clock.pass_time(minutes=1)
    town.dispute()
    town.set(WebHook, WebHook.id == hook_id, seen_event=10_000)  # the mark has passed it
    assert post_events(town.office) == 1
    town.set(Message, Message.kind == "hook", key="hook:forgotten")
    town.clock.pass_time(seconds=LOOK_BACK.total_seconds() + 1)
    assert post_events(town.office) == 0, "only so far back"


def test_the_sweep_is_silent_while_nothing_happens(open_town: Town, far_end: FarEnd) -> None:
    town = open_town
    assert run_sweep(town.office, "hooks") == {}
    hook(town, far_end)
    town.dispute()
    assert run_sweep(town.office, "hooks")["sent"] == 1
    assert run_sweep(town.office, "hooks") == {}
    assert town.count(Run, Run.flow == "sweep-hooks") == 1


def test_a_backlog_goes_out_in_rounds(open_town: Town, far_end: FarEnd, monkeypatch: pytest.MonkeyPatch) -> None:
    town = open_town
    hook(town, far_end)
    for _ in range(5):
        town.dispute()
    monkeypatch.setattr(hooks, "EVENTS", 2)
    assert [post_events(town.office) for _ in range(4)] == [2, 2, 1, 0]


def test_a_step_asks_nothing_about_web_hooks(open_town: Town, far_end: FarEnd) -> None:
    town = open_town
    hook(town, far_end)
    with town.statements() as statements:
        town.dispute()
    assert not [statement for statement in statements if "web_hook" in statement]


def test_keeping_them(open_town: Town, far_end: FarEnd) -> None:
    town, me = open_town, open_town.people["mediator"]
    hook_id, secret = hook(town, far_end)
    assert secret not in str(town.rows(OfficeEvent))
    key = file_test(town.office, me, hook_id)
    deliver_events(town.office)
    assert (far_end.received[0][0]["concord-delivery"], far_end.bodies[0]["step"]) == (key, "test")
    stranger = town.people["stranger"]
    assert not end(town.office, stranger, hook_id)
    assert file_test(town.office, stranger, hook_id) is None
    assert end(town.office, me, hook_id)
    assert file_test(town.office, me, hook_id) is None
    with pytest.raises(Refusal, match="unknown_step"):
        hook(town, far_end, "mediator", "no_such_step")
    for _ in range(hooks.MOST):
        hook(town, far_end)
    with pytest.raises(Refusal, match="too_many_hooks"):
        hook(town, far_end)


INSIDE = (
    "https://127.0.0.1/", "https://localhost/", "https://app.localhost/", "https://10.0.0.8/", "https://192.168.1.1:8443/x",
    "https://172.16.3.4/", "https://169.254.169.254/latest/meta-data", "https://100.64.0.1/", "https://0.0.0.0/", "https://[::1]/",
    "https://[fe80::1]/", "https://[fd00::1]/", "https://[::ffff:10.0.0.1]/", "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/", "https://2130706433/", "https://0x7f.1/", "https://127.1/", "https://224.0.0.1/",
    "http://example.org/", "http://127.0.0.1/", "ftp://example.org/", "https://me:secret@example.org/", "https://example.org/#x",
    "https://", "https://example.org:0/", "https://example.org:99999/", "//example.org/", "javascript:alert(1)",
)  # fmt: skip


@pytest.mark.parametrize("url", INSIDE)
def test_no_way_into_the_house(town: Town, url: str) -> None:
    with pytest.raises(Refusal, match="url:address"):
        make(town.office, town.people["mediator"], url, ["*"])


@pytest.mark.parametrize("url", ["https://example.org/a?b=c", "https://93.184.216.34:8443/", "https://[2606:2800:220:1::1]/"])
def test_ways_out_of_the_house(town: Town, url: str) -> None:
    assert against(url, town.office.settings) == []


def test_a_demo_office_reaches_its_own_machine_and_no_further() -> None:
    demo = Settings(demo=True, database_url="")
    assert against("http://127.0.0.1:9000/", demo) == []
    assert against("http://10.0.0.1/", demo)
    assert against("https://10.0.0.1/", demo)


def test_a_name_that_leads_inside_is_not_followed(town: Town, far_end: FarEnd, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name is looked up when it is used: what it said at registration does not count."""
    town.add(WebHook, person_id=town.people["mediator"], url=far_end.url.replace("http://127.0.0.1", "https://rebinding.example"),
             secret="s", events=["*"], created_at=town.clock.now, seen_event=0)  # fmt: skip

    async def inside(*_rest: Any, **_more: Any) -> list[Any]:
        return [(2, 1, 6, "", ("93.184.216.34", 443)), (2, 1, 6, "", ("127.0.0.1", 443))]

    import asyncio

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", inside)
    town.dispute()
    post_events(town.office)
    assert deliver_events(town.office).later == 1
    assert far_end.received == []
    assert "private network" in town.one(Delivery).reason


def test_the_connection_goes_to_the_address_that_was_judged(
    open_town: Town, far_end: FarEnd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second look-up would ask for a name that is not there; the far end still hears its own name."""
    import asyncio

    async def once(*_rest: Any, **_more: Any) -> list[Any]:
        return [(2, 1, 6, "", ("127.0.0.1", 80))]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", once)
    town = open_town
    make(town.office, town.people["mediator"], far_end.url.replace("127.0.0.1", "hooks.invalid"), ["*"])
    town.dispute()
    post_events(town.office)
    assert deliver_events(town.office).sent == 1
    assert far_end.received[0][0]["host"].startswith("hooks.invalid:")


def test_an_address_is_judged_for_its_scheme_too() -> None:
    inner = Settings(hooks_private=True, database_url="")
    judge(target_of("https://10.0.0.1/"), "10.0.0.1", inner)
    with pytest.raises(NotReachable, match="https"):
        judge(target_of("http://10.0.0.1/"), "10.0.0.1", inner)
