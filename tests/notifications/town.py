"""A small town to tell things to: a city, a district, a subdistrict and a factory, the people who work there, and cases."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select

from config.settings import Settings
from models.cases import CaseFile, Party
from models.contracts import Contract
from models.deadlines import Deadline
from models.outbox import Message
from models.people import Organisation, Person, Position
from models.session import Store, open_store
from notifications.tell import message_row
from tests import stores
from tests.counting import statements_to

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # Monday, nine in the morning
TODAY = date(2026, 11, 23)
CITY, DISTRICT, STREET, FACTORY, OTHER = 1, 2, 3, 4, 5
UNITS = {CITY: "/1/", DISTRICT: "/1/2/", STREET: "/1/2/3/", FACTORY: "/1/2/3/4/", OTHER: "/1/5/"}


def step_facts(number: str, **changes: Any) -> dict[str, Any]:
    """The facts of a step notice."""
    return {
        "number": number, "case_type": "dispute", "step": "accept", "state": "accepted", "outcome": None,
        "actor_id": None, "dates": [["mediation-from-acceptance", "", "2026-12-08"]], **changes,
    }  # fmt: skip


@dataclass
class Town:
    """The store and shortcuts to fill it."""

    store: Store
    settings: Settings
    persons: dict[str, int] = field(default_factory=dict)

    def add(self, table: Any, **values: Any) -> int:
        """One row; its id."""
        with self.store.write() as connection:
            made: int = connection.execute(insert(table).values(**values).returning(table.id)).scalar_one()
        return made

    def person(self, code: str, *posts: tuple[str, int], left_on: date | None = None, until: date | None = None,
               language: str = "zh", email: str | None = None) -> int:  # fmt: skip
        """Somebody with positions (role, unit)."""
        address = f"{code}@union.example" if email is None else email
        self.persons[code] = self.add(
            Person, code=code, name=code, email=address, language=language, left_on=left_on, phone="", identity="", password=""
        )
        for role, unit in posts:
            self.add(Position, person_id=self.persons[code], organisation_id=unit, role=role, to_on=until)
        return self.persons[code]

    def case(self, number: str, **changes: Any) -> int:
        """A case of the subdistrict."""
        values = {
            "number": number, "type": "dispute", "type_version": 1, "pack": "cn", "pack_version": "1", "state": "accepted",
            "version": 1, "unit_id": STREET, "facts": {}, "opened_on": TODAY, "moved_at": NOW, "head": "",
        }  # fmt: skip
        return self.add(CaseFile, **{**values, **changes})

    def party(self, case_id: int, role: str, person_id: int) -> None:
        """A party with a person row."""
        self.add(Party, case_id=case_id, seq=1, role=role, name="x", person_id=person_id, phone="", identity="")

    def contract(self, number: str, expires_on: date, **changes: Any) -> int:
        """A contract of the register."""
        values = {
            "number": number, "unit_id": STREET, "employer_id": FACTORY, "employer_name": "厂", "kind": "wage",
            "scope": "enterprise", "pack": "cn", "standing": "in_force", "expires_on": expires_on, "more": {},
        }  # fmt: skip
        return self.add(Contract, **{**values, **changes})

    def deadline(self, due_on: date, **changes: Any) -> int:
        """A running clock."""
        values = {"rule": "limitation", "status": "open", "due_on": due_on, "next_on": min(due_on, TODAY), "explanation": {}}
        return self.add(Deadline, **{**values, **changes})

    def post(self, key: str, notice: str, facts: dict[str, Any], **changes: Any) -> int:
        """A notice in the outbox."""
        return self.add(Message, **message_row(key, notice, facts, changes.pop("now", NOW), **changes))

    def tell(self, count: int, notice: str = "case_accepted") -> None:
        """Post that many notices of as many cases, all for the mediator Li."""
        for no in range(count):
            number = f"D2026-{no:05d}"
            case_id = self.case(number, owner_id=self.persons["li"])
            self.post(f"{case_id}:1:{notice}", notice, step_facts(number), case_id=case_id, seq=1)

    def rows(self, table: Any, *where: Any) -> list[Any]:
        """Rows of a table, oldest first."""
        with self.store.read() as connection:
            return list(connection.execute(select(table.__table__).where(*where).order_by(table.id)).all())

    def count(self, table: Any, *where: Any) -> int:
        """How many there are."""
        with self.store.read() as connection:
            return connection.execute(select(func.count()).select_from(table).where(*where)).scalar_one()

    def statements(self) -> AbstractContextManager[list[str]]:
        """The statements that go to the database in the meantime."""
        return statements_to(self.store.engine)


def found(home: Path, **settings: Any) -> Town:
    """The town with its units: Li mediates and Wang supervises in the subdistrict's chain, Admin looks after the program."""
    chosen = stores.lay_tables(home, **settings)
    store = open_store(chosen.database, home / "secret.key")
    town = Town(store, chosen)
    for unit, path in UNITS.items():
        above = [int(part) for part in path.strip("/").split("/")][:-1]
        town.add(Organisation, id=unit, code=f"u{unit}", name=f"u{unit}", kind="subdistrict", path=path,
                 parent_id=above[-1] if above else None)  # fmt: skip
    town.person("li", ("mediator", STREET), ("officer", STREET))
    town.person("wang", ("supervisor", DISTRICT))
    town.person("admin", ("administrator", CITY))
    return town
