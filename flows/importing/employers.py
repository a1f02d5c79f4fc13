"""Employers named in a register: found among the organisations, by code or by name, or made where nobody has them yet.

Names are compared without regard to case, width and blanks, so those of the unit are read once; what is missing is made
by one statement a chunk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Connection, bindparam, insert, literal, select, update
from sqlalchemy import cast as sql_cast
from sqlalchemy.types import String

from flows.importing.cells import fold
from flows.importing.rows import Judged
from models.people import Organisation
from models.search_index import Kind, refresh

#: kinds of organisations that can be the employer of a contract
_EMPLOYING = ("employer", "enterprise_union")
_NAMED = (
    select(Organisation.id, Organisation.name)
    .where(Organisation.path.like(bindparam("path")), Organisation.kind.in_(_EMPLOYING))
    .order_by(Organisation.id.desc())
    .limit(200_000)
)
_PATHS = (
    update(Organisation.__table__)  # type: ignore[arg-type]
    .where(Organisation.id.in_(bindparam("ids", expanding=True)))
    .values(path=literal("").concat(bindparam("above")).concat(sql_cast(Organisation.id, String)).concat("/"))
)


@dataclass
class Employers:
    """The employers of one import. With `as_organisations` False names stay text on the contracts."""

    as_organisations: bool
    unit_id: int
    unit_path: str
    made: int = 0
    _by_name: dict[str, int] | None = None

    def settle(self, connection: Connection, rows: Sequence[Judged]) -> None:
        """Find or make the employers of those rows."""
        if not self.as_organisations:
            return
        named = [row.values["employer"] for row in rows if "employer_id" not in row.values]
        if self._by_name is None and named:
            there = connection.execute(_NAMED, {"path": f"{self.unit_path}%"})
            self._by_name = {fold(row.name): row.id for row in there}
        known = self._by_name or {}
        self._make(connection, list({fold(name): name for name in named if fold(name) not in known}.values()))

    def _make(self, connection: Connection, names: Sequence[str]) -> None:
        if not names:
            return
        rows = [
            {
                "code": self._code(name), "name": name, "kind": "employer", "parent_id": self.unit_id, "path": "",
                "pack": "", "mediates": False, "credit_code": "", "industry": "", "workers": 0,
            }
            for name in names
        ]  # fmt: skip
        made = insert(Organisation).returning(Organisation.id, Organisation.name)
        new = {row.name: row.id for row in connection.execute(made, rows)}
        connection.execute(_PATHS, {"ids": list(new.values()), "above": self.unit_path})
        refresh(connection, Kind.ORGANISATION, new.values())
        self._by_name = (self._by_name or {}) | {fold(name): key for name, key in new.items()}
        self.made += len(new)

    def _code(self, name: str) -> str:
        return f"E-{sha256(f'{self.unit_id}:{fold(name)}'.encode()).hexdigest()[:12]}"

    def id_of(self, row: Judged) -> int | None:
        """The organisation of the row's employer; None where names stay text."""
        if not self.as_organisations:
            return None
        known: int | None = row.values.get("employer_id")
        return known if known is not None else (self._by_name or {}).get(fold(row.values["employer"]))
