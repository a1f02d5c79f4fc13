"""The hash chain of a case's events: each hash covers the one before, so no row can be changed, removed or swapped.

A case's own chain ends in `case_file.head` and counts in `case_file.version`; a removed tail shows there. A seal over all
events (`AuditSeal`) shows a case removed as a whole. What an event wrote is covered by its digest, so personal parts can
later be taken out of `detail` without breaking the chain.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson

#: what the first event of a case follows
START = "0" * 64


def canonical(value: Any) -> bytes:
    """One value, one spelling: JSON with sorted keys, no spaces."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS, default=str)


def digest(value: Any) -> str:
    """SHA-256 of the canonical spelling, in hex."""
    return sha256(canonical(value)).hexdigest()


def event_hash(previous: str, event: Mapping[str, Any]) -> str:
    """The hash of an event row that follows `previous`."""
    at: datetime = event["at"]
    covered = (
        previous, event["case_id"], event["seq"], event["step"], event["from_state"], event["to_state"],
        event["actor_id"], event["role"], event["unit_id"], event["request_id"], at.isoformat(), event["detail_digest"],
    )  # fmt: skip
    return sha256(canonical(covered)).hexdigest()
