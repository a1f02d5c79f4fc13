"""Counting what goes to the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event


@contextmanager
def statements_to(engine: Engine) -> Iterator[list[str]]:
    """The statements that go there in the meantime. One that goes in pages (`models.session.ROWS`) is one."""
    seen: list[str] = []
    last: Any = None

    def note(_connection: Any, _cursor: Any, statement: str, _values: Any, context: Any, _many: bool) -> None:
        nonlocal last
        if context is None or context is not last:
            seen.append(statement)
        last = context

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
