"""The log of a process: one form for every line, with the ids of what was being done, and nothing that names a person.

    set_up("json", "info")                       # once, when the process starts
    with bound(request=345): …                   # every line within says so, whoever writes it

Lines of our own say what we wrote into them: kinds of faults, numbers, ids. Lines of libraries are not believed: their
arguments may quote what somebody typed, so only the fixed part of their text is kept. Of an exception the type and the place
are kept, never its text. A traceback goes nowhere.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
from collections.abc import MutableMapping
from datetime import UTC, datetime
from pathlib import Path
from traceback import extract_tb
from types import TracebackType
from typing import Any, Final, Literal, TextIO

import orjson
from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.stdlib import ExtraAdder, ProcessorFormatter, add_log_level, add_logger_name

_ROOT: Final = Path(__file__).resolve().parent.parent
#: what a line may carry beside its text
FIELDS: Final = (
    "role", "process", "run", "request", "case", "flow", "step", "method", "route", "status", "seconds", "attempt", "counts",
)  # fmt: skip
_OURS: Final = "concord"
#: where the fixed part of a foreign sentence ends, if its writer put the values straight into it
_VALUES: Final = re.compile(r"[:'\"`\n(<\[{=]|[^\x00-\x7f]|\d{5,}")
_MOST: Final = 160

Line = MutableMapping[str, Any]


def set_up(form: Literal["text", "json"], level: str = "warning", to: TextIO | None = None, **always: str) -> None:
    """Send all lines of this process to standard error in that form; `always` stands in each of them (role, process)."""

    def add_always(_logger: Any, _method: str, line: Line) -> Line:
        for name, value in always.items():
            line.setdefault(name, value)
        return line

    chain = [merge_contextvars, add_log_level, add_logger_name, ExtraAdder(allow=FIELDS), add_always, _when, _without_values]
    last = [ProcessorFormatter.remove_processors_meta, _as_json if form == "json" else _as_text]
    handler = logging.StreamHandler(to or sys.stderr)
    handler.setFormatter(ProcessorFormatter(foreign_pre_chain=chain, processors=last))
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)  # what libraries tell of their day is not for the log
    logging.getLogger(_OURS).setLevel(level.upper())
    logging.captureWarnings(True)
    threading.excepthook = _thread_died
    sys.excepthook = _process_died


def bound(**ids: Any) -> Any:
    """Within the block (and what it calls in this thread or task) every line carries those ids."""
    return bound_contextvars(**ids)


def take_over(name: str) -> None:
    """Loggers of that library, which brought handlers of its own, write like all others."""
    for known in [found for found in logging.root.manager.loggerDict if found == name or found.startswith(f"{name}.")]:
        logger = logging.getLogger(known)
        for handler in list(logger.handlers):
            logger.removeHandler(handler)
        logger.propagate = True


def place_of(trace: TracebackType | None) -> str:
    """Where in our own code a fault happened: "flows/notes.py:31 write_note"; never what it happened with."""
    frames = [frame for frame in extract_tb(trace, limit=-80) if frame.filename.startswith(str(_ROOT))]
    ours = [frame for frame in frames if "site-packages" not in frame.filename]
    if not ours:
        return "?"
    return f"{Path(ours[-1].filename).relative_to(_ROOT)}:{ours[-1].lineno} {ours[-1].name}"


def _when(_logger: Any, _method: str, line: Line) -> Line:
    record: logging.LogRecord = line["_record"]
    line["at"] = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    return line


def _without_values(_logger: Any, _method: str, line: Line) -> Line:
    """Take out of a line what may name somebody."""
    record: logging.LogRecord = line["_record"]
    if record.exc_info and record.exc_info[0] is not None:
        line["fault"], line["where"] = record.exc_info[0].__name__, place_of(record.exc_info[2])
    for name in ("exc_info", "exc_text", "stack_info"):
        line.pop(name, None)
    record.exc_info = record.exc_text = record.stack_info = None
    if record.name != _OURS and not record.name.startswith(f"{_OURS}."):
        line["event"] = _fixed_part(record)
    return line


def _fixed_part(record: logging.LogRecord) -> str:
    """The sentence of a library without its values: with arguments its pattern, else what stands before the first value."""
    text = str(record.msg)
    if not record.args:
        text = _VALUES.split(text, maxsplit=1)[0]
    return f"{text.strip()[:_MOST]} ({record.module}:{record.lineno})"


def _as_json(_logger: Any, _method: str, line: Line) -> str:
    first = {name: line.pop(name, "") for name in ("at", "level", "logger", "event")}
    return orjson.dumps({**first, **line}, default=str).decode()


def _as_text(_logger: Any, _method: str, line: Line) -> str:
    first = "{at} {level} {logger} {event}".format(**{name: line.pop(name, "") for name in ("at", "level", "logger", "event")})
    return " ".join([first, *(f"{name}={value}" for name, value in line.items())])


def _thread_died(died: threading.ExceptHookArgs) -> None:
    if died.exc_type is not SystemExit:
        _log_fault("a thread ended by a fault", died.exc_type, died.exc_traceback)


def _process_died(kind: type[BaseException], _fault: BaseException, trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        _log_fault("the process ended by a fault", kind, trace)


def _log_fault(said: str, kind: type[BaseException], trace: TracebackType | None) -> None:
    logging.getLogger(_OURS).error("%s: %s at %s", said, kind.__name__, place_of(trace))
