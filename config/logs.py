"""The log of a process: one form for every line, with the ids of what was being done, and nothing that names a person.

    set_up("json", "info", role="web")           # once, when the process starts
    with bound(request=345): …                   # every line within says so, whoever writes it

Lines of our own say what we wrote into them: kinds of faults, numbers, ids. Lines of libraries are not believed: their
arguments may quote what somebody typed, so only the fixed part of their text is kept. Of an exception the type and the place
are kept, never its text. A traceback goes nowhere.

The standard library is enough for that, and costs a command that logs nothing no time to load.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from traceback import extract_tb
from types import TracebackType
from typing import Any, Final, Literal, TextIO

import orjson

_ROOT: Final = Path(__file__).resolve().parent.parent
#: what a line may carry beside its text, in this order
FIELDS: Final = (
    "role", "process", "run", "request", "case", "flow", "step", "method", "route", "status", "seconds", "attempt", "counts",
    "fault", "where",
)  # fmt: skip
#: said once when the process starts (a record has a `process` of its own: its number)
ALWAYS: Final = ("role", "process")
OURS: Final = "concord"
#: where the fixed part of a foreign sentence ends, if its writer put the values straight into it
_VALUES: Final = re.compile(r"[:'\"`\n(<\[{=@]|[^\x00-\x7f]|\d{5,}")
_MOST: Final = 160

_ids: ContextVar[Mapping[str, Any] | None] = ContextVar("ids", default=None)


@contextmanager
def bound(**ids: Any) -> Iterator[None]:
    """Within the block (and what it calls in this thread or task) every line carries those ids."""
    token = _ids.set({**(_ids.get() or {}), **ids})
    try:
        yield
    finally:
        _ids.reset(token)


def set_up(form: Literal["text", "json"], level: str = "warning", to: TextIO | None = None, **always: str) -> None:
    """Send all lines of this process to standard error in that form; `always` stands in each of them (role, process)."""
    handler = logging.StreamHandler(to or sys.stderr)
    handler.setFormatter(Lines(form, always))
    root = logging.getLogger()
    for old in [old for old in root.handlers if isinstance(old.formatter, Lines)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)  # what libraries tell of their day is not for the log
    logging.getLogger(OURS).setLevel(level.upper())
    logging.captureWarnings(True)


def log_what_nobody_caught() -> None:
    """A fault that ends a thread or the process is a line like all others, and no traceback on the terminal."""
    threading.excepthook = _thread_died
    sys.excepthook = _process_died


def take_over(name: str) -> None:
    """Loggers of that library, which brought handlers of its own, write like all others."""
    for known in [found for found in logging.root.manager.loggerDict if found == name or found.startswith(f"{name}.")]:
        logger = logging.getLogger(known)
        for handler in list(logger.handlers):
            logger.removeHandler(handler)
        logger.propagate = True


class Lines(logging.Formatter):
    """Makes a line of a record: JSON, or the same for eyes."""

    def __init__(self, form: Literal["text", "json"], always: Mapping[str, str]) -> None:
        super().__init__()
        self.form, self.always = form, always

    def format(self, record: logging.LogRecord) -> str:
        """The line. A record that cannot be written is one that says so."""
        found = {**self.always, **(_ids.get() or {})}
        found |= {name: getattr(record, name) for name in FIELDS if name not in ALWAYS and hasattr(record, name)}
        if record.exc_info and record.exc_info[0] is not None:
            found |= {"fault": record.exc_info[0].__name__, "where": place_of(record.exc_info[2])}
        first = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(), "logger": record.name, "event": _said(record),
        }  # fmt: skip
        told = {name: found[name] for name in FIELDS if name in found}
        if self.form == "json":
            return orjson.dumps({**first, **told}, default=str).decode()
        return " ".join([*first.values(), *(f"{name}={value}" for name, value in told.items())])


def _said(record: logging.LogRecord) -> str:
    if record.name != OURS and not record.name.startswith(f"{OURS}."):
        return _fixed_part(record)
    try:
        return record.getMessage()
    except (TypeError, ValueError):
        return _fixed_part(record)


def _fixed_part(record: logging.LogRecord) -> str:
    """The sentence of a library without its values: with arguments its pattern, else what stands before the first value."""
    text = str(record.msg)
    if not record.args:
        text = _VALUES.split(text, maxsplit=1)[0]
    return f"{text.strip()[:_MOST]} ({record.module}:{record.lineno})"


def place_of(trace: TracebackType | None) -> str:
    """Where in our own code a fault happened: "flows/notes.py:31 write_note"; never what it happened with."""
    frames = [frame for frame in extract_tb(trace, limit=-80) if frame.filename.startswith(str(_ROOT))]
    ours = [frame for frame in frames if "site-packages" not in frame.filename]
    if not ours:
        return "?"
    return f"{Path(ours[-1].filename).relative_to(_ROOT)}:{ours[-1].lineno} {ours[-1].name}"


def _thread_died(died: threading.ExceptHookArgs) -> None:
    if died.exc_type is not SystemExit:
        _log_fault("a thread ended by a fault", died.exc_type, died.exc_traceback)


def _process_died(kind: type[BaseException], _fault: BaseException, trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        _log_fault("the process ended by a fault", kind, trace)


def _log_fault(said: str, kind: type[BaseException], trace: TracebackType | None) -> None:
    logging.getLogger(OURS).error(said, extra={"fault": kind.__name__, "where": place_of(trace)})
