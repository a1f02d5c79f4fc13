"""`concord reminders`: what went out, what should have gone out and did not, what is parked."""

from __future__ import annotations

from typing import Any

import typer

from cli.desk import DESK, NOT_FOUND, PARTLY, Stop, day_option, rows_as_json

app = typer.Typer(help="提醒与通知 · reminders and notices", no_args_is_help=True)


def _rule(row: Any) -> str:
    """The name of a clock's rule, of a case or of the register."""
    from states.register import REGISTER_RULES
    from states.registry import case_type, rule_named

    rule = rule_named(case_type(row.type, row.type_version), row.rule) if row.type else REGISTER_RULES[row.rule]
    return str(rule.label.said(DESK.lang))


def _stage(stage: str) -> str:
    """When a reminder was due, in words."""
    if stage == "opens":
        return DESK.label("窗口开启", "window opens")
    if stage.startswith("over"):
        return DESK.label("逾期", "overdue") + stage.removeprefix("over")
    days = stage.removeprefix("d")
    return DESK.label("当日" if days == "0" else f"提前{days}天", "last day" if days == "0" else f"{days} days before")


@app.command("list")
def list_reminders(since: str = typer.Option("", help="自 2026-01-01"), limit: int = typer.Option(50, min=1, max=1000)) -> None:
    """已发提醒 · reminders that went out, newest first."""
    from models.watching import reminders

    with DESK.office.store.read() as connection:
        rows = reminders(connection, DESK.scope(connection), since=day_option(since), limit=limit)
    DESK.answer(
        rows_as_json(rows),
        lambda: DESK.table(
            ("提醒", "Reminders"),
            (("发出", "Sent"), ("应发", "Planned"), ("编号", "Number"), ("期限", "Deadline"), ("最后一日", "Last day"),
             ("阶段", "Stage"), ("收件人", "To")),
            [(r.sent_on, r.planned_on, r.number, _rule(r), r.due_on, _stage(r.stage), r.person) for r in rows],
        ),
    )  # fmt: skip


@app.command("missed")
def missed(limit: int = typer.Option(100, min=1, max=1000)) -> int:
    """应发未发 · clocks no sweep has looked at in time, and notices that were parked. Both lists should be empty."""
    from models.watching import messages_stuck, reminders_missed

    with DESK.office.store.read() as connection:
        late = reminders_missed(connection, DESK.office.today(), limit)
        parked = messages_stuck(connection, limit)

    def render() -> None:
        DESK.table(
            ("应查未查的期限(请运行 concord sweep)", "Clocks nobody looked at (run `concord sweep`)"),
            (("编号", "Number"), ("期限", "Deadline"), ("最后一日", "Last day"), ("应查", "Was due")),
            [(r.number, _rule(r), r.due_on, r.next_on) for r in late],
        )
        DESK.table(
            ("搁置的通知(查明后 reminders resend)", "Parked notices (mend the cause, then `reminders resend`)"),
            (("编号", "Id"), ("通知", "Notice"), ("渠道", "Channel"), ("次数", "Tries"), ("原因", "Reason")),
            [(r.id, r.notice, r.channel, r.attempt, r.error) for r in parked],
        )

    DESK.answer({"late": rows_as_json(late), "parked": rows_as_json(parked)}, render)
    return PARTLY if late or parked else 0


@app.command("resend")
def resend(message: int = typer.Argument(help="通知编号 id from `reminders missed`")) -> None:
    """重发一条通知 · put a parked notice back into the outbox."""
    from notifications.outbox import resend as again

    if not again(DESK.office.store, message, DESK.office.now()):
        raise Stop(NOT_FOUND, f"没有搁置的通知 {message}", f"there is no parked notice {message}")
    DESK.answer({"message": message}, lambda: DESK.say("已放回待发箱", "back in the outbox"))


@app.command("inbox")
def inbox(limit: int = typer.Option(20, min=1, max=200)) -> None:
    """我的收件箱 · the notices of the person named by --as."""
    from notifications.inbox import unread

    with DESK.office.store.read() as connection:
        actor = DESK.actor(connection)
        rows = unread(connection, actor.id, limit)
    shown = [f"【{row.subject}】\n{row.body}" for row in rows] or [DESK.label("没有未读通知", "nothing unread")]
    DESK.answer(rows_as_json(rows), lambda: DESK.lines(shown))
