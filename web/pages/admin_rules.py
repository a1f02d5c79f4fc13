"""Rule packs and calendars as they are loaded, and the dates that would move under the calendars of today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from config.periods import Mark, Period, Threshold, Unit
from config.rules import load_pack, pack_keys
from config.workdays import work_calendar
from flows.accounts.authority import unit_of
from flows.office_journal import Deed, record
from flows.recounting import apply_calendars, provisional_dates
from states.labels import Label
from states.registry import all_types
from web.access import TheOffice
from web.errors import NotFound
from web.pages.administration import ForHeadquarters
from web.posted import Posted, text_of
from web.rendering import go, page

router = APIRouter(prefix="/administration/rules")
MARKS = {
    Mark.V: Label("已核对条文", "Read in the article"), Mark.V2: Label("据转引", "From a secondary source"),
    Mark.MEM: Label("未核对", "Not verified"), Mark.POLICY: Label("本单位规定", "Office policy"),
}  # fmt: skip
UNITS = {
    Unit.ND: Label("日", "days"), Unit.WD: Label("工作日", "working days"), Unit.M: Label("个月", "months"),
    Unit.Y: Label("年", "years"), Unit.NONE: Label("未定期限", "no number"),
}  # fmt: skip
DIRECTIONS = {"after": Label("之后", "after"), "before": Label("之前", "before"), "window": Label("窗口", "window before")}
SHOWN = 300


@dataclass(frozen=True)
class Year:
    """A year of a calendar: published, or counted with the statutory holidays only."""

    year: int
    provisional: bool
    rest: int
    make_up: int


@router.get("")
def rules(request: Request, visitor: ForHeadquarters, pack: str = "cn") -> Response:
    """The packs, one of them with its periods and numbers, and the calendars of the years around."""
    if pack not in pack_keys():
        raise NotFound
    found = load_pack(pack)
    periods: list[Period] = [row for rows in found.rows.values() for row in rows if row.pack == pack]
    inherited = sum(1 for rows in found.rows.values() if all(row.pack != pack for row in rows))
    numbers: list[Threshold] = [one for one in found.thresholds.values() if one.pack == pack]
    years = [_year(found.calendar, visitor.today.year + ahead) for ahead in (-1, 0, 1, 2)]
    return page(
        request, visitor, "administration/rules.html", pack=found, packs=[load_pack(key) for key in pack_keys()],
        periods=periods, inherited=inherited, numbers=numbers, years=years, marks=MARKS, units=UNITS, directions=DIRECTIONS,
    )  # fmt: skip


def _year(country: str, year: int) -> Year:
    calendar = work_calendar("US" if country == "US" else "CN")
    first, last = date(year, 1, 1), date(year, 12, 31)
    weekdays = [day for day in calendar.rest_days(first, last) if day.weekday() < 5]
    return Year(year, calendar.is_provisional(year), len(weekdays), len(calendar.make_up_days(first, last)))


@router.get("/dates")
def dates(request: Request, office: TheOffice, visitor: ForHeadquarters) -> Response:
    """Every date that would move, and those that would only become certain; nothing is changed."""
    found = provisional_dates(office)
    moving = [one for one in found if one.moves]
    labels = {rule.name: rule.label for kind in all_types() for rule in kind.deadlines}
    told: dict[str, Any] = {"moving": moving[:SHOWN], "more": max(0, len(moving) - SHOWN), "certain": len(found) - len(moving)}
    return page(request, visitor, "administration/dates.html", **told, found=len(found), labels=labels)


@router.post("/dates")
def move(office: TheOffice, visitor: ForHeadquarters, form: Posted) -> Response:
    """Move the dates that were shown; if there are others by now, look again first."""
    if text_of(form, "found") != str(len(provisional_dates(office))):
        return go("/administration/rules/dates", Label("期限已有变化,请再看一遍", "the dates changed meanwhile; look again"))
    found = apply_calendars(office)
    moved = sum(one.moves for one in found)
    with office.store.write() as connection:
        unit_id = unit_of(connection, visitor.person_id, office.today())
        record(connection, office.now(), Deed.DATES_MOVED, actor_id=visitor.person_id, unit_id=unit_id, settled=len(found),
               moved=moved)  # fmt: skip
    said = Label(f"已重算 {len(found)} 个期限,其中 {moved} 个改期", f"{len(found)} dates settled, {moved} of them moved")
    return go("/administration/rules/dates", said)
