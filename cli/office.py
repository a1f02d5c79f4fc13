"""`concord office` and `concord user`: the office itself, its units, its people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from cli.desk import DESK, NOT_FOUND, Stop, day_option, rows_as_json

if TYPE_CHECKING:
    from sqlalchemy import Connection

app = typer.Typer(help="单位与人员 · the office, its units and people", no_args_is_help=True)
user = typer.Typer(help="人员账号 · persons and their passwords", no_args_is_help=True)


@app.command("init")
def init(
    name: str = typer.Option(..., help="单位名称 name of the office"),
    code: str = typer.Option("HQ", help="单位代码 code"),
    pack: str = typer.Option("cn", help="规则包 rule pack: cn, cn-zhejiang …"),
    admin: str = typer.Option("admin", help="管理员代码 code of the first administrator"),
) -> None:
    """建立办公室 · make the first organisation and its administrator in an empty database."""
    from flows.accounts.first_start import found_office

    office_id = found_office(DESK.office, name, code, pack, admin)
    DESK.answer(
        {"organisation": office_id, "admin": admin},
        lambda: DESK.say(
            f"已建立 {name}({code});下一步:concord import template,填好后 concord import ledger",
            f"{name} ({code}) is founded; next: `concord import template`, fill it in, `concord import ledger`",
        ),
    )


@app.command("units")
def units(limit: int = typer.Option(200, min=1, max=5000)) -> None:
    """单位 · the tree of organisations."""
    from models.people import OrganisationKind
    from models.queries import organisations

    with DESK.office.store.read() as connection:
        rows = organisations(connection, DESK.scope(connection), limit)
    DESK.answer(
        rows_as_json(rows),
        lambda: DESK.table(
            ("单位", "Units"),
            (("代码", "Code"), ("名称", "Name"), ("类别", "Kind"), ("规则包", "Pack")),
            [
                (r.code, "  " * (r.path.count("/") - 2) + r.name, OrganisationKind(r.kind).label.said(DESK.lang), r.pack)
                for r in rows
            ],
        ),
    )


@app.command("people")
def people(limit: int = typer.Option(200, min=1, max=5000)) -> None:
    """人员 · who holds which position where."""
    from models.queries import people as holders
    from states.roles import Role

    with DESK.office.store.read() as connection:
        rows = holders(connection, DESK.scope(connection), limit)
    DESK.answer(
        rows_as_json(rows),
        lambda: DESK.table(
            ("人员", "People"),
            (("代码", "Code"), ("姓名", "Name"), ("职务", "Position"), ("单位", "Unit"), ("止", "Until")),
            [(r.code, r.name, Role(r.role).label.said(DESK.lang), r.unit, r.left_on or r.to_on) for r in rows],
        ),
    )


@app.command("positions")
def positions(
    person: str = typer.Argument(help="人员代码 person"),
    role: str = typer.Argument(help="mediator | officer | chair | supervisor | administrator"),
    unit: str = typer.Argument(help="单位代码 unit"),
    since: str = typer.Option("", help="任职起日 from this day; empty: today"),
    end: bool = typer.Option(False, "--end", help="今日起免去 ends today"),
) -> None:
    """任免 · give or end a position."""
    from flows.accounts.holding import running_position
    from flows.accounts.people import end_position, give_position
    from models.queries import person_by_code, unit_by_code

    with DESK.office.store.read() as connection:
        by, who, where = _by(connection), person_by_code(connection, person), unit_by_code(connection, unit)
        if who is None or where is None:
            raise Stop(NOT_FOUND, "没有这一人员或单位", "there is no such person or unit")
        held = running_position(connection, who.id, where.id, role, DESK.office.today()) if end else None
    if not end:
        give_position(DESK.office, by, who.id, where.id, role, day_option(since), None)
    elif held is None:
        raise Stop(NOT_FOUND, "没有这一职务可免", "there is no such position to end")
    else:
        end_position(DESK.office, by, held, DESK.office.today())
    DESK.answer({"person": person, "role": role, "unit": unit, "ended": end}, lambda: DESK.say("已办理", "done"))


def _by(connection: Connection) -> int | None:
    """The person of `--as`; nobody is the operator of the machine, who may do everything."""
    return DESK.actor(connection).id if DESK.actor_code else None


@user.command("add")
def add(
    code: str = typer.Argument(help="人员代码 code"),
    name: str = typer.Option(..., help="姓名 name"),
    email: str = typer.Option("", help="电子邮箱 for notices"),
    language: str = typer.Option("zh", help="zh | en"),
) -> None:
    """登记人员 · add a person; give a position with `office positions`."""
    from flows.accounts.people import add_person

    with DESK.office.store.read() as connection:
        by = _by(connection)
    person_id = add_person(DESK.office, by, code, name, email, language)
    DESK.answer({"id": person_id, "code": code}, lambda: DESK.say(f"已登记 {name}({code})", f"{name} ({code}) is added"))


@user.command("password")
def password(code: str = typer.Argument(help="人员代码 code")) -> None:
    """设置口令 · set a person's password for the pages (asked twice, or one line on standard input)."""
    import sys

    from flows.accounts.passwords import set_password
    from models.queries import person_by_code

    with DESK.office.store.read() as connection:
        by, who = _by(connection), person_by_code(connection, code)
    if who is None:
        raise Stop(NOT_FOUND, f"没有人员“{code}”", f"there is nobody “{code}”")
    secret = (
        typer.prompt(DESK.label("口令", "Password"), hide_input=True, confirmation_prompt=True)
        if sys.stdin.isatty()
        else sys.stdin.readline().rstrip("\n")
    )
    set_password(DESK.office, who.id, secret, by=by, must_change=by not in (None, who.id))
    DESK.answer({"code": code}, lambda: DESK.say("口令已设置", "the password is set"))


@user.command("second-factor-off")
def second_factor_off(code: str = typer.Argument(help="人员代码 code")) -> None:
    """停用第二重验证 · the password alone is enough again: for somebody whose telephone is lost."""
    from flows.accounts.second_factor import disable
    from models.queries import person_by_code

    with DESK.office.store.read() as connection:
        by, who = _by(connection), person_by_code(connection, code)
    if who is None:
        raise Stop(NOT_FOUND, f"没有人员“{code}”", f"there is nobody “{code}”")
    disable(DESK.office, who.id, by)
    DESK.answer({"code": code}, lambda: DESK.say("第二重验证已停用", "the second factor is switched off"))
