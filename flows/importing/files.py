"""The file that is being loaded: for which unit, by whom, and how far it is done."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select, update

from config.clock import day_at
from flows.office import Office
from models.casebook import positions_of
from models.imports import ImportFile, ImportRow
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


def unit_for(connection: Connection, office: Office, unit_id: int, actor_id: int | None, by: Collection[str] = LOADERS) -> Unit:
    """The unit, if this person may load files for it (nobody is the installer). Raises a `Refusal`."""
    found = connection.execute(select(Organisation.id, Organisation.path).where(Organisation.id == unit_id)).one_or_none()
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
    return Unit(found.id, found.path, packs_of(connection, office).at(found.path))


@dataclass(frozen=True)
class Packs:
    """Which rule pack holds where: the one named by the nearest organisation above, else that of the settings."""

    named: dict[str, str]
    otherwise: str

    def at(self, path: str) -> str:
        """The pack in force for the organisation with that path ("/1/5/23/")."""
        while path and path not in self.named:
            path = path.rstrip("/").rpartition("/")[0]
            path = f"{path}/" if path else ""
        return self.named.get(path, self.otherwise)


def packs_of(connection: Connection, office: Office) -> Packs:
    """The packs that organisations name: a few, where law differs."""
    query = select(Organisation.path, Organisation.pack).where(Organisation.pack != "").limit(10_000)
    return Packs({row.path: row.pack for row in connection.execute(query)}, office.settings.rule_pack)


def is_new(connection: Connection) -> bool:
    """Whether the office has no organisation yet."""
    return connection.execute(select(Organisation.id).limit(1)).first() is None


def root_unit(connection: Connection, office: Office) -> Unit:
    """The one organisation without a superior: whose ledger it is where nobody says. Raises a `Refusal`."""
    query = select(Organisation.id, Organisation.path).where(Organisation.parent_id.is_(None)).limit(2)
    roots = connection.execute(query).all()
    if len(roots) != 1:
        raise refuse(
            StepRefused,
            "no_unit",
            Label("须指明为哪个单位导入", "say for which unit the ledger is loaded"),
            Label("加上单位编码", "name the unit"),
        )
    return Unit(roots[0].id, roots[0].path, packs_of(connection, office).at(roots[0].path))


@dataclass(frozen=True)
class FileAt:
    """A file of the journal: its id, how many rows are done, and whether it had been loaded to its end before."""

    id: int
    done: int
    again: bool


def file_row(connection: Connection, office: Office, digest: str, profile: str, unit_id: int, name: str, rows: int) -> FileAt:
    """That file under that profile for that unit; a new one is written down first.

    A file that was loaded to its end is gone through again: what refused a row then may have been mended since, outside
    of the file; and rows that are there already are left as they are.
    """
    values = {
        "digest": digest, "profile": profile[:60], "unit_id": unit_id, "name": name[:200], "rows": rows, "done": 0,
        "accepted": 0, "refused": 0, "started_at": office.now(),
    }  # fmt: skip
    key = (ImportFile.digest, ImportFile.profile, ImportFile.unit_id)
    connection.execute(insert_or_leave(connection, ImportFile, *key).values(**values))
    found = connection.execute(
        select(ImportFile.id, ImportFile.done, ImportFile.rows).where(
            ImportFile.digest == digest, ImportFile.profile == profile[:60], ImportFile.unit_id == unit_id
        )
    ).one()
    if found.done < found.rows:
        return FileAt(found.id, found.done, again=False)
    connection.execute(delete(ImportRow).where(ImportRow.file_id == found.id))
    anew = {"done": 0, "accepted": 0, "refused": 0, "started_at": office.now(), "settled_at": None}
    connection.execute(update(ImportFile).where(ImportFile.id == found.id).values(**anew))
    return FileAt(found.id, 0, again=True)
