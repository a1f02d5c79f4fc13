"""Running a batch with a progress bar, and its result case by case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.progress import Progress

from cli.desk import DESK


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
