"""What all tables share: names of constraints, an instant that is always UTC, and fields that are sealed at rest."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Date,
    DateTime,
    Dialect,
    Integer,
    MetaData,
    Row,
    Select,
    String,
    Text,
    TypeDecorator,
    cast,
    func,
)
from sqlalchemy.orm import DeclarativeBase, mapped_column

from models.vault import VAULT

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """An aware instant in UTC. SQLite forgets zones, so a naive value is refused on the way in."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the store: UTC; without a zone where the store keeps none."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the store: aware, UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Sealed(TypeDecorator[str]):
    """A personal field (identity number, telephone) that the database sees only as cipher text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """To the store: sealed; the empty text stays empty."""
        return VAULT.seal(value) if value else value

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """From the store: opened."""
        return VAULT.open(value) if value else value


#: SQLite numbers rows by itself only for plain INTEGER keys.
BigId = BigInteger().with_variant(Integer, "sqlite")

#: A row, and a query, of whatever columns were asked for.
AnyRow = Row[*tuple[Any, ...]]
AnySelect = Select[*tuple[Any, ...]]


def total(column: Any) -> Any:
    """The sum of a column of whole numbers, as a whole number: PostgreSQL adds them up as decimals."""
    return cast(func.sum(column), BigId)


pk = Annotated[int, mapped_column(BigId, primary_key=True, autoincrement=True)]
line = Annotated[str, mapped_column(String(200))]
code = Annotated[str, mapped_column(String(60))]


class Table(DeclarativeBase):
    """The base of every table."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        int: BigId,
        datetime: Instant(),
        date: Date(),
        dict[str, Any]: JSON(),
        list[Any]: JSON(),
    }
