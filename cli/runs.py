"""`concord runs`: the journal of what ran, one run, and retrying what failed."""

from __future__ import annotations

from typing import Any

import typer

from cli.desk import DESK, NOT_FOUND, PARTLY, Stop, rows_as_json, when

app = typer.Typer(help="运行记录 · runs", no_args_is_help=True)
#: the operator of the machine looks at all units
EVERYWHERE = ("/",)


@app.command("list")
def list_runs(
    flow: str = typer.Option("", help="advance-case | sweep-deadlines | import-contracts …; empty: sweeps and imports"),
    state: str = typer.Option("", help="running | done | failed | lost; for steps: waiting | applied | refused | failed"),
    limit: int = typer.Option(30, min=1, max=1000),
) -> None:
    """运行记录 · runs, newest first, and whether Prefect observed them."""
    from models.watching import runs, step_runs

    with DESK.office.store.read() as connection:
        rows = (
            step_runs(connection, status=state, limit=limit)
            if flow == "advance-case"
            else runs(connection, flow=flow, state=state, limit=limit)
        )
    yes = DESK.label("已观测", "observed")
    if flow == "advance-case":
        lines = [(r.id, r.number, r.step, r.status, when(r.created_at), yes if r.observed else "", r.error) for r in rows]
    else:
        lines = [(r.id, r.flow, _done(r.counts), r.state, when(r.started_at), yes if r.observed else "", r.error) for r in rows]
    columns = (("编号", "Id"), ("流程/案号", "Flow/case"), ("内容", "What"), ("状态", "State"), ("时间", "When"),
               ("Prefect", "Prefect"), ("错误", "Error"))  # fmt: skip
    DESK.answer(rows_as_json(rows), lambda: DESK.table(("运行", "Runs"), columns, lines))


def _done(counts: dict[str, object]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items() if count and not isinstance(count, dict | list))


@app.command("show")
def show(
    run: int = typer.Argument(help="编号 id of a step (its request), as `runs list --flow advance-case` names it"),
    work: bool = typer.Option(False, "--work", help="编号属于巡查、成批或导入 · the id is that of a sweep, a batch, an import"),
) -> None:
    """一次运行 · one run: what was attempted, what the case says now, what is missing."""
    from models import running

    with DESK.office.store.read() as connection:
        if work:
            row = running.work(connection, running.Watching(0, EVERYWHERE, True), run)
        else:
            row = running.step(connection, EVERYWHERE, run)
        if row is None:
            raise Stop(NOT_FOUND, f"没有运行 {run}", f"there is no run {run}")
        told = _work(row) if work else _step(connection, row)
    DESK.answer(told, lambda: DESK.table(("运行", "Run"), (("", ""), ("", "")), list(told.items())))


def _work(row: Any) -> dict[str, Any]:
    names = ("id", "flow", "state", "person_code", "filed_at", "started_at", "ended_at", "attempt", "holder", "lease_until",
             "observed", "flow_run_id", "error", "asked", "counts")  # fmt: skip
    return {name: _text(row._mapping[name]) for name in names}


def _step(connection: Any, row: Any) -> dict[str, Any]:
    from flows.missing import missing_of

    names = ("id", "step", "status", "actor_code", "created_at", "settled_at", "attempt", "observed", "flow_run_id", "error")
    told = {name: _text(row._mapping[name]) for name in names}
    case = {"case": row.number, "case_state": row.state, "case_version": row.version, "event": row.seq}
    missing = [f"{one.kind} {one.name}" for one in missing_of(connection, [row.id])] if row.seq else []
    return {**told, "answers": len(row.answers), **case, "missing": missing}


def _text(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


@app.command("retry")
def retry(request: int = typer.Argument(0, help="请求编号 id of a failed step; 0: all failed steps")) -> int:
    """重试 · apply failed requests again; what was applied in the meantime stays as it is."""
    from flows.retrying import retry_failed

    result = retry_failed(DESK.office, request or None)
    if request and not result.chosen:
        raise Stop(NOT_FOUND, f"没有失败的请求 {request}", f"there is no failed request {request}")
    DESK.answer(
        {"chosen": result.chosen, "applied": result.applied, "left": result.left},
        lambda: DESK.say(
            f"重试 {result.chosen} 件,办理 {result.applied} 件", f"{result.chosen} retried, {result.applied} applied"
        ),
    )
    return PARTLY if result.left else 0
