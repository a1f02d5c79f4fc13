"""Health, readiness, figures: what watchers of the machine hear, who hears it, and that it names nobody."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.exc import SQLAlchemyError

from config.settings import Settings
from flows.metrics import CONTENT_TYPE
from flows.office import Office
from flows.readiness import Readiness
from flows.status_server import may_read_metrics
from flows.steps import Desk, apply_request
from models.figures import deadlines_missed, figures, open_cases
from models.outbox import Message
from models.processes import Process
from models.requests import Run, StepRequest
from models.session import Store, open_sealed
from tests.factories import Town
from tests.web.conftest import Web
from web.app import create_app

HERE = {"client": ("127.0.0.1", 5000), "base_url": "http://127.0.0.1:8000"}


def figures_of(web: Web) -> dict[str, float]:
    """What a scrape from loopback hears: "name{label=value}" → number."""
    with TestClient(web.app, **HERE) as client:  # type: ignore[arg-type]
        answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == CONTENT_TYPE
    found = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


def test_it_lives_and_it_is_ready(web: Web) -> None:
    for path, said in (("/health", "ok\n"), ("/ready", "ready\n")):
        answer = web.anybody().get(path)
        assert (answer.status_code, answer.text) == (200, said)
        assert answer.headers["cache-control"] == "no-store"


def test_a_closing_office_takes_nothing_more(web: Web) -> None:
    web.app.state.closing = True
    assert web.anybody().get("/ready").status_code == 503
    assert web.anybody().get("/health").status_code == 200


def test_an_office_without_its_database_lives_and_is_not_ready(web: Web, town: Town) -> None:
    away = replace(town.office, store=open_sealed("postgresql+psycopg://nobody@127.0.0.1:1/none"))
    app = create_app(town.office, Desk(town.office))
    app.state.readiness = Readiness(away)
    app.state.metrics.office = away
    with TestClient(app, **HERE) as client:  # type: ignore[arg-type]
        assert client.get("/health").status_code == 200
        assert client.get("/ready").status_code == 503
        assert "concord_store_up 0.0" in client.get("/metrics").text


def test_a_store_of_another_shape_is_not_ready(web: Web, town: Town) -> None:
    with town.office.store.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    assert web.anybody().get("/ready").status_code == 503


def test_a_database_that_hangs_is_asked_once() -> None:
    import threading

    asked, go_on = [], threading.Event()

    class Hanging(Store):
        def read(self) -> Any:
            asked.append(1)
            go_on.wait(60)
            raise SQLAlchemyError

    readiness = Readiness(Office(Hanging(None), Settings()))  # type: ignore[arg-type]
    found: list[bool] = []
    askers = [threading.Thread(target=lambda: found.append(readiness())) for _ in range(5)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert found == [False] * 5
    assert asked == [1]
    go_on.set()
    assert not readiness()


@pytest.mark.parametrize(
    ("client", "headers", "token", "may"),
    [
        ("127.0.0.1", {"host": "127.0.0.1:8000"}, "", True),
        ("::1", {"host": "[::1]:8000"}, "", True),
        ("127.0.0.1", {"host": "localhost"}, "t", True),
        ("10.0.0.7", {"host": "127.0.0.1:8000"}, "", False),
        # a proxy on this machine passes somebody on
        ("127.0.0.1", {"host": "office.example.org"}, "", False),
        ("127.0.0.1", {"host": "127.0.0.1:8000", "x-forwarded-for": "203.0.113.9"}, "", False),
        ("10.0.0.7", {"host": "web:8000", "authorization": "Bearer t"}, "t", True),
        ("10.0.0.7", {"host": "web:8000", "authorization": "Bearer u"}, "t", False),
        ("10.0.0.7", {"host": "web:8000", "authorization": "Bearer "}, "", False),
    ],
)
def test_figures_are_for_this_machine_and_the_token(client: str, headers: dict[str, str], token: str, may: bool) -> None:
    assert may_read_metrics(token, client, headers) is may


def test_the_figures_are_those_of_the_store(web: Web, town: Town) -> None:
    town.dispute(applicant="欧阳雪", phone="13812345678").accepted()
    case = town.dispute()
    failing = case.file("apply", received_on=town.iso())
    town.set(StepRequest, StepRequest.id == failing, status="failed", settled_at=town.office.now())
    now = town.office.now()
    town.add(Message, key="k", kind="notice", notice="digest", status="waiting", next_try_at=now - timedelta(minutes=7),
             created_at=now, attempt=0, facts={}, channel="", error="", subject="", body="")  # fmt: skip
    town.add(Process, name="p", host="h", pid=1, roles="web worker", version="1", started_at=now, beat_at=now,
             condition={"breaker": "open", "memory": 5})  # fmt: skip
    run = {"key": "x", "filed_at": now, "started_at": now - timedelta(minutes=5), "asked": {}, "counts": {}}
    town.add(Run, flow="sweep-deadlines", state="done", ended_at=now - timedelta(minutes=4), **run)
    town.add(Run, flow="sweep-audit", state="done", ended_at=now - timedelta(hours=30), **(run | {"counts": {"broken": 2}}))
    town.add(Run, flow="import", state="waiting", **run)
    found = figures_of(web)
    expected = {
        "concord_store_up": 1, "concord_requests_failed": 1, "concord_requests_waiting": 0, "concord_outbox_parked": 0,
        "concord_outbox_oldest_due_seconds": 420, "concord_runs_waiting": 1, "concord_open_cases{type=dispute}": 2,
        "concord_processes{role=web}": 1, "concord_processes{role=scheduler}": 0, "concord_breakers{state=open}": 1,
        "concord_sweep_since_end_seconds{sweep=deadlines}": 240, "concord_sweep_overdue{sweep=deadlines}": 0,
        "concord_sweep_overdue{sweep=audit}": 1, "concord_audit_broken": 2, "concord_deadlines_missed": 0,
        "concord_runs_last_hour{flow=sweep-deadlines,state=done}": 1,
        "concord_run_seconds_last_hour{flow=sweep-deadlines,state=done}": 60,
    }  # fmt: skip
    assert {name: found.get(name) for name in expected} == expected
    assert found["concord_outbox_waiting"] >= 1
    assert found["concord_process_memory_bytes"] > 10_000_000


def test_labels_are_patterns_and_never_what_was_asked_for(web: Web, town: Town) -> None:
    case = town.dispute(applicant="欧阳雪")
    web.as_("mediator").get(f"/cases/{case.number}")
    web.as_("mediator").post("/search", text="欧阳雪")
    web.anybody().get("/欧阳雪/13812345678")
    web.program("mediator").get("/cases/" + case.number)
    apply_request(town.office, case.file("apply", received_on=town.iso()))
    with TestClient(web.app, **HERE) as client:  # type: ignore[arg-type]
        text = client.get("/metrics").text
    assert 'concord_http_request_seconds_count{method="GET",route="/cases/{number}",status="200"}' in text
    assert 'route="/api/v1/cases/{number}",status="200"' in text
    assert 'route="other",status="404"' in text
    assert 'concord_steps_total{outcome="applied"}' in text
    assert not re.search(r"欧阳|138123|D2026", text)


def test_a_scrape_asks_little_and_by_index(town: Town) -> None:
    from datetime import date

    town.dispute()
    with town.office.store.read() as connection, town.statements() as asked:
        figures(connection, town.office.now(), ["deadlines", "seal"], timedelta(seconds=7))
        open_cases(connection)
        deadlines_missed(connection, date(2026, 1, 1))
        seen = list(asked)
    assert len(seen) <= 16
    if not town.office.store.is_sqlite:
        return
    with town.office.store.engine.connect() as connection:
        for statement in seen:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", (1,) * statement.count("?")).all()
            scans = [row[3] for row in plan if row[3].startswith("SCAN") and "USING" not in row[3] and "process" not in row[3]]
            assert [scan for scan in scans if "anon" not in scan and "SUBQUERY" not in scan] == [], statement


def test_figures_are_asked_for_once_in_a_while(web: Web, town: Town) -> None:
    figures_of(web)
    with town.statements() as asked:
        figures_of(web)
    assert [one for one in asked if "message" in one] == []
