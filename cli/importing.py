"""`concord import`: contracts and ledgers from spreadsheets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from cli.desk import DESK, NOT_FOUND, PARTLY, Stop, day_option

app = typer.Typer(help="导入 · from spreadsheets", no_args_is_help=True)


@app.command("contracts")
def contracts(
    file: Path = typer.Argument(help="xlsx, xls, ods or csv"),
    profile: str = typer.Option("ledger", help="f7 | ledger | my.toml"),
    unit: str = typer.Option(..., help="登记单位代码 unit that keeps these contracts"),
    preview: bool = typer.Option(False, "--preview", help="只看不写 show what would happen"),
    as_of: str = typer.Option("", help="视为此日 as of this day"),
) -> int:
    """导入合同台账 · contracts; bad rows go with their reasons into a spreadsheet beside the file."""
    from flows.importing import import_contracts, preview_contracts

    unit_id, actor_id = _where(unit)
    if preview:
        _print_preview(preview_contracts(file, profile))
        return 0
    with _progress() as progress:
        report = import_contracts(
            DESK.office, file, profile, unit_id=unit_id, actor_id=actor_id, as_of=day_option(as_of), progress=progress
        )
    return _report(report)


@app.command("ledger")
def ledger(
    file: Path = typer.Argument(help="台账工作簿 workbook made from `import template`"),
    unit: str = typer.Option("", help="上级单位代码 unit under which the office's units hang; empty: none"),
) -> int:
    """导入台账 · organisations, people, contracts, open disputes."""
    from flows.importing import import_ledger

    unit_id, actor_id = _where(unit) if unit else (None, None)
    with _progress() as progress:
        report = import_ledger(DESK.office, file, unit_id=unit_id, actor_id=actor_id, progress=progress)
    return _report(report)


@app.command("template")
def template(file: Path = typer.Argument(Path("台账模板.xlsx"))) -> None:
    """空白台账模板 · write the empty workbook."""
    from flows.importing import write_template

    write_template(file)
    DESK.answer({"file": str(file)}, lambda: DESK.say(f"已写入 {file}", f"written to {file}"))


def _where(unit: str) -> tuple[int, int | None]:
    from models.queries import unit_by_code

    with DESK.office.store.read() as connection:
        found = unit_by_code(connection, unit)
        actor = DESK.actor(connection).id if DESK.actor_code else None
    if found is None:
        raise Stop(NOT_FOUND, f"没有单位“{unit}”", f"there is no unit “{unit}”")
    return found.id, actor


def _progress() -> Any:
    from contextlib import contextmanager

    from rich.progress import Progress

    @contextmanager
    def shown() -> Any:
        with Progress(console=DESK.err, transient=True, disable=DESK.as_json) as bar:
            task = bar.add_task(DESK.label("导入", "importing"), total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)

    return shown()


def _report(report: Any) -> int:
    DESK.answer(report.counts(), lambda: DESK.lines(report.said(DESK.lang)))
    return PARTLY if report.refused_file else 0


def _print_preview(preview: Any) -> None:
    DESK.answer({"lines": preview.said(DESK.lang)}, lambda: DESK.lines(preview.said(DESK.lang)))
