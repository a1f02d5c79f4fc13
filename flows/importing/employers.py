"""Employers named in a register: found among the organisations, by code or by name, or made where nobody has them yet.

Names are compared without regard to case, width and blanks. Each look-up and each making is one statement for a chunk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from sqlalchemy import Connection, bindparam, func, insert, literal, select, update
from sqlalchemy import cast as sql_cast
from sqlalchemy.types import String

from flows.importing.cells import fold
from flows.importing.rows import Judged
from models.people import Organisation

#: kinds of organisations that can be the employer of a contract
_EMPLOYING = ("employer", "enterprise_union")
_NAMED = select(Organisation.id, Organisation.name).where(
    Organisation.path.startswith(bindparam("path"), autoescape=False),
    Organisation.kind.in_(_EMPLOYING),
    func.lower(Organisation.name).in_(bindparam("names", expanding=True)),
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
    by_name: dict[str, int] = field(default_factory=dict)
    made: int = 0

    def settle(self, connection: Connection, rows: Sequence[Judged]) -> None:
        """Find or make the employers of those rows."""
        if not self.as_organisations:
            return
        named = {row.values["employer"]: row for row in rows if "employer_id" not in row.values}
        open_ = {fold(name): name for name in named if fold(name) not in self.by_name}
        if not open_:
            return
        spelled = sorted({name.lower() for name in open_.values()})
        for row in connection.execute(_NAMED, {"path": self.unit_path + "%", "names": spelled}):
            self.by_name.setdefault(fold(row.name), row.id)
        self._make(connection, [name for folded, name in open_.items() if folded not in self.by_name])

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
        self.by_name |= {fold(name): key for name, key in new.items()}
        self.made += len(new)

    def _code(self, name: str) -> str:
        return f"E-{sha256(f'{self.unit_id}:{fold(name)}'.encode()).hexdigest()[:12]}"

    def id_of(self, row: Judged) -> int | None:
        """The organisation of the row's employer; None where names stay text."""
        if not self.as_organisations:
            return None
        known: int | None = row.values.get("employer_id")
        return known if known is not None else self.by_name.get(fold(row.values["employer"]))
