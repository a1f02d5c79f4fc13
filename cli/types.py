"""`concord types`: the case types, their laws and their charts."""

from __future__ import annotations

import typer

from cli.desk import DESK, FAULT, NOT_FOUND, Stop
from cli.types_diff import diff
from cli.types_migrate import migrate

app = typer.Typer(help="案件类型 · case types", no_args_is_help=True)
app.command("diff")(diff)
app.command("migrate")(migrate)


@app.command("check")
def check() -> int:
    """核对案件类型 · check every law of every case type, its papers and notices in both languages, and its rule packs."""
    from flows.checking import check_types

    findings = check_types()
    shown = [f"✗ {finding}" for finding in findings] or [DESK.label("全部符合", "all laws hold")]
    DESK.answer({"broken": findings}, lambda: DESK.lines(shown))
    return FAULT if findings else 0


@app.command("list")
def list_types() -> None:
    """案件类型一览 · the case types and their versions."""
    from states.registry import all_types

    kinds = all_types()
    DESK.answer(
        [{"key": k.key, "version": k.version, "states": len(k.stages), "steps": len(k.steps)} for k in kinds],
        lambda: DESK.table(
            ("案件类型", "Case types"),
            (("代码", "Key"), ("名称", "Name"), ("版本", "Version"), ("状态", "States"), ("步骤", "Steps")),
            [(k.key, k.label.said(DESK.lang), k.version, len(k.stages), len(k.steps)) for k in kinds],
        ),
    )


@app.command("chart")
def chart(
    key: str = typer.Argument(help="dispute | bargaining"),
    form: str = typer.Option("mermaid", help="mermaid | dot"),
) -> None:
    """流程图 · the diagram of a case type."""
    from states.chart import dot, mermaid
    from states.errors import BadDefinition
    from states.registry import case_type

    try:
        kind = case_type(key)
    except BadDefinition:
        raise Stop(NOT_FOUND, f"没有案件类型“{key}”", f"there is no case type “{key}”") from None
    text = dot(kind, DESK.lang) if form == "dot" else mermaid(kind, DESK.lang)
    DESK.answer({"chart": text}, lambda: DESK.out.print(text, markup=False))
