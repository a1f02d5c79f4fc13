"""The arithmetic of bargaining: the team, the vote, the term, the end of the review. Exact, pure, without words."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import ceil
from typing import Any

from states.bargaining.forms import Ballot, Representative
from states.caseview import CaseView, Moment
from states.counting import Count, count, extend


@dataclass(frozen=True)
class Result:
    """A vote counted both ways: more than half, and half or more (LAW section 5, vote arithmetic)."""

    quorate: bool
    more_than_half: bool
    half_or_more: bool
    #: what the pack's own reading says
    carried: bool
    #: "all" delegates, or those "present"
    base: str


def share(moment: Moment, threshold: str) -> Fraction:
    """A threshold of the pack as an exact number."""
    return Fraction(moment.pack.threshold(threshold).value)


def vote_result(ballot: Ballot, moment: Moment) -> Result:
    """The vote under the case's rule pack. 2/3 of 100 delegates are 67, not 66.67 rounded."""
    base = str(moment.pack.threshold("congress-base").value)
    voters = ballot.present if base == "present" else ballot.delegates
    more, half = 2 * ballot.yes > voters, ballot.yes > 0 and 2 * ballot.yes >= voters
    reading = str(moment.pack.threshold("congress-majority").value)
    quorate = ballot.present >= share(moment, "congress-quorum") * ballot.delegates
    return Result(quorate, more, half, half if reading == "half_or_more" else more, base)


@dataclass(frozen=True)
class Needed:
    """How many a vote takes: persons present, and votes in favour under each reading of "half"."""

    present: int
    more_than_half: int
    half_or_more: int
    #: what the pack's own reading asks for
    yes: int


def needed(delegates: int, present: int, moment: Moment) -> Needed:
    """What a congress of so many delegates, so many of them present, needs: of 100 delegates 67 present and 51 in favour."""
    voters = present if moment.pack.threshold("congress-base").value == "present" else delegates
    more, half = voters // 2 + 1, max((voters + 1) // 2, 1)
    reading = moment.pack.threshold("congress-majority").value
    quorum = ceil(share(moment, "congress-quorum") * delegates)
    return Needed(quorum, more, half, half if reading == "half_or_more" else more)


def possible(ballot: Ballot) -> bool:
    """Whether the numbers can be true together; spoiled papers are those present who are in none of the three."""
    return ballot.yes + ballot.no + ballot.abstain <= ballot.present <= ballot.delegates


def outsiders_fit(team: Sequence[Representative], moment: Moment) -> bool:
    """At most that share of one's own side (a third: one of three, two of six)."""
    return sum(one.outsider for one in team) <= share(moment, "outsiders-max") * len(team)


def front_line_fits(team: Sequence[Representative], moment: Moment) -> bool:
    """At least that share of the workers' side, where the pack asks for one."""
    return sum(one.front_line for one in team) >= share(moment, "frontline-min") * len(team)


def plain(name: str) -> str:
    """A name as it is compared: full-width letters and blanks make no other person."""
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def years_after(day: date, years: int) -> date:
    """The same day so many years on; 29 February becomes 28 February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def term_fits(starts_on: date, expires_on: date, moment: Moment) -> bool:
    """Between the pack's years; a last day written as the anniversary counts as the day before it."""
    least, most = (int(share(moment, f"term-{end}-years")) for end in ("min", "max"))
    return years_after(starts_on, least) - timedelta(days=1) <= expires_on <= years_after(starts_on, most)


def last_day_of_review(facts: Mapping[str, Any], moment: Moment) -> date | None:
    """The last day on which the authority can object; None while nothing is filed, or where nobody reviews."""
    filed = facts.get("filed_on")
    if not filed:
        return None
    day = date.fromisoformat(filed)
    period = moment.pack.period("review", day)
    return count(day, period, moment.calendar).due_on if period.arises else None


def window_is_open(facts: Mapping[str, Any], moment: Moment) -> bool:
    """Whether renewal can be asked for: inside the window before the contract's end; at any time where there is none."""
    last = facts.get("expires_on")
    if not last:
        return False
    day = date.fromisoformat(last)
    period = moment.pack.period(f"renewal-window-{facts.get('kind', 'collective')}", day)
    opens_on = count(day, period, moment.calendar).opens_on if period.arises else None
    return opens_on is None or opens_on <= moment.today


def coordination(case: CaseView, moment: Moment) -> Count | None:
    """The co-ordination as it was counted from its acceptance; None before that, or where the law sets no period."""
    accepted = case.facts.get("coordination_accepted_on")
    if not accepted:
        return None
    day = date.fromisoformat(accepted)
    period = moment.pack.period("coordination", day)
    return count(day, period, moment.calendar) if period.arises else None


def coordination_extended(case: CaseView, moment: Moment) -> date | None:
    """The last day once the authority has extended it (30 and 15 days end on the 45th); None where it cannot."""
    counted = coordination(case, moment)
    more = moment.pack.period("coordination-extension", moment.today)
    return extend(counted, more.number).due_on if counted and more.arises else None


def last_day_of_suspension(suspended_on: date, moment: Moment) -> date | None:
    """The longest suspension the pack allows from that day; None where the sides are free."""
    period = moment.pack.period("suspension-max", suspended_on)
    return count(suspended_on, period, moment.calendar).due_on if period.arises else None
