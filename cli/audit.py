"""`concord audit`: whether the record is what it was."""

from __future__ import annotations

import typer

from cli.desk import DESK, FAULT

app = typer.Typer(help="核验办案记录 · the audit of the record", no_args_is_help=True)


@app.command("verify")
def verify() -> int:
    """逐条核验 · read every event and find what was changed, removed, added or swapped."""
    from models.audit import verify as read

    with DESK.office.store.read() as connection:
        result = read(connection)
    value = {
        "events": result.events, "cases": result.cases, "seals": result.seals, "head": result.head,
        "broken": [{"where": b.where, "what": b.what} for b in result.broken],
    }  # fmt: skip

    def render() -> None:
        DESK.say(
            f"核验 {result.cases} 件案件、{result.events} 条记录、{result.seals} 个封印",
            f"{result.cases} cases, {result.events} events, {result.seals} seals read",
        )
        for broken in result.broken:
            DESK.out.print(f"✗ {broken.where}: {broken.what}", markup=False)
        if not result.broken:
            DESK.say(f"完好。总摘要 {result.head}", f"Intact. Head {result.head}")

    DESK.answer(value, render)
    return FAULT if result.broken else 0
