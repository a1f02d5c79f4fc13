"""Single operations a step or a paper is made of, so that our own ones can be set beside them.

A part is a maker that prepares and returns the operation; one `Part` line lets another one in.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from statistics import median
from typing import Any

from benchmarks import ours_parts
from benchmarks.work import FIRST_STATE, STATES, WAYS, decide

Operation = Callable[[], object]
ROUNDS = 5
NOTICE = """{% if urgent %}【急】{% endif %}{{ party }}：
您与{{ employer }}的{{ kind }}一案（{{ number }}）已由{{ office }}受理，请于{{ day }}前到{{ place }}参加调解。
{% for item in items %}  {{ loop.index }}. {{ item.name }}：{{ "%.2f"|format(item.fen / 100) }} 元
{% endfor %}Your case {{ number }} was accepted on {{ day }}; the mediator is {{ mediator }}.
{{ office }}  {{ day }}"""
FACTS: dict[str, Any] = {
    "urgent": True,
    "party": "张三",
    "employer": "某某机械有限公司",
    "kind": "劳动报酬争议",
    "number": "2026-000123",
    "office": "街道劳动争议调解委员会",
    "day": "2026-11-30",
    "place": "二楼调解室",
    "mediator": "李四",
    "items": [{"name": name, "fen": fen} for name, fen in (("工资", 1_250_000), ("加班费", 320_050), ("补偿", 990_000))],
}
FROM = date(2026, 9, 21)


def guard_table() -> Operation:
    """One look-up in the step table with its guard."""
    return lambda: decide("agree", "mediating", 100)


class Probe:
    """The smallest model transitions accepts."""

    state = FIRST_STATE

    def claim_has_amount(self) -> bool:
        """The guard."""
        return True


def _machine(model: Probe | None) -> Any:
    """A Machine of the work's size."""
    from transitions import Machine

    table = [{"trigger": w.name, "source": w.source, "dest": w.target} for w in WAYS.values()]
    return Machine(model=model, states=STATES, transitions=table, initial=FIRST_STATE, auto_transitions=False)


def transitions_trigger() -> Operation:
    """A trigger on a shared Machine; the self-loop, so the state stays."""
    machine, probe = _machine(None), Probe()
    probe.state = "mediating"
    return lambda: machine.events["meet"].trigger(probe)


def transitions_build() -> Operation:
    """A Machine of its own for one case."""
    return lambda: _machine(Probe())


def transitions_join() -> Operation:
    """Adding a model to a shared Machine and taking it out again."""
    machine = _machine(None)

    def join() -> None:
        probe = Probe()
        machine.add_model(probe)
        machine.remove_model(probe)

    return join


def _environment() -> Any:
    """Jinja2 as a careful program sets it."""
    from jinja2 import Environment, StrictUndefined

    return Environment(undefined=StrictUndefined, autoescape=True, cache_size=0)


def notice_compiled() -> Operation:
    """A notice from a template compiled once."""
    template = _environment().from_string(NOTICE)
    return lambda: template.render(FACTS)


def notice_each_time() -> Operation:
    """The same notice, its template compiled at every call."""
    environment = _environment()
    return lambda: environment.from_string(NOTICE).render(FACTS)


def paper_docx() -> Operation:
    """The same text as an official paper by docxtpl."""
    from docx import Document
    from docxtpl import DocxTemplate

    blank = io.BytesIO()
    document = Document()
    for line in NOTICE.replace("{% for item in items %}", "").replace("{% endfor %}", "").splitlines():
        if "item" not in line:
            document.add_paragraph(line)
    document.save(blank)

    def render() -> None:
        paper = DocxTemplate(io.BytesIO(blank.getvalue()))
        paper.render(FACTS, autoescape=True)
        paper.save(io.BytesIO())

    return render


def fifteen_days_chinesecalendar() -> Operation:
    """The 15th working day by chinesecalendar, day by day."""
    from datetime import timedelta

    from chinese_calendar import is_workday

    def count() -> date:
        day, left = date(2025, 9, 22), 15
        while left:
            day += timedelta(days=1)
            left -= is_workday(day)
        return day

    return count


def fifteen_days_holidays() -> Operation:
    """The 15th working day by holidays."""
    from holidays import country_holidays

    calendar = country_holidays("CN", years=(2026, 2027))
    return lambda: calendar.get_nth_working_day(FROM, 15)


def sheet_calamine() -> Operation:
    """Reading 20,000 rows of an .xlsx by calamine."""
    from python_calamine import CalamineWorkbook
    from xlsxwriter import Workbook

    sheet = io.BytesIO()
    with Workbook(sheet, {"in_memory": True}) as book:
        page = book.add_worksheet()
        for n in range(20_000):
            page.write_row(n, 0, (f"企业{n}", f"9133{n:08d}", "集体合同", n % 500, "2026-01-01", "2028-12-31"))
    return lambda: CalamineWorkbook.from_filelike(io.BytesIO(sheet.getvalue())).get_sheet_by_index(0).to_python()


@dataclass(frozen=True)
class Part:
    """One operation to be timed `loops` times a round."""

    name: str
    make: Callable[[], Operation]
    loops: int
    needs: str | None = None


PARTS = (
    Part("concord: decide, one deadline counted", ours_parts.decided, 2_000),
    Part("concord: +15 working days", ours_parts.fifteen_days, 20_000),
    Part("concord: +15 working days, with its explanation", ours_parts.fifteen_days_explained, 5_000),
    Part("concord: hash of an event", ours_parts.event_hashed, 10_000),
    Part("concord: notice", ours_parts.notice, 2_000),
    Part("concord: paper as a Word file", ours_parts.paper_docx, 5),
    Part("guard table look-up", guard_table, 50_000),
    Part("transitions trigger, shared Machine", transitions_trigger, 5_000, "transitions"),
    Part("transitions Machine build", transitions_build, 200, "transitions"),
    Part("transitions add and remove model", transitions_join, 500, "transitions"),
    Part("Jinja2 notice, compiled once", notice_compiled, 2_000, "jinja2"),
    Part("Jinja2 notice, compiled each time", notice_each_time, 40, "jinja2"),
    Part("docxtpl paper", paper_docx, 5, "docxtpl"),
    Part("+15 working days, chinesecalendar", fifteen_days_chinesecalendar, 200, "chinese_calendar"),
    Part("+15 working days, holidays", fifteen_days_holidays, 500, "holidays"),
    Part("20,000 rows of xlsx, calamine", sheet_calamine, 1, "python_calamine"),
)


def time_part(part: Part) -> float | None:
    """Microseconds of one call, median of the rounds; None when the package is missing."""
    if part.needs and find_spec(part.needs) is None:
        return None
    operation = part.make()
    operation()
    rounds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for _ in range(part.loops):
            operation()
        rounds.append((time.perf_counter() - start) / part.loops)
    return median(rounds) * 1e6
