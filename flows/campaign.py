"""Campaigns: the same step for hundreds of cases, or hundreds of cases opened, in one batch that is filed and not waited for.

    batch_id = file_for(office, actor_id, "send_invitation", case_ids, answers, key)

A worker takes the batch up (`flows.taking`). The same key of the same person is the same batch, so a
double click, a reload and the back button file nothing twice. N chosen = N done + N refused: what cannot be filed at all is
written down as refused, with the reason, and a case that does not exist is answered like one that is hidden.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, insert, select, update

from flows.casework import refused_row
from flows.clockwork import renewal_of
from flows.judging import not_found
from flows.office import Office
from flows.requests import Wish, as_row, file_batch, new_batch, own_key
from flows.steps import Desk
from models import employers
from models.base import AnyRow
from models.batches import left_over
from models.campaign import MOST, contract_lines, employer_lines
from models.cases import CaseFile
from models.deadlines import Deadline
from models.requests import StepBatch, StepRequest
from models.scope import Scope
from states.casetype import OPEN
from states.errors import KeyReused, Refusal, StepRefused, refuse
from states.labels import Label
from states.register import RENEWAL_WINDOW


@dataclass(frozen=True)
class Chosen:
    """One wish of a batch; `against` is why it is refused before it is tried."""

    wish: Wish
    against: Refusal | None = None


def file_for(office: Office, actor_id: int, step: str, case_ids: Sequence[int], answers: Mapping[str, Any], key: str) -> int:
    """File that step for those cases, at most `MOST`, and give the batch's id at once."""
    ids = list(dict.fromkeys(case_ids))[:MOST]
    with office.store.read() as connection:
        there = set(connection.scalars(select(CaseFile.id).where(CaseFile.id.in_(ids))))
    wishes = [
        Wish(step=step, case_id=one if one in there else None, actor_id=actor_id, answers=answers) for one in ids
    ]  # fmt: skip
    return file_batch(office, step, actor_id, wishes, own_key(actor_id, key))


def filed_before(office: Office, actor_id: int, key: str) -> int | None:
    """The batch that person filed under the key already."""
    with office.store.read() as connection:
        return _earlier(connection, actor_id, key)


def file_openings(office: Office, actor_id: int, scope: Scope, kind: str, employer_ids: Sequence[int], key: str) -> int:
    """Put those employers on the plan, each in the union above it. Who has a bargaining of that kind already is refused."""
    ids = list(dict.fromkeys(employer_ids))[:MOST]
    with office.store.write() as connection:
        found = _earlier(connection, actor_id, key)
        if found is not None:
            return found
        lines = {line.id: line for line in employer_lines(connection, scope, ids)}
        query = select(CaseFile.employer_id, CaseFile.number).where(
            CaseFile.employer_id.in_(ids), CaseFile.type == "bargaining", CaseFile.closed_on.is_(None),
            CaseFile.facts["kind"].as_string() == kind,
        )  # fmt: skip
        running = {row.employer_id: row.number for row in connection.execute(query)}
        chosen = [_opening(lines.get(one), kind, actor_id, running.get(one, "")) for one in ids]
        return _file(connection, office, actor_id, key, chosen)


def _opening(line: AnyRow | None, kind: str, actor_id: int, running: str) -> Chosen:
    wish = Wish(step=OPEN, case_type="bargaining", actor_id=actor_id)
    if line is None:
        return Chosen(wish, not_found())
    answers = {
        "kind": kind, "scope": "enterprise", "employer": line.employer, "employer_id": line.id, "workers": line.workers,
    }  # fmt: skip
    wish = replace(wish, unit_id=line.unit_id, answers=answers)
    return Chosen(wish, _under_way(running) if running else None)


def file_renewals(office: Office, actor_id: int, scope: Scope, contract_ids: Sequence[int], key: str) -> int:
    """Start the renewal of those contracts, under the keys the sweep uses: whoever comes first, a contract gets one case."""
    ids = list(dict.fromkeys(contract_ids))[:MOST]
    with office.store.write() as connection:
        found = _earlier(connection, actor_id, key)
        if found is not None:
            return found
        return _file(connection, office, actor_id, key, list(_renewals(connection, actor_id, scope, ids)))


def _renewals(connection: Connection, actor_id: int, scope: Scope, ids: Sequence[int]) -> Iterator[Chosen]:
    lines = {line.id: line for line in contract_lines(connection, scope, ids)}
    windows = _windows(connection, list(lines))
    query = select(CaseFile.predecessor_id, CaseFile.number)
    query = query.where(CaseFile.predecessor_id.in_(ids), CaseFile.closed_on.is_(None))
    running = {row.predecessor_id: row.number for row in connection.execute(query)}
    wishes = {one: _renewal(line, windows.get(one), actor_id) for one, line in lines.items()}
    used = set(connection.scalars(select(StepRequest.key).where(StepRequest.key.in_([w.key for w in wishes.values()]))))
    _mark_opened(connection, list(lines))
    for one in ids:
        wish = wishes.get(one)
        if wish is None:
            yield Chosen(Wish(step=OPEN, case_type="bargaining", actor_id=actor_id), not_found())
        elif one in running:
            yield Chosen(replace(wish, key=""), _under_way(running[one]))
        else:  # an earlier renewal that came to nothing has used the key
            yield Chosen(replace(wish, key="") if wish.key in used else wish)


def renew(office: Office, desk: Desk, actor_id: int, scope: Scope, contract_id: int) -> str:
    """The number of the case that renews the contract: the one that is open, or a new one. Raises the `Refusal`."""
    with office.store.read() as connection:
        lines = contract_lines(connection, scope, [contract_id])
        number = employers.open_renewal(connection, contract_id) if lines else ""
        windows = _windows(connection, [contract_id])
    if not lines:
        raise not_found()
    if number:
        return number
    wish = _renewal(lines[0], windows.get(contract_id), actor_id)
    with office.store.read() as connection:
        used = connection.execute(select(StepRequest.id).where(StepRequest.key == wish.key)).first() is not None
    try:
        number = desk.step(replace(wish, key=f"{wish.key}:{office.now().timestamp():.0f}") if used else wish).number
    except KeyReused:  # the sweep, or a colleague, was quicker by a moment
        with office.store.read() as connection:
            number = employers.open_renewal(connection, contract_id)
        if not number:
            raise
    with office.store.write() as connection:
        _mark_opened(connection, [contract_id])
    return number


def _renewal(line: AnyRow, due_on: date | None, actor_id: int) -> Wish:
    row: Any = SimpleNamespace(**line._mapping, due_on=due_on or line.expires_on)
    return replace(renewal_of(row), actor_id=actor_id)


_WINDOW = (Deadline.rule == RENEWAL_WINDOW.name, Deadline.status == "open")


def _windows(connection: Connection, contract_ids: Sequence[int]) -> dict[int, date]:
    query = select(Deadline.contract_id, Deadline.due_on).where(Deadline.contract_id.in_(contract_ids), *_WINDOW)
    return {int(row.contract_id or 0): row.due_on for row in connection.execute(query)}


def _mark_opened(connection: Connection, contract_ids: Sequence[int]) -> None:
    """The sweep has nothing to start any more when the window's day comes."""
    windows = update(Deadline).where(Deadline.contract_id.in_(contract_ids), *_WINDOW)
    connection.execute(windows.values(opened=True))


def _earlier(connection: Connection, actor_id: int, key: str) -> int | None:
    found: int | None = connection.execute(
        select(StepBatch.id).where(StepBatch.key == own_key(actor_id, key))
    ).scalar_one_or_none()
    return found


def _under_way(number: str) -> Refusal:
    return refuse(
        StepRefused,
        "under_way",
        Label(f"已有办理中的协商案件 {number}", f"a bargaining is under way already: {number}"),
        Label("请在该案件中办理", "go on with that case"),
    )


def _file(connection: Connection, office: Office, actor_id: int, key: str, chosen: Sequence[Chosen]) -> int:
    """The batch and its requests; what is refused beforehand is settled with its reasons."""
    full = own_key(actor_id, key)
    batch_id = new_batch(connection, office, OPEN, actor_id, full, len(chosen))
    if batch_id is None:  # the same click came twice at once
        return _earlier(connection, actor_id, key) or 0
    rows = []
    for number, one in enumerate(chosen):
        row = {"settled_at": None, "receipt": None, **as_row(one.wish, office, batch_id)}
        row["key"] = one.wish.key or f"{full}:{number}"
        if one.against is not None:
            told = refused_row(office, 0, one.against, {})
            row |= {name: told[name] for name in ("status", "receipt", "settled_at")}
        rows.append(row)
    if rows:
        connection.execute(insert(StepRequest.__table__), rows)  # type: ignore[arg-type]
    return batch_id


def file_again(office: Office, actor_id: int, scope: Scope, batch_id: int, key: str) -> int:
    """File what was refused or failed in a batch of openings once more, as that person's own batch.

    Renewals and plans are judged anew, so that nobody gets a second case meanwhile.
    """
    with office.store.read() as connection:
        left = [one for one in left_over(connection, batch_id, MOST) if one.unit_id is not None]
    followed = [one.answers["predecessor_id"] for one in left if one.answers.get("predecessor_id")]
    if followed:
        return file_renewals(office, actor_id, scope, followed, key)
    planned = [one for one in left if one.case_type == "bargaining" and one.answers.get("employer_id")]
    if planned:
        kind = str(planned[0].answers["kind"])
        return file_openings(office, actor_id, scope, kind, [one.answers["employer_id"] for one in planned], key)
    wishes = [
        Wish(step=OPEN, case_type=one.case_type, unit_id=one.unit_id, actor_id=actor_id, answers=one.answers) for one in left
    ]
    return file_batch(office, OPEN, actor_id, wishes, own_key(actor_id, key))
