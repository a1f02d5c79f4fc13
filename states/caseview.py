"""What the core needs to know of a case in order to judge it, and of the moment in which it judges.

`CaseView` is a protocol: the stored case satisfies it, and so does a three-line dataclass in a test. Lists (instalments,
parties) are loaded only when a guard or an effect looks at them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from config.rules import RulePack
from config.workdays import WorkCalendar
from states.labels import Label, Named
from states.roles import Role


class InstalmentView(Protocol):
    """One instalment of an agreement, with what was paid of it (fen)."""

    @property
    def no(self) -> int: ...
    @property
    def amount(self) -> int: ...
    @property
    def paid(self) -> int: ...
    @property
    def due_on(self) -> date: ...
    @property
    def performed(self) -> bool:
        """Paid in full, or done where it is not about money."""
        ...


class PartyView(Protocol):
    """Somebody the case is about: applicant, respondent, representative, third party, joint handler."""

    @property
    def role(self) -> str: ...
    @property
    def represents(self) -> bool: ...


class CaseView(Protocol):
    """A case as the core sees it."""

    @property
    def state(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def opened_on(self) -> date: ...
    @property
    def owner_id(self) -> int | None: ...
    @property
    def facts(self) -> Mapping[str, Any]: ...
    @property
    def instalments(self) -> Sequence[InstalmentView]: ...
    @property
    def parties(self) -> Sequence[PartyView]: ...
    @property
    def meetings(self) -> int: ...
    @property
    def open_deadlines(self) -> Mapping[tuple[str, str], date]:
        """(rule, subject) → last day, of the clocks that still run."""
        ...

    @property
    def has_upper_unit(self) -> bool:
        """Whether a unit above the case's own mediates."""
        ...


class Outcome(Named):
    """How a case ended; the yearly report counts these."""

    PAID = "paid", "已履行完毕", "Performed in full"
    SETTLED_ON_SPOT = "settled_on_spot", "当场解决", "Settled on the spot"
    ADVICE = "advice", "咨询答复", "Advice given"
    REFUSED = "refused", "不予受理", "Not accepted"
    WITHDRAWN = "withdrawn", "撤回申请", "Withdrawn"
    FAILED = "failed", "调解不成", "Mediation failed"
    REFERRED_OUT = "referred_out", "转办办结", "Referred and answered"
    ARBITRATED = "arbitrated", "仲裁办结", "Ended by arbitration"
    JUDGED = "judged", "诉讼办结", "Ended in court"
    ENFORCED = "enforced", "执行办结", "Enforced"
    UNENFORCED = "unenforced", "未能执行", "Could not be enforced"
    RENEWED = "renewed", "已续签", "Renewed"
    TERMINATED = "terminated", "已解除", "Terminated"
    LAPSED = "lapsed", "到期未续", "Lapsed"
    GIVEN_UP = "given_up", "未开展协商", "Bargaining given up"


@dataclass(frozen=True)
class Moment:
    """When, by whom and under which rules a step is judged. The clock is handed in, never read here."""

    now: datetime
    today: date
    pack: RulePack
    calendar: WorkCalendar
    roles: frozenset[Role]
    actor_id: int | None = None


NO_LABEL = Label("", "")
