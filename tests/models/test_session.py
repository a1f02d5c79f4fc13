"""What a connection to the store keeps."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event, insert

from models.cases import Counter
from models.session import ROWS
from tests.factories import Town


def test_rows_of_every_number_are_few_statements(town: Town) -> None:
    """Each text is kept by each connection, however long it is."""
    store, texts = town.office.store, set[str]()

    @event.listens_for(store.engine, "before_cursor_execute")
    def hear(_connection: Any, _cursor: Any, text: str, *_: Any) -> None:
        texts.add(text)

    made = insert(Counter).returning(Counter.last)
    with store.write() as connection:
        for many in range(2, 4 * ROWS, 3):
            rows = [{"series": f"{many}-{one}", "last": one} for one in range(many)]
            assert sorted(connection.scalars(made, rows)) == list(range(many))
    assert len(texts) <= ROWS
    assert max(map(len, texts)) < 100 * ROWS
