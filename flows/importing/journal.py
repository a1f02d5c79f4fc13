"""The journal of an import: the file, how far it is done, and one row of the run journal for each time it is started."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, insert, select, update

from config.clock import day_at
from flows.office import Office
from models.casebook import positions_of
from models.imports import ImportFile
from models.people import Organisation
from models.requests import Run
from models.upsert import insert_or_leave
from states.errors import NotPermitted, Refusal, StepRefused, refuse
from states.labels import Label
from states.roles import Role

#: (rows done, rows in all): for a progress bar
Progress = Callable[[int, int], None]
#: who may load a register or a ledger into a unit
LOADERS = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR, Role.OFFICER})


@dataclass(frozen=True)
class Unit:
    """The unit a file is loaded for."""

    id: int
    path: str
    pack: str


def unit_for(connection: Connection, office: Office, unit_id: int, actor_id: int | None) -> Unit:
    """The unit, if this person may load files for it (nobody is the installer). Raises a `Refusal`."""
    found = connection.execute(
        select(Organisation.id, Organisation.path).where(Organisation.id == unit_id)
    ).one_or_none()
    if found is None:
        raise refuse(StepRefused, "no_unit", Label("没有这一单位", "there is no such unit"), Label("请核对", "check it"))
    if actor_id is not None:
        held = positions_of(connection, actor_id, day_at(office.now()))
        if not any(Role(role) in LOADERS and found.path.startswith(path) for role, path in held):
            raise refuse(
                NotPermitted,
                "not_permitted",
                Label("导入须由该单位或其上级的指导员、督办或系统管理员办理",
                      "loading a file is for an officer, supervisor or administrator of the unit or of one above"),
                Label("请交有权人员办理", "hand it to somebody who may"),
            )  # fmt: skip
    return Unit(found.id, found.path, pack_of(connection, office, found.path))


def pack_of(connection: Connection, office: Office, path: str) -> str:
    """The rule pack of the nearest organisation on the path that names one; else that of the settings."""
    above = [int(part) for part in path.strip("/").split("/")]
    query = select(Organisation.path, Organisation.pack).where(Organisation.id.in_(above), Organisation.pack != "")
    nearest = max(connection.execute(query).all(), key=lambda row: len(row.path), default=None)
    return office.settings.rule_pack if nearest is None else str(nearest.pack)


def file_row(
    connection: Connection, office: Office, digest: str, profile: str, unit_id: int, name: str, rows: int
) -> tuple[int, int]:
    """(id, rows already done) of that file under that profile for that unit; a new one is written down first."""
    values = {
        "digest": digest, "profile": profile[:60], "unit_id": unit_id, "name": name[:200], "rows": rows, "done": 0,
        "accepted": 0, "refused": 0, "started_at": office.now(),
    }  # fmt: skip
    key = (ImportFile.digest, ImportFile.profile, ImportFile.unit_id)
    connection.execute(insert_or_leave(connection, ImportFile, *key).values(**values))
    found = connection.execute(
        select(ImportFile.id, ImportFile.done).where(
            ImportFile.digest == digest, ImportFile.profile == profile[:60], ImportFile.unit_id == unit_id
        )
    ).one()
    return found.id, found.done


@dataclass
class RunNote:
    """What the run will say of itself."""

    counts: dict[str, Any] = field(default_factory=dict)


@contextmanager
def journalled(office: Office, flow: str, key: str, **facts: Any) -> Iterator[RunNote]:
    """A row of the run journal around the block: running, then completed, refused or failed with its counts."""
    with office.store.write() as connection:
        row = {"flow": flow, "key": key, "state": "running", "started_at": office.now(), "counts": facts}
        run_id: int = connection.execute(insert(Run).values(**row).returning(Run.id)).scalar_one()
    note = RunNote()
    state, error = "failed", ""
    try:
        yield note
        state = "completed"
    except Refusal as refusal:
        state, error = "refused", str(refusal)
        raise
    except BaseException as broken:
        error = type(broken).__name__  # never its text: it may quote a cell
        raise
    finally:
        _end(office, run_id, state, error, {**facts, **note.counts})


def _end(office: Office, run_id: int, state: str, error: str, counts: Mapping[str, Any]) -> None:
    with office.store.write() as connection:
        values = {"state": state, "ended_at": office.now(), "counts": dict(counts), "error": error}
        connection.execute(update(Run).where(Run.id == run_id).values(**values))
