"""Cases brought to where a test begins: a dispute accepted, a bargaining at the table, a contract in force."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from states.bargaining import BARGAINING
from states.dispute import DISPUTE
from states.errors import Refusal
from tests.states.walker import Walker

CONSENT = {"in_scope": True, "applicant_consents": True, "respondent_consents": True}
SIGNED = {"applicant_signed": True, "respondent_signed": True, "mediator_signed": True, "sealed": True}
CHIEFS = {"workers_chief_signed": True, "employer_chief_signed": True}


def refused(walker: Walker, step: str, **answers: Any) -> list[str]:
    """The codes for which the step is refused; each reason stands in both languages."""
    with pytest.raises(Refusal) as refusal:
        walker.take(step, **answers)
    for reason in refusal.value.reasons:
        assert reason.text.zh
        assert reason.text.en
    return [reason.code for reason in refusal.value.reasons]


# --- disputes ---------------------------------------------------------------------------------------------------------


def registered(today: date = date(2026, 3, 2), pack: str = "cn", **changes: Any) -> Walker:
    """A wage claim at the counter."""
    answers = {
        "applicant": "张三", "employer": "某制衣厂", "cause": "wage_arrears", "summary": "三个月未发工资",
        "amount": "12,000",
    }  # fmt: skip
    return Walker(DISPUTE, answers | changes, today=today, pack=pack)


def accepted(applied_before: int = 0, **changes: Any) -> Walker:
    """A dispute accepted today, with a mediator, whose application came in so many days ago."""
    walker = registered(**changes)
    received = walker.today - timedelta(days=applied_before)
    walker.take("apply", received_on=received.isoformat())
    walker.take("accept", accepted_on=walker.today.isoformat(), **CONSENT)
    walker.take("assign_mediator", mediator=7, no_conflict=True)
    return walker


def terms(walker: Walker, *yuan: str, **changes: Any) -> dict[str, Any]:
    """Terms with an instalment a month."""
    parts = [
        {"amount": amount, "due_on": (walker.today + timedelta(days=30 * no)).isoformat()}
        for no, amount in enumerate(yuan, start=1)
    ]
    return {"terms": "分期支付", "instalments": parts, **changes}


def performing(*yuan: str, **changes: Any) -> Walker:
    """A mediation agreement signed today."""
    walker = accepted(**changes)
    walker.take("schedule_session", on=walker.today.isoformat(), place="三楼")
    walker.take("hold_session", on=walker.today.isoformat(), minutes="……")
    walker.take("agree", **terms(walker, *(yuan or ("6000", "6000"))))
    walker.take("sign_agreement", signed_on=walker.today.isoformat(), **SIGNED)
    return walker


# --- bargaining -------------------------------------------------------------------------------------------------------


def planned(kind: str = "collective", pack: str = "cn", today: date = date(2026, 3, 2), **changes: Any) -> Walker:
    """A case on the plan."""
    return Walker(BARGAINING, {"kind": kind, "employer": "某机械公司", "workers": 86} | changes, pack=pack, today=today)


def offered(kind: str = "collective", pack: str = "cn", **changes: Any) -> Walker:
    """An invitation the other side received today."""
    walker = planned(kind, pack, **changes)
    day = walker.today.isoformat()
    walker.take("send_invitation", sent_on=day, received_on=day, topics="工资")
    return walker


def team(size: int, side: str, **chief: Any) -> list[dict[str, Any]]:
    """Representatives, the first of them chief; the others stand at the machine."""
    others = [{"name": f"{side}代表{no}", "front_line": True} for no in range(2, size + 1)]
    return [{"name": f"{side}首席", "chief": True, **chief}, *others]


def teams(walker: Walker, workers: int = 3, employer: int = 3) -> dict[str, Any]:
    """Both teams, chosen today."""
    return {
        "workers": team(workers, "职工"), "employer": team(employer, "企业"), "manner": "民主推荐",
        "chosen_on": walker.today.isoformat(),
    }  # fmt: skip


def at_the_table(kind: str = "collective", pack: str = "cn", **changes: Any) -> Walker:
    """Invited, accepted, teams named, a first round held, all today."""
    walker = offered(kind, pack, **changes)
    day = walker.today.isoformat()
    walker.take("record_acceptance", replied_on=day)
    walker.take("name_representatives", **teams(walker))
    walker.take("schedule_round", on=day, place="会议室")
    walker.take("hold_round", on=day, minutes="……")
    return walker


def before_congress(kind: str = "collective", pack: str = "cn", **changes: Any) -> Walker:
    """A draft, and the congress called for today."""
    walker = at_the_table(kind, pack, **changes)
    day = walker.today.isoformat()
    walker.take("agree_draft", agreed_on=day, contents=["pay", "women"], womens_chapter=True, **CHIEFS)
    walker.take("call_congress", on=day, place="礼堂")
    return walker


def ballot(walker: Walker, delegates: int, present: int, yes: int, **changes: Any) -> dict[str, Any]:
    """A vote today; whoever is not for it is against."""
    counts = {"delegates": delegates, "present": present, "yes": yes, "no": present - yes}
    return counts | {"on": walker.today.isoformat()} | changes


def signing(walker: Walker, years: int = 1, **changes: Any) -> dict[str, Any]:
    """Both chiefs sign today, for so many years."""
    last = walker.today.replace(year=walker.today.year + years) - timedelta(days=1)
    term = {"starts_on": walker.today.isoformat(), "expires_on": last.isoformat()}
    return {"signed_on": walker.today.isoformat(), **term, **CHIEFS, **changes}


def signed(kind: str = "collective", pack: str = "cn", years: int = 1, **changes: Any) -> Walker:
    """Adopted and signed today."""
    walker = before_congress(kind, pack, **changes)
    walker.take("record_vote", **ballot(walker, 100, 90, 80))
    walker.take("sign", **signing(walker, years, noticed_on=walker.today.isoformat()))
    return walker


def in_force(kind: str = "collective", pack: str = "cn", years: int = 1, **changes: Any) -> Walker:
    """Filed and approved on the day of its signature."""
    walker = signed(kind, pack, years, **changes)
    day = walker.today.isoformat()
    walker.take("file_contract", received_on=day)
    walker.take("record_approval", dated_on=day, received_on=day)
    return walker
