"""`python -m tests.documents.write_samples`: the sample facts of `documents/samples.json`, of whole cases and fictional people.

To be run when papers speak of other facts than before; `test_own_texts.py` says so.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from sqlalchemy import select

from documents import text_checks
from documents.gathering import SEALED
from documents.issue import issue_renewal_reminders
from models.contracts import Contract
from models.vault import VAULT
from tests.documents.stage import Union, every_bargaining_paper, every_dispute_paper


def opened(value: Any) -> Any:
    """The facts with the numbers of the invented people as they are."""
    if isinstance(value, str):
        return VAULT.open(value.removeprefix(SEALED)) if value.startswith(SEALED) else value
    if isinstance(value, dict):
        return {name: opened(inner) for name, inner in value.items()}
    return [opened(inner) for inner in value] if isinstance(value, list) else value


def samples(home: Path) -> dict[str, dict[str, Any]]:
    """The fullest facts of each paper."""
    union = Union(home)
    every_dispute_paper(union)
    every_bargaining_paper(union)
    with union.office.store.write() as connection:
        some = list(connection.scalars(select(Contract.id).limit(1)))
        issue_renewal_reminders(connection, some, union.now, union.now.date())
    fullest: dict[str, tuple[int, dict[str, Any]]] = {}
    for row in union.papers():
        facts = opened(row["facts"])
        length = len(json.dumps(facts, ensure_ascii=False))
        if length > fullest.get(row["paper"], (0, {}))[0]:
            fullest[row["paper"]] = (length, facts)
    return {paper: facts for paper, (_, facts) in sorted(fullest.items())}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        found = samples(Path(folder))
    lines = ",\n".join(
        f"{json.dumps(name)}: {json.dumps(facts, ensure_ascii=False, sort_keys=True)}" for name, facts in found.items()
    )
    Path(text_checks.__file__).with_name("samples.json").write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
