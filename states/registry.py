"""Which case types there are: (key, version) → CaseType. A case keeps the version it was opened under."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from states.bargaining import BARGAINING
from states.casetype import CaseType, DeadlineRule
from states.dispute import DISPUTE
from states.errors import BadDefinition
from states.register import REGISTER_RULES

_TYPES: dict[tuple[str, int], CaseType] = {(kind.key, kind.version): kind for kind in (DISPUTE, BARGAINING)}
_NEWEST: dict[str, CaseType] = {}
for _kind in _TYPES.values():
    if _kind.key not in _NEWEST or _NEWEST[_kind.key].version < _kind.version:
        _NEWEST[_kind.key] = _kind


def case_type(key: str, version: int | None = None) -> CaseType:
    """The case type of that key, in that version or the newest. Raises `BadDefinition` for one nobody wrote."""
    found = _NEWEST.get(key) if version is None else _TYPES.get((key, version))
    if found is None:
        raise BadDefinition(f"there is no case type {key!r} in version {version}")
    return found


def all_types() -> list[CaseType]:
    """Every version of every type."""
    return list(_TYPES.values())


@contextmanager
def registered(kind: CaseType) -> Iterator[None]:
    """A case type that is known for the length of the block: for tests, benchmarks and drafts."""
    _TYPES[kind.key, kind.version] = kind
    before = _NEWEST.get(kind.key)
    _NEWEST[kind.key] = kind
    try:
        yield
    finally:
        del _TYPES[kind.key, kind.version]
        if before is not None:
            _NEWEST[kind.key] = before  # in its old place: lists show the types in their order
        else:
            del _NEWEST[kind.key]


def versions_near(kind: CaseType) -> Iterator[CaseType]:
    """The type, then its other versions: the older ones first, each time the nearest."""
    yield kind
    others = [one for one in _TYPES.values() if one.key == kind.key and one is not kind]
    yield from sorted(others, key=lambda one: (one.version > kind.version, abs(one.version - kind.version)))


def newest_types() -> list[CaseType]:
    """The newest version of each type: under which cases are opened."""
    return list(_NEWEST.values())


def rule_of(clock: Any) -> DeadlineRule:
    """The rule of a stored clock (a row with contract_id, rule, type, type_version): of its case's type, or of the register."""
    if clock.contract_id is not None:
        return REGISTER_RULES[clock.rule]
    return rule_named(case_type(clock.type, clock.type_version), clock.rule)


def rule_named(kind: CaseType, name: str) -> DeadlineRule:
    """The rule of a clock of a case. One that was settled before the case moved on may be known to another version only."""
    for one in versions_near(kind):
        if name in one.rule:
            return one.rule[name]
    raise KeyError(name)
