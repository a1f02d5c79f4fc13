"""`concord export`: the register and the cases as spreadsheets. Text stays text: no cell can become a formula."""

from __future__ import annotations

from pathlib import Path

import typer

from cli.desk import DESK

app = typer.Typer(help="导出 · into spreadsheets", no_args_is_help=True)
LIMIT = 100_000


@app.command("contracts")
def contracts(file: Path = typer.Argument(Path("合同台账.xlsx"))) -> None:
    """合同台账 · the register of contracts."""
    from flows.exporting import write_rows
    from models.register import contracts as query

    with DESK.office.store.read() as connection:
        rows = query(connection, DESK.scope(connection), limit=LIMIT)
    names = ("number", "employer_name", "union_name", "kind", "scope", "signed_on", "starts_on", "expires_on", "standing",
             "workers", "women", "unit")  # fmt: skip
    _done(write_rows(file, names, rows), file)


@app.command("cases")
def cases(file: Path = typer.Argument(Path("案件.xlsx")), case_type: str = typer.Option("", "--type")) -> None:
    """案件 · cases."""
    from flows.exporting import write_rows
    from models.queries import cases as query

    with DESK.office.store.read() as connection:
        rows = query(connection, DESK.scope(connection), case_type=case_type, limit=LIMIT)
    names = ("number", "type", "state", "outcome", "opened_on", "due_on", "owner", "unit")
    _done(write_rows(file, names, rows), file)


def _done(count: int, file: Path) -> None:
    DESK.answer(
        {"file": str(file), "rows": count}, lambda: DESK.say(f"{count} 行写入 {file}", f"{count} rows written to {file}")
    )
