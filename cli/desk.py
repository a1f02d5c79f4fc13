"""What every command needs: the office, the person at the keyboard, the language, and the form of the answer.

`--json`, `--lang` and `--as` may stand anywhere on the line; `main` takes them out before the commands see it. Heavy things
are imported when a command needs them: the command line starts in a fraction of a second.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TextIO

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from flows.office import Office
    from models.base import AnyRow
    from models.scope import Scope

#: exit codes, documented in docs/cli.md
OK, FAULT, USAGE, REFUSED, NOT_FOUND, PARTLY, CANCELLED = 0, 1, 2, 3, 4, 5, 130


#: columns whose words are never broken over two lines
_WHOLE = frozenset({"Number", "Id", "Due", "Last day", "Days", "Code"})


def _console(stream: TextIO) -> Console:
    """A console; where nobody can say how wide it is (a pipe, a log), 120 columns."""
    return Console(file=stream, highlight=False, soft_wrap=True, width=None if stream.isatty() else 120)


class Stop(Exception):
    """Leave with an exit code, after saying something in both forms."""

    def __init__(self, code: int, zh: str, en: str) -> None:
        super().__init__(zh)
        self.exit_code, self.zh, self.en = code, zh, en


@dataclass
class Desk:
    """The state of one command line."""

    lang: str = field(default_factory=lambda: os.environ.get("CONCORD_LANGUAGE", "zh"))
    as_json: bool = False
    actor_code: str = field(default_factory=lambda: os.environ.get("CONCORD_AS", ""))
    out: Console = field(default_factory=lambda: _console(sys.stdout))
    err: Console = field(default_factory=lambda: _console(sys.stderr))

    def say(self, zh: str, en: str) -> None:
        """A sentence for a person; silent when the answer is JSON."""
        if not self.as_json:
            self.out.print(zh if self.lang == "zh" else en, markup=False)

    def answer(self, value: Any, render: Callable[[], None]) -> None:
        """The answer of a command: JSON on request, else what `render` prints."""
        if self.as_json:
            sys.stdout.write(json.dumps(value, ensure_ascii=False, default=_plain, indent=1) + "\n")
        else:
            render()

    def table(self, title: tuple[str, str], columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[Any]]) -> None:
        """A table with headings in the person's language; an empty one says so."""
        at = 0 if self.lang == "zh" else 1
        if not rows:
            self.out.print(title[at] + (":无" if at == 0 else ": none"), markup=False)
            return
        made = Table(title=title[at], title_justify="left", header_style="bold", row_styles=("", "dim"))
        for column in columns:
            made.add_column(column[at], overflow="fold", no_wrap=column[1] in _WHOLE)
        for row in rows:
            made.add_row(*("" if cell is None else str(cell) for cell in row))
        self.out.print(made)

    def lines(self, lines: Sequence[str]) -> None:
        """Plain lines, one below the other."""
        for line in lines:
            self.out.print(line, markup=False)

    @property
    def language(self) -> Literal["zh", "en"]:
        """The language of this command line."""
        return "en" if self.lang == "en" else "zh"

    def label(self, zh: str, en: str) -> str:
        """The one of two words that fits the language."""
        return zh if self.lang == "zh" else en

    @cached_property
    def office(self) -> Office:
        """The office of this machine, its store brought to the newest shape."""
        from config.settings import load_settings
        from flows.office import open_office
        from models.migrating import migrate

        office = open_office(load_settings())
        migrate(office.store)
        return office

    def actor(self, connection: Connection) -> AnyRow:
        """The person for whom the command acts. Stops with the remedy when nobody is named."""
        from models.queries import person_by_code

        if not self.actor_code:
            raise Stop(
                USAGE,
                "请用 --as 人员代码(或环境变量 CONCORD_AS)说明由谁办理",
                "say for whom you act: --as PERSON-CODE, or the environment variable CONCORD_AS",
            )
        person = person_by_code(connection, self.actor_code)
        if person is None or person.left_on is not None:
            raise Stop(
                NOT_FOUND,
                f"没有在任人员“{self.actor_code}”;用 concord office people 查看",
                f"there is nobody “{self.actor_code}” in office; see `concord office people`",
            )
        return person

    def scope(self, connection: Connection) -> Scope:
        """What may be shown: everything to the operator of the machine, his part to a named person."""
        from models.scope import EVERYTHING, scope_of

        if not self.actor_code:
            return EVERYTHING
        return scope_of(connection, self.actor(connection).id, self.office.today())


DESK = Desk()


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)


def rows_as_json(rows: Sequence[AnyRow]) -> list[dict[str, Any]]:
    """Rows of a query as JSON objects."""
    return [dict(row._mapping) for row in rows]


def day_option(text: str | None) -> date | None:
    """A date from the command line. Stops with the rule when it is none."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        en = f"“{text}” is not a date; write it like 2026-09-16"
        raise Stop(USAGE, f"日期“{text}”无法识别,请按 2026-09-16 填写", en) from None


def when(at: datetime | None) -> str:
    """An instant as the office's clock shows it."""
    from config.clock import office_zone

    return "" if at is None else at.astimezone(office_zone()).strftime("%Y-%m-%d %H:%M")


def yuan(fen: int | None) -> str:
    """An amount as people read it."""
    return "" if fen is None else f"{fen / 100:,.2f}"
