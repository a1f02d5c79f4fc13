"""What a check is: a question to the store whose every answer is something that must not be.

A query takes a `Look` (now, and whose units) and selects the columns of `spots(…)`; what a query cannot say, `sift` sorts out
of its rows. Each is bounded by a limit and starts from an index. Nothing a check answers with names a person.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, literal, null, select, true

from config.clock import day_at
from models.base import AnyRow, AnySelect
from models.people import Organisation, below
from states.labels import Label


@dataclass(frozen=True)
class Look:
    """When somebody looks, and at which units: those at `paths` and below them; None: everything."""

    now: datetime
    paths: tuple[str, ...] | None = None
    #: the wall clock, by which processes beat; None: the office's own
    wall: datetime | None = None
    #: one subject alone is asked about
    subject: int | None = None
    #: by night and from the command line: as far as a check reaches; otherwise as far as a page can wait for
    deep: bool = False

    @property
    def today(self) -> date:
        """The office's day."""
        return day_at(self.now)

    @property
    def beats(self) -> datetime:
        """The clock by which processes say that they live."""
        return self.wall or self.now

    def here(self) -> Any:
        """The condition on `Organisation` for units somebody looks at."""
        return true() if self.paths is None else below(self.paths)


@dataclass(frozen=True)
class Spot:
    """One place at which a check found something."""

    #: what `repair` is told: the id of the case, clock, message, request, run …
    subject: int
    #: what a person can look up: a case's or contract's number, a serial; "" if there is none
    number: str = ""
    case_id: int | None = None
    contract_id: int | None = None
    #: the unit it belongs to ("/1/2/"); "" if it belongs to the whole office
    unit_path: str = ""
    #: a rule, a notice, a paper, a flow, a kind of fault: a word of the program, never a person's
    detail: str = ""
    #: since when, where that is known
    at: Any = None
    #: where it is looked at, and mended by hand
    path: str = ""


#: the columns every query selects, in this order
COLUMNS = ("subject", "number", "case_id", "contract_id", "unit_path", "detail", "at")

Sift = Callable[[Connection, Sequence[AnyRow]], Sequence[AnyRow]]


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that must be true of the store."""

    code: str
    says: Label
    remedy: Label
    query: Callable[[Look], AnySelect]
    #: what the button says; None: a person mends it, as the remedy says
    repair: Label | None = None
    #: concerns the office as a whole: seen and repaired at the top only
    whole: bool = False
    #: the page on which it is looked at; "{number}" and "{subject}" are the spot's
    place: str = "/cases/{number}"
    #: sorts out what a query cannot say
    sift: Sift | None = None

    def spot(self, row: AnyRow) -> Spot:
        """A row of the query as others see it."""
        values = dict(zip(COLUMNS, row, strict=False))
        number = str(values["number"] or "")
        kind = "/contracts/{number}" if values["contract_id"] and self.place == "/cases/{number}" else self.place
        path = kind.format(number=number, subject=values["subject"]) if number or "{number}" not in kind else ""
        return Spot(int(values["subject"]), number, values["case_id"], values["contract_id"], values["unit_path"] or "",
                    str(values["detail"] or ""), values["at"], path)  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """A check that found something: how often (counted up to `MOST`), and the first places."""

    check: Check
    count: int
    rows: tuple[Spot, ...]

    @property
    def first(self) -> tuple[str, ...]:
        """The places in short, for a line of text."""
        return tuple(row.number or f"#{row.subject}" for row in self.rows)


#: what is counted at most of one check
MOST = 1000


def spots(subject: Any, *, number: Any = None, case_id: Any = None, contract_id: Any = None, unit: bool = True,
          detail: Any = None, at: Any = None) -> AnySelect:  # fmt: skip
    """The beginning of a check's query: the columns, in their order; `unit`: `Organisation` is joined to it."""
    said = {
        "subject": subject, "number": literal("") if number is None else number, "case_id": case_id,
        "contract_id": contract_id, "unit_path": Organisation.path if unit else literal(""),
        "detail": literal("") if detail is None else detail, "at": at,
    }  # fmt: skip
    return select(*((null() if column is None else column).label(name) for name, column in said.items()))
