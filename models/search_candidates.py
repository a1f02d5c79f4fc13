"""What the index names for a question: the newest of each kind that match exactly, at the beginning and anywhere.

All of it is one statement. The places of the scope are part of the condition, and tokens are asked for whole, so SQLite
walks the lists of the tokens from their newest end and stops when it has enough: a common word costs no more than a rare one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Connection, text

from models.scope import Scope
from models.search_asking import All, Either, Part, Question, Rank
from models.search_index import Kind, target_of

_STAGES = (Rank.NAME, Rank.BEGINS, Rank.WITHIN)


def candidates(
    connection: Connection, scope: Scope, asked: Question, width: int, kinds: Sequence[Kind]
) -> tuple[dict[Kind, list[int]], bool]:
    """Ids by kind, and whether there were more than `width` somewhere."""
    is_sqlite = connection.dialect.name == "sqlite"
    one, written = (_ON_SQLITE, _for_fts) if is_sqlite else (_ON_POSTGRESQL, _for_tsquery)
    queries: list[str] = []
    for kind in kinds:
        places = _places(kind, scope)
        queries += dict.fromkeys(written(All((places, asked.asks(rank)))) for rank in _STAGES) if places else []
    if not queries:
        return {kind: [] for kind in kinds}, False
    whole = " UNION ALL ".join(one.format(no=no) for no in range(len(queries)))
    values = {f"q{no}": query for no, query in enumerate(queries)}
    ids: dict[Kind, dict[int, None]] = {kind: {} for kind in kinds}
    counts: dict[int, int] = defaultdict(int)
    if not is_sqlite:
        connection.execute(_BY_TOKENS)
    for no, row in connection.execute(text(whole), {**values, "width": width}):
        kind, target = target_of(row)
        ids[kind][target] = None
        counts[no] += 1
    return {kind: list(found) for kind, found in ids.items()}, max(counts.values(), default=0) >= width


_ON_SQLITE = (
    "SELECT * FROM (SELECT {no} AS no, rowid AS id FROM search_fts WHERE search_fts MATCH :q{no} "
    "ORDER BY rowid DESC LIMIT :width)"
)
# `id + 0`: for the same reason it would walk down the key for a word that is nowhere
_ON_POSTGRESQL = (
    "(SELECT {no} AS no, id FROM search_text WHERE tokens @@ CAST(:q{no} AS tsquery) ORDER BY id + 0 DESC LIMIT :width)"
)
#: for this transaction: the planner knows only a few thousand of our tokens, takes all others for common, and reads everything
_BY_TOKENS = text("SET LOCAL enable_seqscan = off")


def _places(kind: Kind, scope: Scope) -> Either:
    """The tokens of the places from which the person sees such things."""
    if scope.is_everything:
        return Either((f"{kind.letter}a",))
    places = [f"u{path.strip('/').rpartition('/')[2]}" for path in scope.paths]
    if kind is Kind.CASE:
        places += [f"o{scope.person_id}", f"p{scope.person_id}"]
    if kind is not Kind.ORGANISATION:
        places += [f"e{employer}" for employer in scope.employers]
    return Either(f"{kind.letter}{place}" for place in places)


def _for_fts(part: Part) -> str:
    return _said(part, '"', " AND ", " OR ")


def _for_tsquery(part: Part) -> str:
    return _said(part, "'", " & ", " | ")


def _said(part: Part, mark: str, both: str, either: str) -> str:
    """The condition in the database's words; tokens are letters, digits and Chinese characters only."""
    if isinstance(part, str):
        return f"{mark}{part}{mark}"
    inner = [_said(one, mark, both, either) for one in part]
    return inner[0] if len(inner) == 1 else f"({(both if isinstance(part, All) else either).join(inner)})"
