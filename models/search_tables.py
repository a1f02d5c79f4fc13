"""What a database keeps beside `search_text` in order to find tokens: FTS5 on SQLite, a GIN index on PostgreSQL; no extension.

The FTS5 table has no text of its own: triggers hand it every change. It keeps no places and lengths of words: nothing is asked
for them. On PostgreSQL the tokens become a `tsvector` as they are, past its parser, which cuts words by the server's locale.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

_SQLITE = (
    "CREATE VIRTUAL TABLE search_fts USING fts5(text, content='search_text', content_rowid='id', tokenize='unicode61', "
    "detail=none, columnsize=0)",
    "CREATE TRIGGER search_text_in AFTER INSERT ON search_text BEGIN "
    "INSERT INTO search_fts(rowid, text) VALUES (new.id, new.text); END",
    "CREATE TRIGGER search_text_out AFTER DELETE ON search_text BEGIN "
    "INSERT INTO search_fts(search_fts, rowid, text) VALUES ('delete', old.id, old.text); END",
    "CREATE TRIGGER search_text_changed AFTER UPDATE OF text ON search_text BEGIN "
    "INSERT INTO search_fts(search_fts, rowid, text) VALUES ('delete', old.id, old.text); "
    "INSERT INTO search_fts(rowid, text) VALUES (new.id, new.text); END",
)
# a column of its own: nothing makes tokens of a text while it looks for them;
# a short pending list: nobody's search reads through thousands of rows that were not sorted in yet
_POSTGRESQL = (
    "ALTER TABLE search_text ADD COLUMN tokens tsvector "
    "GENERATED ALWAYS AS (array_to_tsvector(string_to_array(text, ' '))) STORED",
    "CREATE INDEX ix_search_text_tokens ON search_text USING gin (tokens) WITH (gin_pending_list_limit = 256)",
)


def make_searchable(connection: Connection) -> None:
    """Make the index beside the table `search_text`, which has just been made."""
    for statement in _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL:
        connection.exec_driver_sql(statement)


@contextmanager
def filled_at_once(connection: Connection) -> Iterator[None]:
    """Within, many rows are written into `search_text`; what finds them is made of all of them at the end."""
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql("DROP INDEX ix_search_text_tokens")
        yield
        connection.exec_driver_sql(_POSTGRESQL[1])
        return
    connection.exec_driver_sql("DROP TRIGGER search_text_in")
    yield
    connection.exec_driver_sql("INSERT INTO search_fts (search_fts) VALUES ('rebuild')")
    connection.exec_driver_sql(_SQLITE[1])
