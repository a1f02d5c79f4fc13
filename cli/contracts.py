"""`concord contracts`: the register, what expires, renewals and the invitation campaign."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import typer

from cli.desk import DESK, NOT_FOUND, PARTLY, Stop, day_option, rows_as_json

app = typer.Typer(help="集体合同台账 · the register of contracts", no_args_is_help=True)
COLUMNS = (
    ("编号", "Number"), ("本单位编号", "Own number"), ("用人单位", "Employer"), ("类别", "Kind"), ("到期", "Expires"),
    ("状态", "Standing"),
    ("职工", "Workers"), ("单位", "Unit"),
)  # fmt: skip


def _print(rows: Any, title: tuple[str, str]) -> None:
    from models.contracts import Standing
    from states.bargaining.words import Kind

    DESK.table(
        title,
        COLUMNS,
        [
            (r.number, (r.more or {}).get("number", ""), r.employer_name, Kind(r.kind).label.said(DESK.lang), r.expires_on,
             Standing(r.standing).label.said(DESK.lang), r.workers, r.unit)
            for r in rows
        ],
    )  # fmt: skip


@app.command("list")
def list_contracts(
    kind: str = typer.Option("", help="collective | wage | women"),
    standing: str = typer.Option("", help="in_force | renewed | lapsed …"),
    expires_from: str = typer.Option("", help="到期起 2026-01-01"),
    expires_to: str = typer.Option("", help="到期止 2026-12-31"),
    limit: int = typer.Option(50, min=1, max=1000),
) -> None:
    """台账 · contracts, the next to expire first."""
    from models.register import contracts

    span = {"expires_from": day_option(expires_from), "expires_to": day_option(expires_to)}
    with DESK.office.store.read() as connection:
        rows = contracts(connection, DESK.scope(connection), kind=kind, standing=standing, limit=limit, **span)
    DESK.answer(rows_as_json(rows), lambda: _print(rows, ("合同台账", "Register")))


@app.command("due")
def due(days: int = typer.Option(90, min=0, max=3660), limit: int = typer.Option(100, min=1, max=1000)) -> None:
    """即将到期 · contracts in force that expire within so many days."""
    from models.register import contracts

    today = DESK.office.today()
    with DESK.office.store.read() as connection:
        rows = contracts(
            connection, DESK.scope(connection), standing="in_force", expires_from=today,
            expires_to=today + timedelta(days=days), limit=limit,
        )  # fmt: skip
    DESK.answer(rows_as_json(rows), lambda: _print(rows, (f"{days}天内到期", f"Expiring within {days} days")))


@app.command("show")
def show(number: str = typer.Argument(help="合同编号 contract number")) -> None:
    """一份合同 · one contract, its clocks and its bargaining case."""
    from models.register import contract_whole

    with DESK.office.store.read() as connection:
        whole = contract_whole(connection, DESK.scope(connection), number)
    if whole is None:
        raise Stop(NOT_FOUND, f"没有合同 {number},或您无权查看", f"there is no contract {number}, or you may not see it")
    DESK.answer(whole, lambda: _print_one(whole))


def _print_one(whole: dict[str, Any]) -> None:
    from models.contracts import Standing
    from models.deadlines import DeadlineStatus
    from states.bargaining import BARGAINING
    from states.bargaining.words import Kind, Scope
    from states.names import state_label
    from states.register import REGISTER_RULES

    def said(value: Any) -> str:
        return str(value.label.said(DESK.lang))

    shown = (
        ("编号", "number", whole["number"]), ("本单位编号", "own number", whole["more"].get("number", "")),
        ("用人单位", "employer", whole["employer_name"]), ("种类", "kind", said(Kind(whole["kind"]))),
        ("范围", "scope", said(Scope(whole["scope"]))), ("状态", "standing", said(Standing(whole["standing"]))),
        ("签订", "signed on", whole["signed_on"]), ("起", "from", whole["starts_on"]), ("止", "to", whole["expires_on"]),
        ("职工", "workers", whole["workers"]),
    )  # fmt: skip
    DESK.lines([f"{DESK.label(zh, en)}: {'' if value is None else value}" for zh, en, value in shown])
    DESK.table(
        ("期限", "Deadlines"),
        (("期限号", "Id"), ("期限", "Deadline"), ("起", "Opens"), ("最后一日", "Last day"), ("状态", "Standing")),
        [
            (d["id"], said(REGISTER_RULES[d["rule"]]), d["opens_on"], d["due_on"], said(DeadlineStatus(d["status"])))
            for d in whole["deadlines"]
        ],
    )
    DESK.table(
        ("协商案件", "Bargaining cases"), (("案号", "Number"), ("状态", "State")),
        [(c["number"], state_label(BARGAINING, c["state"]).said(DESK.lang)) for c in whole["cases"]],
    )  # fmt: skip


@app.command("remind")
def remind(
    number: str = typer.Argument(help="合同编号 contract number"),
    out: str = typer.Option("", help="文件 where to write it; empty: the current folder"),
) -> None:
    """续签提醒函 · issue the paper that reminds the employer of the renewal, and write it into a file."""
    from pathlib import Path

    from documents.issue import issue_renewal_reminders
    from documents.render import file_of
    from models.register import contract_whole

    with DESK.office.store.read() as connection:
        whole = contract_whole(connection, DESK.scope(connection), number)
    if whole is None:
        raise Stop(NOT_FOUND, f"没有合同 {number},或您无权查看", f"there is no contract {number}, or you may not see it")
    with DESK.office.store.write() as connection:
        (paper,) = issue_renewal_reminders(connection, [whole["id"]], DESK.office.now(), DESK.office.today())
        content = file_of(connection, paper, "docx", DESK.language, DESK.office.now())
    target = Path(out or f"{number}.docx")
    target.write_bytes(content)
    DESK.answer({"paper": paper, "file": str(target)}, lambda: DESK.say(f"已写入 {target}", f"written to {target}"))


@app.command("open-renewals")
def open_renewals(
    as_of: str = typer.Option("", help="视为此日 as of this day"), limit: int = typer.Option(100_000, min=1)
) -> int:
    """为窗口已开的合同立案 · open a bargaining case for every contract whose renewal window is open, in one batch."""
    from cli.batches import report
    from cli.serve import office_as_of
    from flows.renewals import open_renewals as opened

    office = office_as_of(as_of)
    result = opened(office, limit=limit)
    report(result)
    return 0 if not (result.refused or result.failed) else PARTLY


@app.command("invite")
def invite(
    state: str = typer.Option("planned"),
    unit: str = typer.Option("", help="单位代码 only below this unit"),
    limit: int = typer.Option(1000, min=1, max=100_000),
    key: str = typer.Option("", help="批次号 the same key is the same batch"),
    words: list[str] = typer.Argument(None, help="要约书内容 answers: name=value …"),
) -> int:
    """成批发出要约书 · send the invitation to bargain for every planned case, with a result per case."""
    from cli.batches import batch

    return batch("send_invitation", "bargaining", state, unit, limit, key, words or [])
