"""Who acts: the positions a person can hold in an organisation, and the clock (DESIGN 6)."""

from __future__ import annotations

from states.labels import Named


class Role(Named):
    """What somebody is, for one case: closed by default, a step names who may take it."""

    MEDIATOR = "mediator", "调解员", "Mediator"
    OFFICER = "officer", "集体协商指导员", "Bargaining officer"
    CHAIR = "chair", "企业工会主席", "Enterprise union chair"
    SUPERVISOR = "supervisor", "督办", "Supervisor"
    ADMINISTRATOR = "administrator", "系统管理员", "Administrator"
    PARTY = "party", "当事人", "Party"
    CLOCK = "clock", "时钟", "The clock"


#: The people of the office who work on disputes, and on bargaining.
MEDIATORS = frozenset({Role.MEDIATOR, Role.SUPERVISOR})
BARGAINERS = frozenset({Role.OFFICER, Role.CHAIR, Role.SUPERVISOR})
CLOCK = frozenset({Role.CLOCK})
