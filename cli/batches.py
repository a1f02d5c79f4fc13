"""`concord case batch`: the same step for many cases, with a progress bar and a result case by case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import typer
from rich.progress import Progress

from cli.desk import DESK, PARTLY, USAGE, Stop

WORDS = typer.Argument(None, help="答案 answers: name=value …")


def batch(
    name: str = typer.Argument(help="步骤 step"),
    case_type: str = typer.Option("bargaining", "--type"),
    state: str = typer.Option(..., help="选取处于此状态的案件 cases in this state"),
    unit: str = typer.Option("", help="单位代码 only below this unit"),
    limit: int = typer.Option(1000, min=1, max=100_000),
    key: str = typer.Option("", help="批次号 the same key is the same batch"),
    words: list[str] = WORDS,
) -> int:
    """成批办理 · the same step for many cases, with a result per case."""
    from cli.answers import parse
    from models.queries import case_ids, unit_by_code
    from states.registry import case_type as type_of

    declared = type_of(case_type).step(name)
    if declared is None:
        raise Stop(USAGE, f"没有步骤“{name}”", f"there is no step “{name}”")
    answers = parse(declared.asks, words or [])
    with DESK.office.store.read() as connection:
        actor = DESK.actor(connection)
        where = unit_by_code(connection, unit) if unit else None
        path = where.path if where else ""
        chosen = case_ids(connection, DESK.scope(connection), case_type, state, path, limit)
    result = run_batch(name, actor.id, chosen, answers, key)
    return 0 if not (result.refused or result.failed) else PARTLY


def run_batch(step: str, actor_id: int | None, case_ids: Sequence[int], answers: Mapping[str, Any], key: str) -> Any:
    """Do the step for those cases; prints N chosen = N done + N refused with the reasons of each."""
    from flows.requests import Wish
    from flows.steps import Desk as Counter

    wishes = [Wish(step=step, case_id=case_id, actor_id=actor_id, answers=answers) for case_id in case_ids]
    with Progress(console=DESK.err, transient=True, disable=DESK.as_json) as bar:
        task = bar.add_task(DESK.label("办理中", "working"), total=len(wishes))
        result = Counter(DESK.office).batch(
            step, actor_id, wishes, key, lambda done, total: bar.update(task, completed=done, total=total)
        )
    report(result)
    return result


def report(result: Any) -> None:
    """What was chosen, done and refused."""
    from flows.results import refusals_of

    refused = refusals_of(DESK.office, result.batch_id)
    value = {
        "batch": result.batch_id, "chosen": result.chosen, "done": result.applied, "refused": result.refused,
        "failed": result.failed,
        "results": [{"number": number, "reasons": said} for number, said in refused],
    }  # fmt: skip

    def render() -> None:
        DESK.say(
            f"共 {result.chosen} 件:办理 {result.applied},未予办理 {result.refused},出错 {result.failed}",
            f"{result.chosen} chosen: {result.applied} done, {result.refused} refused, {result.failed} failed",
        )
        at = 0 if DESK.lang == "zh" else 1
        for number, said in refused[:50]:
            DESK.out.print(f"  {number}: {'; '.join(one[at] for one in said)}", markup=False)

    DESK.answer(value, render)
