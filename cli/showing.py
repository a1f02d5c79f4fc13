"""A case on a terminal: the next date and the people first, the history last."""

from __future__ import annotations

from typing import Any

from cli.desk import DESK, when, yuan


def print_case(whole: dict[str, Any], row: Any) -> None:
    """Print everything `case show` knows."""
    from states.registry import case_type

    kind = case_type(row.type, row.type_version)
    _head(kind, whole, row)
    DESK.table(
        ("期限", "Deadlines"),
        (("编号", "Id"), ("期限", "Deadline"), ("最后一日", "Last day"), ("状态", "Standing"), ("", "")),
        [_deadline(kind, d) for d in whole["deadlines"]],
    )
    _papers(whole["papers"])
    DESK.table(
        ("办案记录", "History"),
        (("序", "No"), ("步骤", "Step"), ("办理", "By"), ("时间", "When"), ("状态", "State")),
        [_event(kind, e) for e in whole["events"]],
    )


def _head(kind: Any, whole: dict[str, Any], row: Any) -> None:
    """Where the case stands, whose it is, what was promised."""
    state = kind.stage(row.state).label.said(DESK.lang)
    DESK.out.print(f"{row.number}  {kind.label.said(DESK.lang)}  [{state}]", style="bold", markup=False)
    DESK.say(
        f"单位 {row.unit} · 承办 {row.owner or '未指定'} · 登记 {row.opened_on} · 第 {row.version} 版",
        f"unit {row.unit} · held by {row.owner or 'nobody'} · opened {row.opened_on} · version {row.version}",
    )
    parties = DESK.label("、", ", ").join(f"{_role(p['role'])} {p['name']}" for p in whole["parties"][:12])
    DESK.out.print(parties, markup=False)
    if whole["instalments"]:
        DESK.table(
            ("履行", "Performance"),
            (("期", "No"), ("应付", "Owed"), ("已付", "Paid"), ("期限", "Due")),
            [(i["no"], yuan(i["amount"]), yuan(i["paid"]), i["due_on"]) for i in whole["instalments"]],
        )


def _papers(papers: list[dict[str, Any]]) -> None:
    if not papers:
        return
    from documents.catalogue import PAPERS

    void = DESK.label("作废", "void")
    DESK.table(
        ("文书", "Papers"),
        (("编号", "Id"), ("文书", "Paper"), ("文号", "Serial"), ("", "")),
        [(p["id"], PAPERS[p["paper"]].label.said(DESK.lang), p["serial"], void if p["void"] else "") for p in papers],
    )


def _role(role: str) -> str:
    words = {
        "applicant": ("申请人", "applicant"), "respondent": ("被申请人", "respondent"),
        "joint_handler": ("联合办理", "joint handler"),
    }  # fmt: skip
    return DESK.label(*words.get(role, (role, role)))


def _deadline(kind: Any, deadline: dict[str, Any]) -> tuple[Any, ...]:
    from models.deadlines import DeadlineStatus
    from states.registry import rule_named

    label = rule_named(kind, deadline["rule"]).label.said(DESK.lang)
    status = DeadlineStatus(deadline["status"]).label.said(DESK.lang)
    note = [] if deadline["hard"] else [DESK.label("约定或内部", "agreed or policy")]
    if deadline["provisional"]:
        note.append(DESK.label("暂定", "provisional"))
    return (deadline["id"], f"{label} {deadline['subject']}", deadline["due_on"], status, " ".join(note))


def _event(kind: Any, event: dict[str, Any]) -> tuple[Any, ...]:
    from flows.migrating import OPERATOR
    from states.names import moved_label, state_label, step_label

    moved = event["detail"].get("migrated")
    label = (moved_label(moved["from"], moved["to"]) if moved else step_label(kind, event["step"])).said(DESK.lang)
    operator = DESK.label("系统维护", "the operator")
    who = event["actor"] or (operator if event["role"] == OPERATOR else DESK.label("时钟", "the clock"))
    state = state_label(kind, event["to_state"]).said(DESK.lang)
    return (event["seq"], label, f"{who}({event['unit']})", when(event["at"]), state)
