"""The tree of organisations, as an administrator keeps it: new ones, changes, moves, and ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, func, literal, or_, select, update

from config.rules import pack_keys
from flows.accounts.authority import must_administer, unit_in
from flows.office import Office
from flows.office_journal import Deed, record
from models.base import AnyRow
from models.cases import CaseFile
from models.people import Organisation, OrganisationKind, Position, below
from models.scope import Scope
from models.search_following import unit_added, unit_moved, unit_renamed
from models.upsert import insert_or_leave
from states.errors import InvalidAnswers, NotPermitted, Reason, StepRefused, refuse
from states.labels import Label

#: what may be said of an organisation, and how it stands when nothing is said
BLANK: Mapping[str, Any] = {"pack": "", "mediates": False, "credit_code": "", "industry": "", "workers": 0}
_WIDTH = {"credit_code": 18, "industry": 80}


def add_organisation(office: Office, by: int | None, code: str, name: str, kind: str, parent_id: int | None,
                     **more: Any) -> int:  # fmt: skip
    """A new organisation below that one; its id. `more` is of `BLANK`. Refused with all reasons."""
    values = {**BLANK, **more, "code": code.strip(), "name": name.strip(), "kind": kind}
    with office.store.write() as connection:
        scope = must_administer(connection, by, office.today())
        above = _parent(connection, scope, parent_id)
        reasons = [*_against(values), *_against_code(connection, values["code"])]
        if reasons:
            raise InvalidAnswers(reasons)
        made = insert_or_leave(connection, Organisation, Organisation.code).values(**values, parent_id=parent_id, path="")
        unit_id: int | None = connection.execute(made.returning(Organisation.id)).scalar_one_or_none()
        if unit_id is None:  # somebody was faster
            raise InvalidAnswers([_taken(values["code"])])
        placed = update(Organisation).where(Organisation.id == unit_id)
        connection.execute(placed.values(path=f"{above}{unit_id}/"))
        unit_added(connection, unit_id)
        record(connection, office.now(), Deed.UNIT_ADDED, actor_id=by, unit_id=unit_id, parent=parent_id)
    return unit_id


def _parent(connection: Connection, scope: Scope, parent_id: int | None) -> str:
    """The path a unit below that one begins with. The operator alone sets up a tree of its own."""
    if parent_id is not None:
        parent = unit_in(connection, scope, parent_id, "parent")
        if parent.closed_on is not None:
            text = Label("上级单位已撤销", "the unit above is closed")
            raise refuse(StepRefused, "parent_closed", text, Label("请另选上级单位", "choose another one"), "parent")
        return str(parent.path)
    if not scope.is_everything:
        raise refuse(
            NotPermitted,
            "parent_missing",
            Label("须选上级单位", "choose the unit above"),
            Label("可选您管理的单位", "one of those you administer"),
            "parent",
        )
    return "/"


def change_organisation(office: Office, by: int | None, unit_id: int, **values: Any) -> None:
    """Change name, kind and what is of `BLANK`; with `parent_id`, move it with all below. Refused with all reasons."""
    moves, values = "parent_id" in values, dict(values)
    parent_id = values.pop("parent_id", None)
    values = {key: value.strip() if isinstance(value, str) else value for key, value in values.items()}
    with office.store.write() as connection:
        scope = must_administer(connection, by, office.today())
        unit = unit_in(connection, scope, unit_id)
        reasons = list(_against(values))
        if reasons:
            raise InvalidAnswers(reasons)
        if values:
            connection.execute(update(Organisation).where(Organisation.id == unit_id).values(values))
            if {"name", "credit_code"} & set(values):
                unit_renamed(connection, unit_id)
            record(connection, office.now(), Deed.UNIT_CHANGED, actor_id=by, unit_id=unit_id, fields=sorted(values))
        if moves and parent_id != unit.parent_id:
            _move(connection, scope, unit_id, parent_id)
            record(connection, office.now(), Deed.UNIT_MOVED, actor_id=by, unit_id=unit_id, before=unit.parent_id,
                   parent=parent_id)  # fmt: skip


def _move(connection: Connection, scope: Scope, unit_id: int, parent_id: int | None) -> None:
    # one move at a time: two that cross could hang each unit below the other
    roots = select(Organisation.id).where(Organisation.parent_id.is_(None)).order_by(Organisation.id)
    connection.execute(roots.with_for_update(key_share=True)).all()
    unit, above = unit_in(connection, scope, unit_id), _parent(connection, scope, parent_id)
    if above.startswith(unit.path):
        raise refuse(
            StepRefused,
            "below_itself",
            Label("单位不能移到自己的下级之下", "a unit cannot be moved below itself"),
            Label("请另选上级单位", "choose another unit"),
            "parent",
        )
    connection.execute(update(Organisation).where(Organisation.id == unit_id).values(parent_id=parent_id))
    moved = f"{above}{unit_id}/"
    rest = func.substr(Organisation.path, len(unit.path) + 1)
    inside = below([unit.path])
    connection.execute(update(Organisation).where(inside).values(path=literal(moved) + rest))
    unit_moved(connection, moved)


def _against_code(connection: Connection, code: str) -> Iterator[Reason]:
    if not 0 < len(code) <= 60 or code.split() != [code]:
        text = Label("代码为 1 至 60 个字符,不含空格", "a code has 1 to 60 characters and no spaces")
        yield Reason("code_not_possible", text, Label("如 QB", "like QB"), "code")
    elif connection.execute(select(Organisation.id).where(Organisation.code == code)).first() is not None:
        yield _taken(code)


def _taken(code: str) -> Reason:
    text = Label(f"代码“{code}”已有单位使用", f"the code “{code}” is taken")
    return Reason("code_taken", text, Label("请另取一个", "choose another one"), "code")


def _against(values: Mapping[str, Any]) -> Iterator[Reason]:
    unknown = sorted(set(values) - set(BLANK) - {"code", "name", "kind"})
    if unknown:
        raise TypeError(f"an organisation has no {', '.join(unknown)}")
    if not 0 < len(values.get("name", "-")) <= 200:
        text = Label("名称为 1 至 200 个字符", "a name has 1 to 200 characters")
        yield Reason("name_missing", text, Label("请填写名称", "write the name"), "name")
    if values.get("kind", OrganisationKind.FEDERATION) not in set(OrganisationKind):
        text = Label("没有这种单位类别", "there is no such kind of organisation")
        choices = Label("、".join(one.zh for one in OrganisationKind), ", ".join(one.en for one in OrganisationKind))
        yield Reason("not_a_choice", text, choices, "kind")
    if values.get("pack") and values["pack"] not in pack_keys():
        text = Label("没有这一规则包", "there is no such rule pack")
        yield Reason(
            "not_a_choice", text, Label("可选:" + "、".join(pack_keys()), "choose among " + ", ".join(pack_keys())), "pack"
        )
    for field, width in _WIDTH.items():
        if len(values.get(field, "")) > width:
            text = Label(f"至多 {width} 个字符", f"{width} characters at most")
            yield Reason("too_long", text, Label("请缩短", "make it shorter"), field)
    if values.get("workers", 0) < 0:
        text = Label("职工人数不能小于零", "there are no fewer workers than none")
        yield Reason("not_possible", text, Label("请填写人数", "write how many there are"), "workers")


def close_organisation(office: Office, by: int | None, unit_id: int, on: date) -> None:
    """From that day on there is no such unit; positions in it end. Refused while units or open cases are in it."""
    with office.store.write() as connection:
        unit = unit_in(connection, must_administer(connection, by, office.today()), unit_id)
        reasons = list(_still_there(connection, unit, on))
        if reasons:
            raise StepRefused(reasons)
        connection.execute(update(Organisation).where(Organisation.id == unit_id).values(closed_on=on))
        over = or_(Position.to_on.is_(None), Position.to_on >= on)
        ended = update(Position).where(Position.organisation_id == unit_id, over)
        connection.execute(ended.values(to_on=on - timedelta(days=1)))
        record(connection, office.now(), Deed.UNIT_CLOSED, actor_id=by, unit_id=unit_id, on=on.isoformat())


def _still_there(connection: Connection, unit: AnyRow, on: date) -> Iterator[Reason]:
    right_below = (Organisation.parent_id == unit.id, or_(Organisation.closed_on.is_(None), Organisation.closed_on > on))
    units: int = connection.execute(select(func.count()).select_from(Organisation).where(*right_below)).scalar_one()
    if units:
        text = Label(f"下面还有 {units} 个单位", f"there are {units} units below it")
        yield Reason("units_below", text, Label("请先移走或撤销", "move or close them first"), "unit")
    here = (CaseFile.unit_id == unit.id, CaseFile.closed_on.is_(None))
    cases: int = connection.execute(select(func.count()).select_from(CaseFile).where(*here)).scalar_one()
    if cases:
        text = Label(f"还有 {cases} 件未结案件", f"there are {cases} open cases in it")
        yield Reason("open_cases", text, Label("请先办结或移送", "close them or pass them up first"), "unit")
