"""The store's shape: migrations make what the tables say, and an older program keeps its hands off a newer store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.exc import DBAPIError

from models.all import METADATA
from models.migrating import StoreTooNew, known_revisions, migrate, revision_of
from models.session import Store, open_store
from tests.stores import keys_forgotten, settings_at


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = open_store(settings_at(tmp_path).database, tmp_path / "secret.key")
    yield made
    made.close()


def test_an_empty_store_is_brought_to_the_newest_shape_once(store: Store) -> None:
    assert revision_of(store) is None
    assert migrate(store) == known_revisions()[-1]
    assert migrate(store) == revision_of(store)


def test_the_migrations_make_exactly_the_tables_that_the_models_declare(store: Store) -> None:
    migrate(store)
    with store.engine.connect() as connection:
        # what `models.search_tables` keeps beside `search_text`: tables of FTS5, or a column with its index
        beside = ("search_fts", "tokens", "ix_search_text_tokens")
        ours: Any = lambda name, _kind, _above: not (name or "").startswith(beside)  # noqa: E731
        options = {"compare_type": not store.is_sqlite, "include_name": ours}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, METADATA) == []


def test_a_store_that_is_newer_than_the_program_is_refused_with_the_way_out(store: Store) -> None:
    migrate(store)
    with store.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreTooNew, match="update the program, or restore the backup"):
        migrate(store)


@pytest.mark.parametrize("table", ["case_event", "audit_seal"])
@pytest.mark.parametrize("act", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_the_migrated_store_keeps_its_record_append_only(store: Store, table: str, act: str) -> None:
    migrate(store)
    row = {
        "case_event": "INSERT INTO case_event (case_id, seq, step, from_state, to_state, role, unit_id, at, detail, "
        "detail_digest, previous, hash) VALUES (1, 1, 'open', 'a', 'a', 'clock', 1, '2026-11-21', '{}', '', '', '')",
        "audit_seal": "INSERT INTO audit_seal (up_to_event, events, at, previous, hash) VALUES (1, 1, '2026-11-21', '', '')",
    }[table]
    with store.engine.connect() as connection:
        with keys_forgotten(connection):
            connection.exec_driver_sql(row)
        with pytest.raises(DBAPIError, match="append-only"):
            connection.exec_driver_sql(act.format(table))
