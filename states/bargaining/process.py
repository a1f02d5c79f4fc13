"""The process of bargaining, put together: read `offer`, `talks` and `life` in the order a case lives (LAW 11.2)."""

from __future__ import annotations

from states.bargaining import effects as fx
from states.bargaining import forms
from states.bargaining.clocks import CLOCKS
from states.bargaining.life import ENDING, IN_FORCE, SIGNATURE
from states.bargaining.offer import INVITATION, PREPARATION
from states.bargaining.talks import COORDINATION, ROUNDS, VOTE
from states.bargaining.words import B
from states.casetype import CaseType
from states.labels import Label
from states.roles import BARGAINERS, CLOCK

_AT_THE_END = ("close-after-end",)

BARGAINING = CaseType(
    key="bargaining",
    label=Label("集体协商", "Collective bargaining"),
    version=1,
    stages=B,
    initial=B.PLANNED,
    finals=frozenset({B.ARCHIVED}),
    opens_with=forms.Plan,
    #: the clock too: a contract whose window opens gets its case by itself (SEEDS A20)
    opened_by=BARGAINERS | CLOCK,
    opening_effect=fx.planned,
    starts=("predecessor-ends",),
    on_entering={
        B.RENEWED: _AT_THE_END,
        B.TERMINATED: _AT_THE_END,
        B.LAPSED: _AT_THE_END,
        B.CLOSED: ("archive-after-close",),
    },
    resting=frozenset({B.IN_FORCE}),
    aside=frozenset({
        "assign_officer", "issue_supervision_letter", "record_supervision_reply", "record_vacancy", "replace_representative",
        "tell_higher_union", "postpone_round", "suspend", "request_coordination", "extend_coordination", "return_to_talks",
        "postpone_congress", "renegotiate", "start_amendment", "drop_amendment", "terminate", "give_up", "reopen",
    }),
    steps=INVITATION + PREPARATION + ROUNDS + COORDINATION + VOTE + SIGNATURE + IN_FORCE + ENDING,
    deadlines=CLOCKS,
)  # fmt: skip
