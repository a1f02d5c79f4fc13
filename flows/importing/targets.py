"""What a row can become, and which fields that takes: the closed list a profile maps its columns onto."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "day", "whole", "money", "choice", "yes-no", "phone", "identity", "credit-code", "email"]
Target = Literal["contracts", "organisations", "people", "disputes"]


@dataclass(frozen=True)
class Field:
    """A field of a target: the types its column may have, and whether a row cannot be without it."""

    kinds: tuple[Kind, ...] = ("text",)
    required: bool = False
    #: values a choice (or a default) may stand for; empty: the profile's own
    values: tuple[str, ...] = ()
    longest: int = 200


KINDS = ("collective", "wage", "women")
SCOPES = ("enterprise", "regional", "industry")
STANDINGS = ("signed", "filed", "in_force", "renewed", "amended", "terminated", "lapsed")
#: standings under which a contract's clocks run
RUNNING = frozenset({"signed", "filed", "in_force"})
ORGANISATION_KINDS = (
    "federation", "district", "subdistrict", "system", "community", "enterprise_union", "committee", "partner",
    "employer",
)  # fmt: skip
ROLES = ("mediator", "officer", "chair", "supervisor", "administrator")
CAUSES = (
    "wage_arrears", "overtime", "termination", "work_injury", "social_insurance", "no_contract", "other",
)  # fmt: skip
CHANNELS = ("visit", "letter", "phone", "online", "transfer")
#: how far a dispute of a ledger may already be
DISPUTE_STATES = ("registered", "accepted", "mediating", "performing")
#: what is going on about a contract's renewal
BARGAINING_STATES = ("planned", "invited")

_DAY, _WHOLE, _TICK = Field(("day",)), Field(("whole",)), Field(("yes-no",))

FIELDS: Mapping[Target, Mapping[str, Field]] = {
    "contracts": {
        "number": Field(longest=60),
        "unit": Field(longest=60),
        "employer_code": Field(longest=60),
        "employer": Field(required=True),
        "union": Field(),
        "kind": Field(("choice",), required=True, values=KINDS),
        "scope": Field(("choice",), required=True, values=SCOPES),
        "industry": Field(longest=80),
        "standing": Field(("choice",), required=True, values=STANDINGS),
        "signed_on": _DAY,
        "starts_on": _DAY,
        "expires_on": Field(("day",), required=True),
        "workers": _WHOLE,
        "women": _WHOLE,
        "bargaining": Field(("choice",), values=BARGAINING_STATES),
        "invited_on": _DAY,
        "officer": Field(longest=60),
    },
    "organisations": {
        "code": Field(required=True, longest=60),
        "name": Field(required=True),
        "kind": Field(("choice",), required=True, values=ORGANISATION_KINDS),
        "parent": Field(longest=60),
        "pack": Field(longest=40),
        "mediates": _TICK,
        "credit_code": Field(("credit-code", "text"), longest=18),
        "industry": Field(longest=80),
        "workers": _WHOLE,
    },
    "people": {
        "code": Field(required=True, longest=60),
        "name": Field(required=True),
        "identity": Field(("identity",)),
        "phone": Field(("phone",)),
        "email": Field(("email",)),
        "language": Field(("choice",), values=("zh", "en")),
        "organisation": Field(required=True, longest=60),
        "role": Field(("choice",), required=True, values=ROLES),
        "from_on": _DAY,
        "to_on": _DAY,
    },
    "disputes": {
        "number": Field(required=True, longest=60),
        "unit": Field(required=True, longest=60),
        "registered_on": Field(("day",), required=True),
        "applicant": Field(required=True),
        "phone": Field(("phone",)),
        "identity": Field(("identity",)),
        "employer": Field(required=True),
        "cause": Field(("choice",), required=True, values=CAUSES),
        "summary": Field(required=True, longest=10_000),
        "channel": Field(("choice",), values=CHANNELS),
        "amount": Field(("money",)),
        "claimants": _WHOLE,
        "members": Field(longest=10_000),
        "representatives": Field(longest=1_000),
        "knew_on": _DAY,
        "employment_ended_on": _DAY,
        "injured_on": _DAY,
        "confidential": _TICK,
        "state": Field(("choice",), required=True, values=DISPUTE_STATES),
        "mediator": Field(required=True, longest=60),
        "received_on": _DAY,
        "accepted_on": _DAY,
        "session_on": _DAY,
        "place": Field(),
        "signed_on": _DAY,
        "agreed_amount": Field(("money",)),
        "terms": Field(longest=10_000),
        "instalments": Field(longest=10_000),
        "visited_on": _DAY,
    },
}
