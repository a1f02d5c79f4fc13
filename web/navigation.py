"""The menu: which pages there are for whom. A page that is not for somebody is not in his menu, and not found by him."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from states.labels import Label
from states.roles import BARGAINERS, Role

if TYPE_CHECKING:
    from web.access import Visitor

STAFF = frozenset(Role) - {Role.PARTY, Role.CLOCK}


class Entry(NamedTuple):
    """One entry of the menu; `here` when the person is on it or below it."""

    path: str
    label: Label
    here: bool


_ALL: tuple[tuple[str, Label, frozenset[Role]], ...] = (
    ("/day", Label("今日", "My day"), STAFF),
    ("/cases", Label("案件", "Cases"), STAFF),
    ("/contracts", Label("合同", "Contracts"), BARGAINERS | {Role.ADMINISTRATOR}),
    ("/calendar", Label("日历", "Calendar"), STAFF),
    ("/supervision", Label("督办", "Supervision"), frozenset({Role.SUPERVISOR})),
    ("/administration", Label("管理", "Administration"), frozenset({Role.ADMINISTRATOR})),
    ("/mine", Label("我的案件", "My cases"), frozenset({Role.PARTY})),
)


def entries_for(visitor: Visitor, path: str) -> list[Entry]:
    """The menu of that person on that page. Somebody without a position is a party: he has his own cases."""
    roles = visitor.roles or frozenset({Role.PARTY})
    return [Entry(to, label, path == to or path.startswith(f"{to}/")) for to, label, by in _ALL if by & roles]


def first_page(visitor: Visitor) -> str:
    """Where that person begins."""
    if visitor.roles == {Role.ADMINISTRATOR}:
        return "/administration"
    return "/day" if visitor.roles & STAFF else "/mine"
