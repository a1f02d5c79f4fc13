"""The file that is being loaded: for which unit, by whom, and how far it is done."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlalchemy import Connection, select

from config.clock import day_at
from flows.office import Office
from models.casebook import positions_of
from models.imports import ImportFile
from models.people import Organisation
from models.upsert import insert_or_leave
from states.errors import NotPermitted, StepRefused, refuse
from states.labels import Label
from states.roles import Role

#: (rows done, rows in all): for a progress bar
Progress = Callable[[int, int], None]
#: who may load a register or a ledger into a unit
LOADERS = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR, Role.OFFICER})
#: who may load a ledger, which also says who holds which position
LEDGER_LOADERS = frozenset({Role.ADMINISTRATOR})


@dataclass(frozen=True)
class Unit:
    """The unit a file is loaded for."""

    id: int
    path: str
    pack: str


def unit_for(
    connection: Connection, office: Office, unit_id: int, actor_id: int | None, by: Collection[str] = LOADERS
) -> Unit:
    """The unit, if this person may load files for it (nobody is the installer). Raises a `Refusal`."""
    found = connection.execute(
        select(Organisation.id, Organisation.path).where(Organisation.id == unit_id)
    ).one_or_none()
    if found is None:
        raise refuse(StepRefused, "no_unit", Label("没有这一单位", "there is no such unit"), Label("请核对", "check it"))
    if actor_id is not None:
        held = positions_of(connection, actor_id, day_at(office.now()))
        if not any(role in by and found.path.startswith(path) for role, path in held):
            raise refuse(
                NotPermitted,
                "not_permitted",
                Label("您在该单位及其上级没有导入的权限", "you hold no position there or above that may load files"),
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

