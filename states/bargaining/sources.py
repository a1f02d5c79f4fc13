"""Groups the steps of bargaining share: states in which something is possible, clocks that stop together."""

from __future__ import annotations

from states.bargaining.words import B
from states.roles import Role

SUPERVISORS = frozenset({Role.SUPERVISOR})
#: The states in which a contract of the case can be in force: at rest, or while its amendment is bargained.
CONTRACT_RUNS = (
    B.IN_FORCE, B.AMENDING, B.NEGOTIATING, B.SUSPENDED, B.COORDINATION, B.DRAFT, B.REJECTED, B.ADOPTED, B.SIGNED,
    B.FILED, B.OBJECTED,
)  # fmt: skip
TALKS = (B.ACCEPTED, B.NEGOTIATING, B.SUSPENDED)
BEFORE_SIGNATURE = (
    B.PLANNED, B.OFFERED, B.REFUSED, B.URGED, *TALKS, B.COORDINATION, B.DRAFT, B.REJECTED, B.ADOPTED,
)  # fmt: skip
OFFER_CLOCKS = ("reply-to-demand", "urging-reply")
TALK_CLOCKS = ("bargain-begin", "information-before", "tell-higher-union", "round", "coordination-request-after")
VOTE_CLOCKS = ("draft-to-vote", "revote", "congress", "papers-before-congress")
DUTY_CLOCKS = ("publish", "file-with-higher-union", "performance-report", "renewal-window")
BARGAINING_CLOCKS = (
    *OFFER_CLOCKS, *TALK_CLOCKS, *VOTE_CLOCKS, "negotiation-max", "suspension", "suspension-max", "coordination",
    "announce-team", "representative-vacancy", "file", "review", "resubmit",
)  # fmt: skip
IN_FORCE_CLOCKS = (*DUTY_CLOCKS, "term-end")
