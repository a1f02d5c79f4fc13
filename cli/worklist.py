"""`concord worklist`: what is overdue and what is due, most urgent first, with the one command that does it."""

from __future__ import annotations

from typing import Any

import typer

from cli.desk import DESK, rows_as_json


def worklist(
    ahead: int = typer.Option(7, help="向前看几天 days ahead", min=0, max=400),
    limit: int = typer.Option(50, min=1, max=1000),
) -> None:
    """今日待办 · what is due today, this week, and overdue."""
    from models.queries import worklist as due

    today = DESK.office.today()
    with DESK.office.store.read() as connection:
        rows = due(connection, DESK.scope(connection), today, ahead=ahead, limit=limit)
    DESK.answer(rows_as_json(rows), lambda: _print(rows, today))


def _print(rows: Any, today: Any) -> None:
    DESK.table(
        (f"待办 {today}", f"Worklist {today}"),
        (("期限", "Due"), ("还剩", "Days"), ("编号", "Number"), ("事项", "What"), ("承办", "Who"), ("期限号", "Id")),
        [_line(row, today) for row in rows],
    )
    if rows:
        DESK.say(
            "办理:concord case steps 案号;合同:concord contracts show 编号;为什么是这一天:concord date why 编号 期限号",
            "next: `concord case steps NUMBER`; contracts: `concord contracts show NUMBER`; "
            "why that day: `concord date why NUMBER ID`",
        )


def _line(row: Any, today: Any) -> tuple[Any, ...]:
    from states.registry import rule_of

    days = (row.due_on - today).days
    left = DESK.label(f"超期{-days}天", f"{-days} overdue") if days < 0 else str(days)
    label = rule_of(row).label.said(DESK.lang)
    what = f"{label} {row.subject}" if row.case_id else f"{label}:{row.employer_name}"
    return (row.due_on, left, row.number, what, row.owner or row.unit, row.id)
