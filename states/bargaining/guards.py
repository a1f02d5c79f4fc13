"""What must hold up to the draft: the invitation, the teams, the rounds, the co-ordination."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from states.bargaining import counting as arithmetic
from states.bargaining import forms
from states.bargaining.words import B
from states.casetype import Check, Guard
from states.caseview import CaseView, Moment
from states.guards import known, running
from states.labels import Label


def fact(name: str) -> Check:
    """Whether the case knows that fact."""
    return lambda case, _a, _m: bool(case.facts.get(name))


def none_running(rule: str) -> Check:
    """Whether no clock of that rule runs."""
    return lambda case, _a, _m: running(case, rule) is None


def some_running(rule: str) -> Check:
    """Whether a clock of that rule runs."""
    return lambda case, _a, _m: running(case, rule) is not None


def of_both(holds: Any) -> Check:
    """A condition that each side's team must fulfil."""
    return lambda _c, a, m: all(holds(team, m) for team in (a.workers, a.employer))


# --- the invitation ---------------------------------------------------------------------------------------------------


def _reply_is_overdue(case: CaseView, _answers: Any, moment: Moment) -> bool:
    if case.state != B.OFFERED:
        return True
    due = case.open_deadlines.get(("reply-to-demand", ""))
    return bool(case.facts.get("received_on")) and (due is None or due < moment.today)


WE_ASKED = known(
    "they_asked", lambda case, _a, _m: case.facts.get("proposer") != "employer",
    Label("要约由对方提出,应由工会答复", "the other side invited: it is for the union to answer"),
    Label("办理“答复对方要约”", "take the step “answer their invitation”"),
)  # fmt: skip
THEY_ASKED = known(
    "we_asked", lambda case, _a, _m: case.facts.get("proposer") == "employer",
    Label("要约由工会提出,应由对方答复", "the union invited: it is for the other side to answer"),
    Label("收到答复后办理“对方应约”", "once the reply is in, take the step “record their acceptance”"),
)  # fmt: skip
RECEIPT_UNKNOWN = known(
    "receipt_known", lambda case, _a, _m: not case.facts.get("received_on"),
    Label("对方收到之日已登记", "the day of receipt is already recorded"),
    Label("如有误,由督办撤销后重办", "if it is wrong, a supervisor undoes that step"),
)  # fmt: skip
REPLY_OVERDUE = known(
    "reply_not_overdue", _reply_is_overdue,
    Label("答复期限未满,或尚未登记对方收到之日", "the reply is not overdue, or the day of receipt is unknown"),
    Label("登记送达日,期满后再催告", "record the receipt, and urge once the period is over"),
)  # fmt: skip
LETTER_OPEN = known(
    "no_letter_open", fact("letter_sent_on"),
    Label("没有待答复的监督文书", "no supervision letter waits for a reply"),
    Label("先办理“发出监督文书”", "send one first"),
)  # fmt: skip

# --- the teams (Order 22 arts 19-24, 31) ------------------------------------------------------------------------------


def _team_min(team: Sequence[forms.Representative], moment: Moment) -> bool:
    return len(team) >= arithmetic.share(moment, "team-min")


def _one_chief(team: Sequence[forms.Representative], _moment: Moment) -> bool:
    return sum(one.chief for one in team) == 1


def _own_chief(team: Sequence[forms.Representative], _moment: Moment) -> bool:
    return not any(one.chief and one.outsider for one in team)


def _no_dual_role(_case: CaseView, answers: forms.Teams, _moment: Moment) -> bool:
    names = [arithmetic.plain(one.name) for one in (*answers.workers, *answers.employer)]
    return len(set(names)) == len(names)


TEAM_MIN = Guard(
    "team_too_small", of_both(_team_min),
    Label("每方协商代表少于规定人数", "a side has fewer representatives than the rules ask for"),
    Label("全国规定每方至少三人,请增补代表", "nationally at least three a side: name more"),
)  # fmt: skip
TEAM_BALANCE = Guard(
    "team_balance", lambda _c, a, _m: len(a.employer) <= len(a.workers),
    Label("用人单位方代表多于职工方", "the employer's side has more representatives than the workers'"),
    Label("双方人数应当对等(集体合同规定第十九条)", "both sides are equal in number (Order 22 art. 19)"),
)  # fmt: skip
ONE_CHIEF = Guard(
    "one_chief", of_both(_one_chief),
    Label("每方须有且只有一名首席代表", "each side has exactly one chief"),
    Label("请勾选首席代表", "tick the chief of each side"),
)  # fmt: skip
OWN_CHIEF = Guard(
    "chief_from_outside", of_both(_own_chief),
    Label("外聘人员不得担任首席代表", "somebody from outside cannot be chief"),
    Label("另行确定首席代表(集体合同规定第二十三条)", "name another chief (Order 22 art. 23)"),
)  # fmt: skip
OUTSIDERS = Guard(
    "too_many_outsiders", of_both(arithmetic.outsiders_fit),
    Label("外聘代表超过本方代表的规定比例", "too many of a side come from outside"),
    Label("全国规定不得超过本方三分之一", "nationally at most a third of one's own side"),
)  # fmt: skip
NO_DUAL_ROLE = Guard(
    "dual_role", _no_dual_role,
    Label("同一人重复列名,或同时代表双方", "somebody is named twice, or on both sides"),
    Label("协商代表不得互相兼任(集体合同规定第二十四条)", "nobody stands for both sides (Order 22 art. 24)"),
)  # fmt: skip
FRONT_LINE = Guard(
    "front_line_share", lambda _c, a, m: arithmetic.front_line_fits(a.workers, m),
    Label("职工方一线职工代表低于规定比例", "too few of the workers' side work at the front line"),
    Label("按本地规定增补一线职工", "name more, as the local rules ask"),
)  # fmt: skip
TEAMS_NOT_NAMED = known(
    "teams_already_named", lambda case, _a, _m: not case.facts.get("teams_named_on"),
    Label("双方协商代表已经确定", "the representatives are already named"),
    Label("个别变动请办理“代表空缺”与“补充代表”", "for a change: record a vacancy, then fill it"),
)  # fmt: skip
TEAMS_NAMED = known(
    "teams_not_named", fact("teams_named_on"),
    Label("尚未确定双方协商代表", "the representatives are not named yet"),
    Label("先办理“确定协商代表”", "take the step “name the representatives”"),
)  # fmt: skip
VACANCY_OPEN = known(
    "no_vacancy", fact("vacancies"),
    Label("没有待补充的代表空缺", "there is no vacancy to fill"),
    Label("先办理“代表空缺”", "record the vacancy first"),
)  # fmt: skip

# --- rounds and the suspension ----------------------------------------------------------------------------------------

ROUND_SET = known(
    "no_round_set", some_running("round"),
    Label("没有已约定的协商会议", "no round is fixed"), Label("先办理“约定协商会议”", "fix a round first"),
)  # fmt: skip
NO_ROUND_SET = known(
    "round_already_set", none_running("round"),
    Label("已有一次约定的协商会议尚未举行", "a round is already fixed and not yet held"),
    Label("可办理“改期”或“记录协商会议”", "put it off or record it"),
)  # fmt: skip
BOTH_SUSPEND = Guard(
    "suspension_without_consent", lambda _c, a, _m: a.workers_agree and a.employer_agrees,
    Label("中止协商须双方同意", "both sides must agree to suspend"),
    Label("取得双方同意后勾选(集体合同规定第三十五条)", "obtain both consents (Order 22 art. 35)"),
)  # fmt: skip


def _suspension_fits(_case: CaseView, answers: forms.Suspension, moment: Moment) -> bool:
    cap = arithmetic.last_day_of_suspension(answers.suspended_on, moment)
    return answers.until > answers.suspended_on and (cap is None or answers.until <= cap)


SUSPENSION_FITS = Guard(
    "suspension_too_long", _suspension_fits,
    Label("中止期限须晚于中止之日,且不超过本地上限", "the suspension ends after it begins, within the local limit"),
    Label("请改早恢复日期", "agree on an earlier day"),
)  # fmt: skip

# --- co-ordination ----------------------------------------------------------------------------------------------------

NOT_YET_ACCEPTED = known(
    "coordination_already_accepted", lambda case, _a, _m: not case.facts.get("coordination_accepted_on"),
    Label("协调处理已经受理", "the co-ordination is already accepted"),
)  # fmt: skip


def _can_extend(case: CaseView, _answers: Any, moment: Moment) -> bool:
    due = case.open_deadlines.get(("coordination", ""))
    later = arithmetic.coordination_extended(case, moment)
    return due is not None and moment.today <= due and later is not None and later > due


CAN_EXTEND = known(
    "coordination_not_extendable", _can_extend,
    Label("协调处理未受理、已届满或已延长过", "the co-ordination is not running, is over or was extended before"),
    Label("可记录协议书,或恢复协商", "record the protocol, or go back to bargaining"),
)  # fmt: skip
