"""`concord search`: cases, contracts and organisations by a name in any role, a number, pinyin or initials."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import typer

from cli.desk import DESK, USAGE, Stop


def search(
    text: list[str] = typer.Argument(None, help="姓名、单位、编号、拼音或首字母 name, employer, number, pinyin or initials"),
    limit: int = typer.Option(20, help="每类最多几条 at most so many of each kind", min=1, max=200),
    rebuild: bool = typer.Option(False, "--rebuild", help="重建检索索引 index everything anew"),
) -> None:
    """检索 · find cases, contracts and organisations."""
    if rebuild:
        _rebuild()
        return
    from models.searching import search as find

    with DESK.office.store.read() as connection:
        found = find(connection, DESK.scope(connection), " ".join(text or ()), limit)
    DESK.answer({"hits": [asdict(hit) for hit in found.hits], "more": found.more}, lambda: _print(found))


def _rebuild() -> None:
    from models.search_index import rebuild

    if DESK.actor_code:
        raise Stop(USAGE, "重建索引由本机管理员进行,不加 --as", "the operator of the machine does this: without --as")
    counts = rebuild(DESK.office.store)
    shown = ", ".join(f"{kind} {count}" for kind, count in counts.items())
    DESK.answer(counts, lambda: DESK.say(f"已重建:{shown}", f"indexed anew: {shown}"))


def _print(found: Any) -> None:
    DESK.table(
        ("检索结果", "Found"),
        (("编号", "Number"), ("名称", "What"), ("状态", "State"), ("单位", "Unit"), ("承办", "Who"), ("匹配", "Matched")),
        [(hit.number, hit.title, _state(hit), hit.unit, hit.owner, hit.matched) for hit in found.hits],
    )
    if found.more:
        DESK.say("还有更多,请再加一个词", "there is more; another word narrows it")


def _state(hit: Any) -> str:
    from models.contracts import Standing
    from models.people import OrganisationKind
    from models.search_index import Kind
    from states.registry import case_type

    if hit.kind is Kind.CASE:
        return case_type(hit.type, hit.type_version).stage(hit.state).label.said(DESK.lang)
    named = Standing(hit.state) if hit.kind is Kind.CONTRACT else OrganisationKind(hit.type)
    return named.label.said(DESK.lang)
