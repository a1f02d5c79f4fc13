"""What concerns the whole office (texts of papers, calendars, the record): an administrator at the top of a tree does it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Connection

from flows.accounts.authority import must_administer
from states.errors import NotPermitted, refuse
from states.labels import Label


def at_the_top(paths: Iterable[str]) -> bool:
    """Whether one of the paths is of an organisation without one above it ("/1/")."""
    return any(path.count("/") == 2 for path in paths)


def must_head_the_office(connection: Connection, by: int | None, day: date) -> None:
    """Raise `NotPermitted` for whoever administers only a part. The operator (None) may."""
    scope = must_administer(connection, by, day)
    if not scope.is_everything and not at_the_top(scope.paths):
        raise refuse(
            NotPermitted,
            "not_at_the_top",
            Label("此事关系整个办公室,须由最上级单位的系统管理员办理", "this concerns the whole office"),
            Label("请联系最上级单位的系统管理员", "ask an administrator of the topmost unit"),
        )
