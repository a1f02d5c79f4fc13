"""The clocks of a contract in the register: its own term, and the window in which its renewal may be asked for.

They need no case: a ledger of twenty thousand contracts has forty thousand clocks and not one case. `next_on` of a new
clock is the day of its first stage, even where that is long past: the first sweep then acts on the latest stage that is
due and tells nobody of the ones before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from config.rules import MissingRule, Period, RulePack
from config.workdays import WorkCalendar
from states.agenda import first_day
from states.casetype import OPEN, DeadlineRule, Remind
from states.counting import count
from states.labels import Label

#: What a contract without a case waits for: the bargaining case that renews it is opened.
RENEWED_BY = (OPEN,)
#: The contract itself ends: remind early enough to bargain, and keep asking once it is over (SEEDS A20, A24).
CONTRACT_TERM = DeadlineRule(
    name="contract-term",
    label=Label("合同到期", "Contract ends"),
    runs_from="facts.expires_on",
    remind=Remind(before=(90, 60, 30, 7, 0), overdue=True),
    notice="renewal_due",
    over_notice="contract_expired",
    done_by=RENEWED_BY,
)
#: From its opening either side may ask for renewal. Its end is the contract's end, of which CONTRACT_TERM tells.
RENEWAL_WINDOW = DeadlineRule(
    name="renewal-window",
    label=Label("续订协商窗口", "Renewal window"),
    period="renewal-window-{kind}",
    runs_from="facts.expires_on",
    remind=Remind(before=(), opening=True, overdue=False),
    notice="renewal_window_open",
    done_by=RENEWED_BY,
)
REGISTER_RULES: Mapping[str, DeadlineRule] = {rule.name: rule for rule in (CONTRACT_TERM, RENEWAL_WINDOW)}


def clocks_of(kind: str, expires_on: date, pack: RulePack, calendar: WorkCalendar) -> list[dict[str, Any]]:
    """The clocks of a contract as rows of `models.deadlines.Deadline`; the caller fills in `contract_id`.

    A pack that has no renewal window for the kind, or none on that day, or one without a number, gives no window clock.
    """
    agreed = {"agreed": True, "start": expires_on.isoformat()}
    rows = [_row(CONTRACT_TERM, None, expires_on, hard=False, provisional=False, explanation=agreed)]
    period = _window(kind, expires_on, pack)
    if period is not None and period.arises:
        counted = count(expires_on, period, calendar)
        rows.append(
            _row(
                RENEWAL_WINDOW,
                counted.opens_on,
                counted.due_on,
                hard=period.hard,
                provisional=counted.provisional,
                explanation=dict(counted.explanation),
            )
        )
    return rows


def _window(kind: str, expires_on: date, pack: RulePack) -> Period | None:
    try:
        return pack.period(RENEWAL_WINDOW.period_for({"kind": kind}), expires_on)
    except MissingRule:
        return None


def _row(
    rule: DeadlineRule,
    opens_on: date | None,
    due_on: date,
    *,
    hard: bool,
    provisional: bool,
    explanation: Mapping[str, Any],
) -> dict[str, Any]:
    return {
        "case_id": None, "contract_id": None, "rule": rule.name, "subject": "", "status": "open",
        "opens_on": opens_on, "due_on": due_on, "next_on": first_day(rule, opens_on, due_on), "opened": False,
        "hard": hard, "provisional": provisional, "explanation": dict(explanation), "started_by": None,
    }  # fmt: skip
