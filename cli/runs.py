"""`concord runs`: the journal of what ran, and retrying what failed."""

from __future__ import annotations

import typer

from cli.desk import DESK, NOT_FOUND, PARTLY, Stop, rows_as_json, when

app = typer.Typer(help="运行记录 · runs", no_args_is_help=True)


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
    return ", ".join(f"{name} {count}" for name, count in counts.items() if count and not isinstance(count, dict))


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
