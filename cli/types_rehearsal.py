"""The dry run of `concord types migrate` on a terminal: counted by state, then what stands against it, then case by case."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import nullcontext
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.desk import DESK, OK, PARTLY

if TYPE_CHECKING:
    from flows.version_moves import Order
    from flows.version_rehearsal import Rehearsed, Summary
    from states.casetype import CaseType

CLOCKS = {"stops": ("终止", "stops"), "moves": ("改期", "moves"), "starts": ("起算", "starts")}


def rehearse(scope: Any, old: CaseType, new: CaseType, order: Order, out: Path | None, limit: int) -> int:
    """Judge every open case and print what would become of it."""
    from flows.version_rehearsal import rehearsed
    from states.version_plan import Target

    target = Target(old, new, order.rules, order.strict)
    with DESK.office.store.read() as connection:
        return _told(rehearsed(connection, DESK.office, scope, target, order.states), out, limit)


def rehearse_back(order: Order, out: Path | None, limit: int) -> int:
    """The same for taking a batch back."""
    from flows.migrating import wanted_of
    from flows.version_rehearsal import rehearsed_back

    with DESK.office.store.read() as connection:
        return _told(rehearsed_back(connection, wanted_of(order.answers), order.reverses or 0), out, limit)


def _told(cases: Iterable[Rehearsed], out: Path | None, limit: int) -> int:
    from flows.version_rehearsal import Summary

    summary = Summary()
    shown: list[Rehearsed] = []
    with out.open("w", encoding="utf-8") if out else nullcontext() as file:
        for one in cases:
            summary.add(one.plan)
            if len(shown) < limit:
                shown.append(one)
            if file is not None:
                file.write(json.dumps(one.as_json, ensure_ascii=False, default=str) + "\n")
    DESK.answer({**summary.as_json, "shown": [one.as_json for one in shown]}, lambda: _print(summary, shown))
    return PARTLY if summary.refused else OK


def _print(summary: Summary, shown: list[Rehearsed]) -> None:
    from states.version_plan import ODDITIES

    DESK.say(
        f"预演:{summary.cases} 件,其中 {summary.refused} 件不能转;没有写入任何内容",
        f"Dry run: {summary.cases} cases, {summary.refused} would be refused; nothing was written",
    )
    DESK.table(
        ("状态", "States"),
        (("现为", "State"), ("转为", "Becomes"), ("件数", "Cases"), ("不能转", "Refused"), ("记录不合", "Odd history"),
         ("无期限", "Undated")),
        [(before, after or "—", of["cases"], of["refused"], of["odd"], of["undated"])
         for (before, after), of in sorted(summary.states.items())],
    )  # fmt: skip
    DESK.table(
        ("期限", "Deadlines"),
        (("期限", "Deadline"), ("变化", "Change"), ("个数", "Clocks")),
        [
            (rule, DESK.label(*CLOCKS[what]), n)
            for (what, rule), n in sorted(summary.clocks.items(), key=lambda one: one[0][::-1])
        ],
    )
    for reason, n in summary.reasons.most_common(20):
        DESK.out.print(f"  ✗ {n} × {reason.said(DESK.lang)}", markup=False)
    for (step, why), n in summary.odd.most_common(20):
        DESK.out.print(f"  · {n} × {step}: {ODDITIES[why].said(DESK.lang)}", markup=False)
    if shown:
        DESK.table(
            ("逐件", "Case by case"),
            (("案号", "Number"), ("现为", "State"), ("转为", "Becomes"), ("期限与原因", "Deadlines and reasons")),
            [(one.number, one.plan.before, one.plan.after or "—", "; ".join(_line(one))) for one in shown],
        )


def _line(one: Rehearsed) -> Iterable[str]:
    plan = one.plan
    if plan.reasons:
        return [reason.said(DESK.lang) for reason in plan.reasons]
    return chain(
        (f"{clock.rule} {DESK.label(*CLOCKS['stops'])}" for clock in plan.stops),
        (f"{move.clock.rule} {move.clock.due_on} → {move.due_on}" for move in plan.moves if move.moves),
        (f"{start.rule.name} {DESK.label(*CLOCKS['starts'])} {start.due_on}" for start in plan.starts),
    )
