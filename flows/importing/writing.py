"""Writing a chunk of a register: contracts, their clocks, the refused rows and the place reached, in one transaction.

The number of statements is the same for ten rows and for a thousand. A contract already there (by its `source_key`) is
left as it is; how far a file is done moves in the same transaction, so a killed run goes on exactly where it stopped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from config.rules import load_pack
from config.workdays import work_calendar
from flows.importing.employers import Employers
from flows.importing.profiles import Profile
from flows.importing.reasons import ImportBusy
from flows.importing.rows import Judged
from flows.importing.targets import RUNNING
from models.chain import digest
from models.contracts import Contract
from models.deadlines import Deadline
from models.imports import ImportFile, ImportRow
from models.numbers import next_numbers
from models.search_index import Kind, refresh
from models.upsert import insert_or_leave
from states.errors import Reason, refuse
from states.labels import Label
from states.register import clocks_of

CHUNK = 1000

_REACHED = select(ImportFile.done).where(ImportFile.id == bindparam("id")).with_for_update()
_THERE = select(Contract.source_key, Contract.expires_on, Contract.workers).where(
    Contract.source_key.in_(bindparam("keys", expanding=True))
)
_CLOCK = insert(Deadline.__table__)  # type: ignore[arg-type]
_REFUSED = insert(ImportRow.__table__)  # type: ignore[arg-type]
_ADVANCE = (
    update(ImportFile.__table__)  # type: ignore[arg-type]
    .where(ImportFile.id == bindparam("b_id"))
    .values(
        done=bindparam("b_done"),
        accepted=ImportFile.accepted + bindparam("b_accepted"),
        refused=ImportFile.refused + bindparam("b_refused"),
        settled_at=bindparam("b_settled_at"),
    )
)


@dataclass
class Written:
    """What was written so far."""

    added: int = 0
    already: int = 0
    deadlines: int = 0
    differing: list[int] = field(default_factory=list)


@dataclass
class RegisterWriter:
    """Writes the chunks of one file; clocks are counted once for each kind and last day."""

    file_id: int
    unit_id: int
    pack: str
    profile: Profile
    as_of: date
    employers: Employers
    written: Written = field(default_factory=Written)
    _clocks: dict[tuple[str, date, str], list[dict[str, Any]]] = field(default_factory=dict)

    def chunk(self, connection: Connection, start: int, rows: Sequence[Judged], at: datetime, *, last: bool) -> None:
        """Write the rows that stand at `start` of the file. Raises `ImportBusy` if another run was there first."""
        if connection.execute(_REACHED, {"id": self.file_id}).scalar_one() != start:
            raise _busy()
        accepted = [row for row in rows if not row.reasons]
        refused = [row for row in rows if row.reasons]
        if accepted:
            self._contracts(connection, accepted)
        if refused:
            connection.execute(_REFUSED, [self._refused(row) for row in refused])
        connection.execute(
            _ADVANCE,
            {
                "b_id": self.file_id, "b_done": start + len(rows), "b_accepted": len(accepted),
                "b_refused": len(refused), "b_settled_at": at if last else None,
            },
        )  # fmt: skip

    def _contracts(self, connection: Connection, rows: Sequence[Judged]) -> None:
        keys = {self.source_key(row): row for row in rows}
        there = {row.source_key: row for row in connection.execute(_THERE, {"keys": list(keys)})}
        for key, found in there.items():
            row = keys[key]
            if (found.expires_on, found.workers) != (row.values["expires_on"], row.values.get("workers", 0)):
                self.written.differing.append(row.line)
        self.written.already += len(rows) - len(keys) + len(there)
        new = {key: row for key, row in keys.items() if key not in there}
        if not new:
            return
        self.employers.settle(connection, list(new.values()))
        year = self.as_of.year
        numbers = next_numbers(connection, f"contract{year}", len(new))
        made = insert_or_leave(connection, Contract, Contract.source_key).returning(Contract.id, Contract.source_key)
        values = [
            self._contract(key, row, f"HT{year}-{number:05d}") for (key, row), number in zip(new.items(), numbers, strict=True)
        ]
        ids = {row.source_key: row.id for row in connection.execute(made, values)}
        clocks = [
            {**clock, "contract_id": contract_id} for key, contract_id in ids.items() for clock in self._clocks_of(new[key])
        ]
        if clocks:
            connection.execute(_CLOCK, clocks)
        refresh(connection, Kind.CONTRACT, ids.values())
        self.written.added += len(ids)
        self.written.deadlines += len(clocks)

    def source_key(self, row: Judged) -> str:
        """What keeps the contract from being added twice: unit, profile and the row's own key."""
        return digest([self.unit_id, row.key])

    def _contract(self, key: str, row: Judged, number: str) -> dict[str, Any]:
        values = row.values
        more = {name: _json(values[name]) for name in self.profile.more if name in values}
        if "number" in values:
            more["number"] = values["number"]
        if row.flags:
            more["flags"] = list(row.flags)
        return {
            "number": number, "unit_id": values.get("unit_id", self.unit_id),
            "employer_id": self.employers.id_of(row), "employer_name": values["employer"],
            "union_name": values.get("union", ""), "kind": values["kind"], "scope": values["scope"],
            "industry": values.get("industry", ""), "pack": values.get("pack", self.pack),
            "standing": values["standing"], "signed_on": values.get("signed_on"),
            "starts_on": values.get("starts_on"), "expires_on": values["expires_on"],
            "workers": values.get("workers", 0), "women": values.get("women", 0),
            "source": f"import:{self.profile.name}"[:60], "source_key": key, "more": more,
        }  # fmt: skip

    def _clocks_of(self, row: Judged) -> list[dict[str, Any]]:
        if row.values["standing"] not in RUNNING:
            return []
        pack = row.values.get("pack", self.pack)
        asked = (row.values["kind"], row.values["expires_on"], pack)
        found = self._clocks.get(asked)
        if found is None:
            rules = load_pack(pack)
            found = self._clocks[asked] = clocks_of(asked[0], asked[1], rules, work_calendar(rules.calendar))
        return found

    def _refused(self, row: Judged) -> dict[str, Any]:
        return {
            "file_id": self.file_id,
            "line": row.line,
            "reasons": [reason_as_json(one) for one in row.reasons],
        }


def reason_as_json(one: Reason) -> dict[str, Any]:
    """A reason as it is kept; it names columns, never what stood in a cell."""
    return {"code": one.code, "field": one.field, "text": list(one.text), "remedy": list(one.remedy)}


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _busy() -> Exception:
    return refuse(
        ImportBusy,
        "import_busy",
        Label("另有人正在导入同一文件", "somebody else is loading the same file"),
        Label("待其完成后再试", "try again when that run is done"),
    )
