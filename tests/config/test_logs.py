"""The log: one form for all, ids of what was being done, and nobody's name, whatever a library or an exception says."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from config.logs import FIELDS, Lines, bound, log_what_nobody_caught, set_up, take_over

SECRET = "欧阳雪 13812345678"


class Log:
    """The lines that were written."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        """All of it."""
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Each as the object it is."""
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[Log]:
    made, root = Log(), logging.getLogger()
    before, level = list(root.handlers), logging.getLogger("concord").level
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    set_up("json", "info", made.stream, role="web", process="here:1")  # type: ignore[arg-type]
    yield made
    logging.captureWarnings(False)
    root.handlers[:] = before
    logging.getLogger("concord").setLevel(level)


def test_a_line_says_when_what_and_in_whose_course(log: Log) -> None:
    with bound(run=7), bound(request=345):
        extra = {"case": "D2026-00001", "seconds": 0.01, "x": SECRET}
        logging.getLogger("concord.work").info("step %s", "applied", extra=extra)
    logging.getLogger("concord.work").debug("not told")
    (line,) = log.lines
    assert line.pop("at").endswith("+00:00")
    assert line == {
        "level": "info", "logger": "concord.work", "event": "step applied", "role": "web", "process": "here:1", "run": 7,
        "request": 345, "case": "D2026-00001", "seconds": 0.01,
    }  # fmt: skip
    assert list(line)[-6:] == [name for name in FIELDS if name in line], "always in one order"


def test_ids_belong_to_their_thread_and_their_block(log: Log) -> None:
    def elsewhere() -> None:
        logging.getLogger("concord.a").warning("elsewhere")

    with bound(run=7):
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
    elsewhere()
    assert [line.get("run") for line in log.lines] == [None, None]


def test_the_same_for_eyes() -> None:
    record = logging.LogRecord("concord.work", logging.WARNING, "x.py", 1, "通知 %s", ("迟了",), None)
    with bound(request=3):
        line = Lines("text", {"role": "worker"}).format(record)
    assert line.endswith("warning concord.work 通知 迟了 role=worker request=3")


def _throw() -> None:
    raise KeyError(SECRET)


def test_of_a_fault_its_kind_and_place_are_told_and_nothing_else(log: Log) -> None:
    for name in ("concord.web", "uvicorn.error", "apscheduler.executors.default"):
        try:
            _throw()
        except KeyError:
            logging.getLogger(name).exception("it failed")
    assert {(line["fault"], line["where"].split(":")[0]) for line in log.lines} == {("KeyError", "tests/config/test_logs.py")}
    assert "Traceback" not in log.text


@pytest.mark.parametrize(
    ("message", "arguments", "left"),
    [
        ('Job "%s" raised an exception', (SECRET,), 'Job "%s" raised an exception'),
        (f"Encountered exception during execution: ValueError('{SECRET}')", (), "Encountered exception during execution"),
        (f"Flow run '{SECRET}' crashed", (), "Flow run"),
        ("Task was never retrieved\nfuture: <Task exception=KeyError('欧阳雪')>", (), "Task was never retrieved"),
        (f"收到 {SECRET}", (), ""),
        ("call 13812345678 now", (), "call"),
        (RuntimeError(SECRET), (), ""),
    ],
)  # fmt: skip
def test_a_library_is_not_believed(log: Log, message: Any, arguments: tuple[Any, ...], left: str) -> None:
    logging.getLogger("prefect.engine").error(message, *arguments)
    (line,) = log.lines
    assert line["event"].rpartition(" (")[0] == left
    assert "欧阳" not in log.text
    assert "138" not in log.text


def test_a_library_with_handlers_of_its_own_is_taken_over(log: Log) -> None:
    own = io.StringIO()
    logger = logging.getLogger("prefect.own")
    logger.addHandler(logging.StreamHandler(own))
    logger.propagate = False
    take_over("prefect")
    logger.error("said %s", SECRET)
    assert own.getvalue() == ""
    assert log.lines[0]["event"].startswith("said %s")


def test_what_nobody_caught_is_a_line_without_its_text(log: Log) -> None:
    log_what_nobody_caught()
    thread = threading.Thread(target=_throw)
    thread.start()
    thread.join()
    try:
        _throw()
    except KeyError as fault:
        sys.excepthook(type(fault), fault, fault.__traceback__)

    async def forgotten() -> None:
        asyncio.get_running_loop().call_exception_handler({"message": "lost", "exception": KeyError(SECRET)})

    asyncio.run(forgotten())
    assert [line.get("fault") for line in log.lines] == ["KeyError"] * 3
    assert SECRET not in log.text


def test_a_line_that_is_written_wrongly_is_still_a_line() -> None:
    record = logging.LogRecord("concord.a", logging.WARNING, "x.py", 1, "%s and %s", (SECRET,), None)
    line = Lines("json", {}).format(record)
    assert json.loads(line)["event"].startswith("%s and %s")
    assert SECRET not in line
