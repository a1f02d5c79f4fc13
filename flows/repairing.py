"""Mending what a check found: by whoever supervises the unit, at the top for what concerns the whole office.

    repair(office, by, "failed_steps", request_id) → Repaired(text, done)

The result is read back from the store, never assumed: `done` is what the check itself says afterwards. Each repair stands in
the office's journal. Repairing twice does no harm: what is in order is left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from flows.accounts.authority import NotThere, administered, unit_of
from flows.checks.check import Check, Look, Spot
from flows.checks.table import check_of
from flows.headquarters import at_the_top
from flows.integrity import findings, spots_of
from flows.office import Office, utc_now
from flows.office_journal import Deed, record
from flows.repairs import cases, outgoing, papers, requests, works
from flows.repairs.answer import Body, Repaired, not_safe
from flows.works import keep_hold
from states.errors import NotPermitted, Refusal, refuse
from states.labels import Label
from states.roles import Role

__all__ = ["BODIES", "Mended", "Repaired", "mend", "repair", "repair_all"]

BODIES: Mapping[str, Body] = {**cases.BODIES, **outgoing.BODIES, **papers.BODIES, **requests.BODIES, **works.BODIES}
IN_ORDER = Label("此处已无须修复", "this is in order")


def repair(office: Office, by: int | None, code: str, subject: int) -> Repaired:
    """Mend what that check found at that subject. `by` None: the operator of the machine.

    Raises `NotPermitted` for who supervises nothing (or not the whole office, where that is concerned), `NotThere` for what is
    another unit's, and another `Refusal` where it cannot be mended safely: its remedy says what a person does.
    """
    check = check_of(code)
    if check is None:
        raise hidden()
    with office.store.read() as connection:
        paths = authority(connection, office, by, check)
        spot = _found(connection, office, check, subject, paths)
        if spot is None and paths is not None and _found(connection, office, check, subject, None) is not None:
            raise hidden()
    if spot is None:
        return Repaired(IN_ORDER, True)
    if check.repair is None:
        raise not_safe(check.says, check.remedy)
    said = BODIES[code](office, by, spot)
    with office.store.read() as connection:
        done = _found(connection, office, check, subject, None) is None
    _note(office, by, check, spot, done)
    return Repaired(said or (Label("已修复", "mended") if done else Label("仍未修复", "not mended yet")), done)


@dataclass(frozen=True)
class Mended:
    """One place of several: what the store says of it now, or why it was left to a person."""

    code: str
    subject: int
    text: Label
    done: bool


def mend(office: Office, by: int | None, code: str, subject: int) -> Mended:
    """The same as `repair`, with a refusal as an answer."""
    try:
        answer = repair(office, by, code, subject)
    except Refusal as refusal:
        reason = refusal.reasons[0]
        return Mended(
            code, subject, Label(f"{reason.text.zh};{reason.remedy.zh}", f"{reason.text.en}; {reason.remedy.en}"), False
        )
    return Mended(code, subject, answer.text, answer.done)


def repair_all(office: Office, by: int | None = None, limit: int = 200) -> list[Mended]:
    """Mend whatever has a safe repair in the whole office, check by check, up to `limit` places of each."""
    with office.store.read() as connection:
        found = findings(connection, None, office.now(), limit, deep=True)
    safe = [finding for finding in found if finding.check.repair is not None]
    return [mend(office, by, finding.check.code, spot.subject) for finding in safe for spot in finding.rows]


def authority(connection: Connection, office: Office, by: int | None, check: Check) -> tuple[str, ...] | None:
    """The paths at which the person may repair that; None for the operator. Raises `NotPermitted`."""
    if by is None:
        return None
    roles = (Role.SUPERVISOR, Role.ADMINISTRATOR) if check.whole else (Role.SUPERVISOR,)
    paths = administered(connection, by, office.today(), *roles).paths
    if not paths or (check.whole and not at_the_top(paths)):
        raise refuse(
            NotPermitted, "not_supervisor",
            Label("只有督办可以修复;关系整个办公室的,须在最上级单位",
                  "only a supervisor repairs; at the top, where the whole office is concerned"),
            Label("请联系上级督办", "ask the supervisor of a unit above"),
        )  # fmt: skip
    return paths


def _found(connection: Connection, office: Office, check: Check, subject: int, paths: tuple[str, ...] | None) -> Spot | None:
    look = replace(Look(office.now(), paths, utc_now()), subject=subject)
    _, rows = spots_of(connection, check, look, 1)
    return rows[0] if rows else None


def _note(office: Office, by: int | None, check: Check, spot: Spot, done: bool) -> None:
    with office.store.write() as connection:
        unit_id = None if spot.case_id is not None else unit_of(connection, by, office.today())
        record(connection, office.now(), Deed.REPAIRED, actor_id=by, case_id=spot.case_id, unit_id=unit_id, check=check.code,
               subject=spot.subject, done=done)  # fmt: skip
        keep_hold(connection)


def hidden() -> Refusal:
    """The one answer for what is absent and for what is another unit's."""
    return refuse(
        NotThere, "nothing_there", Label("没有这一事项", "there is nothing like that"),
        Label("请刷新后再看", "look at the page again"),
    )  # fmt: skip
