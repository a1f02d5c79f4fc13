"""How long steps and works take, by step of a case type and by flow: how many, half of them, all but one in twenty.

One statement each, however much ran: of the newest `LOOKED` of the office those since a day, of the units somebody watches.
Where his units hold few cases, their requests are gathered instead, and none is passed over.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Float, case, cast, extract, func, null, select

from models.base import AnyRow
from models.cases import CaseFile
from models.people import Organisation, below
from models.requests import Run, StepRequest
from models.running import Watching, few_of_units

Rows = Sequence[AnyRow]
#: requests, and runs, that are looked at
LOOKED = 10_000
#: lines of an answer
LINES = 200


def of_steps(connection: Connection, paths: Collection[str], since: datetime) -> Rows:
    """(kind, name, n, half, most, back) of the steps that were applied, by case type and step, the slowest first; in seconds.

    `back`: when the newest request was asked for that was not looked at any more, if there is one.
    """
    kind = func.coalesce(CaseFile.type, StepRequest.case_type).label("kind")
    times = (StepRequest.created_at.label("begun"), StepRequest.settled_at.label("ended"))
    query = select(kind, StepRequest.step.label("name"), *times).select_from(StepRequest)
    query = query.outerjoin(CaseFile, CaseFile.id == StepRequest.case_id)
    query = query.where(StepRequest.created_at >= since, StepRequest.status == "applied")
    few = few_of_units(connection, paths)
    if few is not None:
        return _spread(connection, query.where(few), null())
    unit = func.coalesce(CaseFile.unit_id, StepRequest.unit_id)
    query = query.where(unit.in_(select(Organisation.id).where(below(paths))), StepRequest.id > _bound(StepRequest))
    return _spread(connection, query, _back(StepRequest, StepRequest.created_at))


def of_runs(connection: Connection, watching: Watching, since: datetime) -> Rows:
    """The same of the works he may see that were done, by flow (`name`; `kind` is empty): from their claim to their end."""
    times = (Run.started_at.label("begun"), Run.ended_at.label("ended"))
    query = select(null().label("kind"), Run.flow.label("name"), *times)
    query = query.where(Run.started_at >= since, Run.state == "done", Run.id > _bound(Run), watching.sees())
    return _spread(connection, query, _back(Run, Run.started_at))


def _bound(table: Any) -> Any:
    return select(func.max(table.id) - LOOKED).scalar_subquery()


def _back(table: Any, at: Any) -> Any:
    return select(at).where(table.id <= _bound(table)).order_by(table.id.desc()).limit(1).scalar_subquery()


def _spread(connection: Connection, query: Any, back: Any) -> Rows:
    some = query.subquery()
    seconds = _seconds(connection, some.c.begun, some.c.ended)
    of = (some.c.kind, some.c.name)
    ranked = select(
        *of, seconds.label("seconds"), func.count().over(partition_by=of).label("n"),
        func.row_number().over(partition_by=of, order_by=seconds).label("no"),
    ).subquery()  # fmt: skip
    lines = ranked.c
    half = func.max(case((lines.no == (lines.n + 1) // 2, lines.seconds))).label("half")
    most = func.max(case((lines.no == (lines.n * 95 + 99) // 100, lines.seconds))).label("most")
    grouped = select(lines.kind, lines.name, func.max(lines.n).label("n"), half, most, back.label("back"))
    slowest = grouped.group_by(lines.kind, lines.name).order_by(most.desc(), lines.kind, lines.name)
    return connection.execute(slowest.limit(LINES)).all()


def _seconds(connection: Connection, begun: Any, ended: Any) -> Any:
    if connection.dialect.name == "sqlite":  # to the millisecond
        return (func.julianday(ended, type_=Float) - func.julianday(begun, type_=Float)) * 86400.0
    return cast(extract("epoch", ended - begun), Float)
