"""The process of a labour dispute, put together from its stretches in the order a case lives (LAW 11.1)."""

from __future__ import annotations

from states.casetype import CaseType
from states.dispute import effects as fx
from states.dispute import forms
from states.dispute.arbitration import ARBITRATION, ENDING
from states.dispute.clocks import CLOCKS
from states.dispute.counter import AT_THE_COUNTER, NEGOTIATION
from states.dispute.mediation import MEDIATION, SIDEWAYS
from states.dispute.performance import ONWARD, PERFORMANCE
from states.dispute.words import D
from states.guards import happened
from states.labels import Label
from states.roles import MEDIATORS, Role

DISPUTE = CaseType(
    key="dispute",
    label=Label("劳动争议调解", "Labour dispute"),
    version=1,
    stages=D,
    initial=D.REGISTERED,
    finals=frozenset({D.ARCHIVED}),
    opens_with=forms.Registration,
    opened_by=MEDIATORS | {Role.PARTY},
    opening_effect=fx.register,
    opening_guards=(
        happened("knew_on", "知道权利被侵害之日", "the day the infringement was known"),
        happened("injured_on", "工伤发生日", "the day of the injury"),
    ),
    starts=("case-stagnant", "limitation", "injury-employer-application", "injury-worker-application"),
    on_entering={
        D.REGISTERED: ("case-stagnant",),
        D.BREACHED: ("case-stagnant",),
        D.CLOSED: ("archive-after-close",),
        D.FAILED: ("close-after-end",),
        D.REFUSED: ("close-after-end",),
    },
    steps=AT_THE_COUNTER + NEGOTIATION + MEDIATION + SIDEWAYS + PERFORMANCE + ONWARD + ARBITRATION + ENDING,
    deadlines=CLOCKS,
    aside=frozenset({
        "join_handlers", "name_representatives", "assign_mediator", "decline_assignment", "pass_up", "refer_up", "refer_out",
        "postpone_session", "extend", "fall_through", "withdraw", "go_to_arbitration", "arbitration_to_mediation", "sue",
        "reopen",
    }),
    tells_at_opening=("case_registered",),
    papers_at_opening=("registration_form",),
)  # fmt: skip
