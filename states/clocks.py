"""Short words for the clocks of a case type: one that a rule pack counts, one whose day people agree on."""

from __future__ import annotations

from typing import Any

from states.casetype import DeadlineRule, Remind
from states.labels import Label

#: Office policy: a nudge, then a daily word to the supervisor.
NUDGE = Remind(before=(0,))


def clock(name: str, zh: str, en: str, *, period: str = "", **rest: Any) -> DeadlineRule:
    """A clock counted by the rule pack; its period bears the clock's own name unless another is given."""
    return DeadlineRule(name=name, label=Label(zh, en), period=period or name, **rest)


def agreed(name: str, zh: str, en: str, **rest: Any) -> DeadlineRule:
    """A clock whose last day people agree on; no pack knows it."""
    return DeadlineRule(name=name, label=Label(zh, en), **rest)
