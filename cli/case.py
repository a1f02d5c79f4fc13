"""`concord case`: cases and their steps."""

from __future__ import annotations

from typing import Any

import typer

from cli.batches import WORDS, batch
from cli.desk import DESK, NOT_FOUND, USAGE, Stop, rows_as_json
from cli.lookup import found, known_type, with_people
from cli.papers import paper

app = typer.Typer(help="案件:查看、登记、办理 · cases and their steps", no_args_is_help=True)
NUMBER = typer.Argument(help="案号 case number, e.g. D2026-00012")
app.command("batch")(batch)
app.command("paper")(paper)


def _stage(row: Any) -> str:
    from states.registry import case_type

    return case_type(row.type, row.type_version).stage(row.state).label.said(DESK.lang)


@app.command("list")
def list_cases(
    case_type: str = typer.Option("", "--type", help="dispute | bargaining"),
    state: str = typer.Option("", help="状态 state"),
    limit: int = typer.Option(50, min=1, max=1000),
) -> None:
    """案件列表 · cases, newest first."""
    from models.queries import cases
    from states.names import stages_of

    if case_type:
        stages = {str(stage) for stage in stages_of(known_type(case_type))}
        if state and state not in stages:
            shown = ", ".join(sorted(stages))
            raise Stop(USAGE, f"没有状态“{state}”,有:{shown}", f"there is no state “{state}”, only {shown}")
    with DESK.office.store.read() as connection:
        rows = cases(connection, DESK.scope(connection), case_type=case_type, state=state, limit=limit)
    columns = (("案号", "Number"), ("状态", "State"), ("单位", "Unit"), ("承办", "Owner"), ("最近期限", "Next date"))
    DESK.answer(
        rows_as_json(rows),
        lambda: DESK.table(("案件", "Cases"), columns, [(r.number, _stage(r), r.unit, r.owner, r.due_on) for r in rows]),
    )


@app.command("open")
def open_case(
    case_type: str = typer.Argument(help="dispute | bargaining"),
    unit: str = typer.Option(..., help="承办单位代码 code of the unit that holds the case"),
    key: str = typer.Option("", help="请求号 idempotency key"),
    words: list[str] = WORDS,
) -> None:
    """登记新案件 · open a case: concord case open dispute --unit D5 applicant=王某 employer=某公司 cause=…"""
    from cli.answers import ask_missing, parse
    from flows.requests import Wish
    from flows.steps import Desk as Counter
    from models.queries import unit_by_code
    from states.casetype import OPEN

    form = known_type(case_type).opens_with
    answers = ask_missing(form, parse(form, words or []))
    with DESK.office.store.read() as connection:
        actor = DESK.actor(connection)
        held_by = unit_by_code(connection, unit)
    if held_by is None:
        raise Stop(NOT_FOUND, f"没有单位“{unit}”", f"there is no unit “{unit}”")
    wish = Wish(step=OPEN, case_type=case_type, unit_id=held_by.id, actor_id=actor.id, answers=answers, key=key)
    _receipt(Counter(DESK.office).step(wish))


def _receipt(receipt: Any) -> None:
    DESK.answer(
        {"request_id": receipt.request_id, **receipt.as_json()},
        lambda: DESK.say(
            f"已办理:{receipt.number} 第{receipt.version}步 → {_said(receipt)}",
            f"Done: {receipt.number}, event {receipt.version} → {_said(receipt)}",
        ),
    )


def _said(receipt: Any) -> str:
    from models.numbers import type_of_number
    from states.names import state_label
    from states.registry import case_type

    return state_label(case_type(type_of_number(receipt.number)), receipt.state).said(DESK.lang)


@app.command("step")
def step(
    number: str = NUMBER,
    name: str = typer.Argument(help="步骤 step, see `case steps`"),
    words: list[str] = WORDS,
    key: str = typer.Option("", help="请求号 idempotency key: the same key is done once"),
    expect: int = typer.Option(0, help="预期版本 version you looked at; refused if somebody moved the case"),
) -> None:
    """办理一步 · take a step: concord case step D2026-00012 accept accepted_on=2026-11-21 in_scope=yes …"""
    from cli.answers import ask_missing, parse
    from flows.requests import Wish
    from flows.steps import Desk as Counter
    from states.forms import NoAnswers
    from states.registry import case_type

    with DESK.office.store.read() as connection:
        actor = DESK.actor(connection)
        row = found(connection, number)
        declared = case_type(row.type, row.type_version).step(name)
        form = declared.asks if declared else NoAnswers
        answers = with_people(connection, ask_missing(form, parse(form, words or [])))
    wish = Wish(step=name, case_id=row.id, actor_id=actor.id, answers=answers, key=key, expected_version=expect or None)
    _receipt(Counter(DESK.office).step(wish))


@app.command("undo")
def undo(number: str = NUMBER, reason: str = typer.Option(..., help="撤销理由 reason")) -> None:
    """撤销最近一步 · take the last step back, within its rules."""
    from flows.requests import Wish
    from flows.steps import Desk as Counter
    from models.undoing import UNDO

    with DESK.office.store.read() as connection:
        actor = DESK.actor(connection)
        row = found(connection, number)
    wish = Wish(step=UNDO, case_id=row.id, actor_id=actor.id, answers={"reason": reason})
    _receipt(Counter(DESK.office).step(wish))


@app.command("assign")
def assign(number: str = NUMBER, person: str = typer.Argument(help="人员代码 person code")) -> None:
    """指定承办人 · name who holds the case."""
    from flows.requests import Wish
    from flows.steps import Desk as Counter
    from models.queries import person_by_code

    with DESK.office.store.read() as connection:
        actor = DESK.actor(connection)
        row = found(connection, number)
        holder = person_by_code(connection, person)
    if holder is None:
        raise Stop(NOT_FOUND, f"没有人员“{person}”", f"there is nobody “{person}”")
    name, answers = (
        ("assign_mediator", {"mediator": holder.id, "no_conflict": True})
        if row.type == "dispute"
        else ("assign_officer", {"officer": holder.id})
    )
    _receipt(Counter(DESK.office).step(Wish(step=name, case_id=row.id, actor_id=actor.id, answers=answers)))


@app.command("steps")
def steps(number: str = NUMBER) -> None:
    """现在能办什么 · what can be done now, what each step asks, and what stands against it."""
    from cli.answers import describe
    from flows.judging import moment_of, roles_in
    from models.casebook import load_case
    from states.options import next_steps
    from states.registry import case_type

    with DESK.office.store.read() as connection:
        actor = DESK.actor(connection)
        case = load_case(connection, found(connection, number).id)
        assert case is not None
        roles = roles_in(connection, case, actor.id, DESK.office.now())
        moment = moment_of(case, roles, actor.id, DESK.office.now())
        options = next_steps(case_type(case.type, case.type_version), case, moment)
        shown = [
            {
                "step": option.step.name,
                "label": option.step.label.said(DESK.lang),
                "asks": describe(option.step.asks),
                "against": [reason.said(DESK.lang) for reason in option.reasons],
            }
            for option in options
        ]
    DESK.answer(shown, lambda: _print_steps(shown))


def _print_steps(shown: list[dict[str, Any]]) -> None:
    for option in shown:
        DESK.out.print(f"{option['step']}  {option['label']}", style="bold", markup=False)
        for name, label, hint in option["asks"]:
            DESK.out.print(f"    {name}=  {label} {hint}", markup=False)
        for reason in option["against"]:
            DESK.out.print(f"    ✗ {reason}", style="yellow", markup=False)
    if not shown:
        DESK.say("现在没有您可办的步骤", "there is nothing for you to do here now")


@app.command("show")
def show(number: str = NUMBER) -> None:
    """案件全貌 · the case: where it stands, parties, promises, dates, papers, what happened."""
    from cli.showing import print_case
    from models import queries as q
    from models.casebook import load_case

    with DESK.office.store.read() as connection:
        row = found(connection, number)
        case = load_case(connection, row.id)
        assert case is not None
        whole = {
            "number": row.number, "type": row.type, "state": row.state, "version": row.version, "unit": row.unit,
            "owner": row.owner, "outcome": row.outcome, "opened_on": row.opened_on, "facts": row.facts,
            "parties": rows_as_json(q.parties_of(connection, row.id)),
            "instalments": [
                {"no": i.no, "amount": i.amount, "paid": i.paid, "due_on": i.due_on} for i in case.instalments
            ],
            "deadlines": rows_as_json(q.deadlines_of(connection, row.id)),
            "papers": rows_as_json(q.papers_of(connection, row.id)),
            "events": rows_as_json(q.events_of(connection, row.id)),
        }  # fmt: skip
    DESK.answer(whole, lambda: print_case(whole, row))
