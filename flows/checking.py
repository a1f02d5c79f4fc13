"""`concord types check`: the laws of a case type that need more than the type itself.

The static laws ran when the type was built. Here: every paper and notice it names is in a catalogue, every clock's period is in
every rule pack of its country, every label has both languages.
"""

from __future__ import annotations

from collections.abc import Iterator

from config.rules import MissingRule, load_pack, pack_keys
from documents.catalogue import PAPERS
from notifications.catalogue import NOTICES
from states.casetype import CaseType
from states.laws import broken_laws
from states.registry import all_types

KINDS = ("collective", "wage", "women")


def check_types() -> list[str]:
    """One sentence for each law that a registered type breaks; empty when all hold."""
    return [f"{kind.key}: {sentence}" for kind in all_types() for sentence in _broken(kind)]


def _broken(kind: CaseType) -> Iterator[str]:
    yield from broken_laws(kind)
    steps = (kind.opening, *kind.steps)
    for name in sorted({paper for step in steps for paper in step.papers} - set(PAPERS)):
        yield f"paper {name} is in no catalogue"
    told = {notice for step in steps for notice in step.tells}
    told |= {name for rule in kind.deadlines for name in (rule.notice, rule.over_notice)}
    for name in sorted(told - set(NOTICES)):
        yield f"notice {name} is in no catalogue"
    yield from _periods(kind)
    for label in (*(step.label for step in steps), *(stage.label for stage in kind.stages)):
        if not (label.zh and label.en):
            yield f"a label lacks a language: {label.zh or label.en}"


def _periods(kind: CaseType) -> Iterator[str]:
    for key in pack_keys():
        if key.startswith("us-") and kind.key != "bargaining":
            continue  # a pack for the contracts of another country; disputes are not handled under it
        pack = load_pack(key)
        for rule in kind.deadlines:
            for contract in KINDS if "{" in rule.period else ("",):
                name = rule.period_for({"kind": contract})
                if not name:
                    continue
                try:
                    pack.period(name)
                except MissingRule as missing:
                    yield str(missing)
