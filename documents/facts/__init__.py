"""What each paper speaks of, frozen as plain values: texts, whole numbers (fen), ISO days, lists of them.

A function gathers for one act; everything it asks the `Desk` was read for the whole batch. What is not known is the empty
text: the paper prints a line to be filled in by hand. Closed lists carry both names, numbers of persons their cipher text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from documents.facts import bargaining, dispute
from documents.gathering import Desk
from models.clerk import Act

Facts = dict[str, Any]

FACTS: Mapping[str, Callable[[Desk, Act], Facts]] = {
    "dispute": dispute.dispute,
    "people": dispute.people,
    "session": dispute.session,
    "failure": dispute.failure,
    "agreement": dispute.agreement,
    "performance": dispute.performance,
    "cover": dispute.cover,
    "bargaining": bargaining.bargaining,
    "teams": bargaining.teams,
    "round": bargaining.round_held,
    "contract": bargaining.contract,
}

__all__ = ["FACTS", "Facts"]
