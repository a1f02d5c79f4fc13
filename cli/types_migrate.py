"""`concord types migrate`: the open cases of a type into another version, first as a dry run, and back again."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import typer
from rich.progress import Progress

from cli.desk import DESK, NOT_FOUND, OK, PARTLY, USAGE, Stop
from cli.types_diff import type_named

if TYPE_CHECKING:
    from flows.version_moves import Order
    from states.casetype import CaseType


def migrate(
    key: str = typer.Argument(help="案件类型 dispute | bargaining"),
    came_from: int = typer.Option(..., "--from", help="现在的版本 the version the cases are in"),
    to: str = typer.Option(
        ..., "--to", help="转入的版本 the version they move to; for a dry run also a draft package.module:NAME"
    ),
    dry_run: bool = typer.Option(False, "--dry-run", help="预演,不写入 say what would happen, write nothing"),
    state: list[str] = typer.Option([], "--state", help="只转此状态的案件 only cases in this state (may be repeated)"),
    rule: list[str] = typer.Option([], "--rule", help="旧状态=新状态 old_state=new_state (may be repeated)"),
    rules: Path | None = typer.Option(None, "--rules", help="规则文件 a TOML file with the rules under [states]"),
    strict: bool = typer.Option(False, "--strict", help="办案记录不合新版的不转 refuse cases whose history does not fit"),
    reverse: int = typer.Option(0, "--reverse", help="恢复该批所转的案件 put back what that batch moved"),
    limit: int = typer.Option(50, "--limit", min=0, max=1000, help="预演逐件列出的件数 cases told one by one"),
    out: Path | None = typer.Option(None, "--out", help="预演逐件写入此文件 the dry run case by case, a JSON object a line"),
    request: str = typer.Option("", "--key", help="批次号 the same key is the same batch"),
) -> int:
    """转入另一版本 · move the open cases of a type: concord types migrate dispute --from 1 --to 2 --rule accepted=taken_on"""
    from cli.types_rehearsal import rehearse, rehearse_back
    from flows.version_moves import Order

    old, new = type_named(f"{key}@{came_from}"), _target(key, to, draft=dry_run and not reverse)
    if old.version == new.version and not dry_run:
        raise Stop(USAGE, "两个版本相同", "the two versions are the same")
    said = {} if reverse else _rules(old, new, rule, rules)
    states = _states(old, state)
    actor_id, scope = _who()
    order = Order(key, came_from, new.version, said, states, strict, reverse or None)
    if dry_run:
        return rehearse_back(order, out, limit) if reverse else rehearse(scope, old, new, order, out, limit)
    return _carry_out(order, actor_id, scope, request or uuid4().hex)


def _target(key: str, to: str, *, draft: bool) -> CaseType:
    if ":" in to and not draft:
        raise Stop(
            USAGE,
            "草稿只能预演:先在 states/registry.py 登记",
            "a draft can only be rehearsed: list it in states/registry.py first",
        )
    found = type_named(to if ":" in to else f"{key}@{to}")
    if found.key != key:
        raise Stop(USAGE, f"“{to}”不是{key}的版本", f"“{to}” is no version of {key}")
    return found


def _rules(old: CaseType, new: CaseType, written: list[str], file: Path | None) -> dict[str, str]:
    """The rules of the file, then those of the line; each names a state that is there."""
    found: dict[str, str] = _from_file(file) if file else {}
    for one in written:
        before, sign, after = one.partition("=")
        if not sign:
            raise Stop(USAGE, f"规则“{one}”应写作 旧状态=新状态", f"write the rule “{one}” as old_state=new_state")
        found[before.strip()] = after.strip()
    _must_know(old, found)
    _must_know(new, found.values())
    return found


def _from_file(file: Path) -> dict[str, str]:
    try:
        read = tomllib.loads(file.read_text("utf-8")).get("states")
    except tomllib.TOMLDecodeError as wrong:
        raise Stop(USAGE, f"{file} 不是 TOML:{wrong}", f"{file} is not TOML: {wrong}") from None
    if not isinstance(read, dict) or not all(isinstance(value, str) for value in read.values()):
        zh, en = (
            f'{file} 应有 [states] 一节,每行 旧状态 = "新状态"',
            f'{file} needs [states] with lines old_state = "new_state"',
        )
        raise Stop(USAGE, zh, en)
    return read


def _states(old: CaseType, states: list[str]) -> list[str]:
    _must_know(old, states)
    return states


def _must_know(kind: CaseType, states: Any) -> None:
    known = [str(stage) for stage in kind.stages]
    for state in states:
        if state not in known:
            shown = ", ".join(known)
            zh = f"{kind.key}第{kind.version}版没有状态“{state}”,有:{shown}"
            raise Stop(USAGE, zh, f"{kind.key}@{kind.version} has no state “{state}”, only {shown}")


def _who() -> tuple[int | None, Any]:
    """For whom: the operator of the machine, or a named administrator at the top. Raises `NotPermitted` for anybody else."""
    from flows.headquarters import must_head_the_office

    with DESK.office.store.read() as connection:
        actor_id = DESK.actor(connection).id if DESK.actor_code else None
        must_head_the_office(connection, actor_id, DESK.office.today())
        return actor_id, DESK.scope(connection)


def _carry_out(order: Order, actor_id: int | None, scope: Any, key: str) -> int:
    from cli.batches import report
    from flows.version_moves import carry_out, file_moves, file_reversal

    office = DESK.office
    if order.reverses is not None:
        batch_id = file_reversal(office, actor_id, order, key)
    else:
        batch_id = file_moves(office, actor_id, scope, order, key)
    with Progress(console=DESK.err, transient=True, disable=DESK.as_json) as bar:
        task = bar.add_task(DESK.label("办理中", "working"), total=None)
        result = carry_out(office, batch_id, lambda done, total: bar.update(task, completed=done, total=total))
    if not result.chosen:
        raise Stop(NOT_FOUND, "没有可转的案件", "there is no case to move")
    DESK.say(f"第 {batch_id} 批", f"Batch {batch_id}")
    report(result)
    return OK if result.applied == result.chosen else PARTLY
