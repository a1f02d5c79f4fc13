"""`concord date`: why a date is that date, and counting by hand."""

from __future__ import annotations

from typing import Any

import typer

from cli.desk import DESK, NOT_FOUND, USAGE, Stop, day_option

app = typer.Typer(help="期限的计算与说明 · dates and their reasons", no_args_is_help=True)


@app.command("count")
def count_(
    start: str = typer.Option(..., "--from", help="起算事件之日 the day of the event (not counted)"),
    period: str = typer.Option(..., help="15ND | 3WD | 1Y | 3M | 60ND-before | 60ND-window, or a name of the pack"),
    pack: str = typer.Option("cn", help="规则包 rule pack"),
) -> None:
    """计算一个期限 · count a period and say how: concord date count --from 2026-09-16 --period 15ND --pack cn"""
    from config.rules import load_pack, pack_keys
    from config.workdays import work_calendar
    from states.counting import count, explain, parse_period

    if pack not in pack_keys():
        shown = ", ".join(pack_keys())
        raise Stop(USAGE, f"没有规则包“{pack}”,有:{shown}", f"there is no rule pack “{pack}”, only {shown}")
    first = day_option(start)
    assert first is not None
    try:
        parsed = parse_period(period, pack)
    except (ValueError, LookupError) as wrong:
        raise Stop(USAGE, f"期限“{period}”无法识别:{wrong}", f"“{period}” is not a period: {wrong}") from None
    if not parsed.arises:
        raise Stop(USAGE, "该地法规没有规定天数,不产生期限", "the text sets no number: no deadline arises")
    counted = count(first, parsed, work_calendar(load_pack(pack).calendar))
    lines = explain(counted, DESK.language)
    value = {
        "due_on": counted.due_on, "opens_on": counted.opens_on, "provisional": counted.provisional,
        "explanation": lines,
    }  # fmt: skip
    DESK.answer(value, lambda: DESK.lines(lines))


@app.command("why")
def why(
    number: str = typer.Argument(help="案号或合同编号 case or contract number"),
    deadline: str = typer.Argument(help="期限编号或名称 deadline id or rule, see `case show`"),
) -> None:
    """为什么是这一天 · why a deadline of a case falls on its day."""
    from models.queries import deadline_of
    from states.counting import explain

    with DESK.office.store.read() as connection:
        row = deadline_of(connection, DESK.scope(connection), number, deadline)
    if row is None:
        raise Stop(NOT_FOUND, f"{number} 没有期限“{deadline}”", f"{number} has no deadline “{deadline}”")
    stored: Any = row.explanation
    lines = _agreed(stored, row) if stored.get("agreed") else explain(stored, DESK.language)
    DESK.answer(
        {"number": number, "rule": row.rule, "due_on": row.due_on, "explanation": lines, "stored": stored},
        lambda: DESK.lines(lines),
    )


def _agreed(stored: dict[str, Any], row: Any) -> list[str]:
    lines = [
        DESK.label(f"由当事人约定:{row.due_on}(非法定期限)", f"agreed by the parties: {row.due_on} (not a statutory date)")
    ]
    if "moved_from" in stored:
        was, by = stored["moved_from"], stored["by"]
        lines.append(DESK.label(f"原为 {was},经第 {by} 步改期", f"was {was}, moved by event {by}"))
    return lines


@app.command("recount")
def recount(apply: bool = typer.Option(False, "--apply", help="写入 move them; otherwise only say what would move")) -> None:
    """放假安排公布后重算暂定日期 · provisional dates once a calendar is published: a dry run, or moving them."""
    from flows.recounting import apply_calendars, provisional_dates

    found = apply_calendars(DESK.office) if apply else provisional_dates(DESK.office)
    title = ("暂定日期重算(已写入)", "Provisional dates (moved)") if apply else ("暂定日期重算(预演)", "Dry run")
    DESK.answer(
        [{"number": one.number, "rule": one.rule, "was": one.was, "now": one.now} for one in found],
        lambda: DESK.table(
            title,
            (("编号", "Number"), ("期限", "Deadline"), ("原为", "Was"), ("应为", "Now")),
            [(one.number, one.rule, one.was, one.now) for one in found],
        ),
    )
