"""Where a case stands, said to a worker who has never seen one: what it means, and what happens next."""

from __future__ import annotations

from typing import NamedTuple

from states.dispute.words import D
from states.labels import Label


class Told(NamedTuple):
    """What a state means, and what comes next."""

    now: Label
    next: Label


_CLOSE = Label("如有新情况,可以在下面留言。", "If anything changes, write to us below.")
_WAIT = Label("等待结果期间请保管好材料原件。", "Keep the originals of your papers while you wait.")

PLAIN: dict[str, Told] = {
    D.REGISTERED: Told(
        Label("已经收到您反映的问题,工会正在安排人处理。", "We have received it; the union is finding somebody to handle it."),
        Label("工作人员会打电话联系您,请保持电话畅通,并准备好劳动合同、工资条等材料。",
              "Somebody will call you. Keep your contract and pay slips at hand.")),
    D.NEGOTIATING: Told(
        Label("工会正在和单位协商。", "The union is talking with your employer."),
        Label("单位会在规定的时间内答复;协商不成,可以申请调解。",
              "The employer answers in time; if not, you can ask for mediation.")),
    D.APPLIED: Told(
        Label("您的调解申请已经收到,正在审查。", "Your application for mediation is being examined."),
        Label("审查后会告诉您是否受理。", "You will be told whether it is accepted.")),
    D.REFUSED: Told(
        Label("这件事调解组织不能受理,理由写在通知书里。", "It cannot be mediated here; the notice says why."),
        Label("您可以依法申请劳动仲裁,工会可以告诉您怎么办。", "You may go to arbitration; the union tells you how.")),
    D.ACCEPTED: Told(
        Label("已经受理,正在准备调解。", "It is accepted; mediation is being prepared."),
        Label("会通知您调解的时间和地点。", "You will be told day and place of the session.")),
    D.MEDIATING: Told(
        Label("正在调解。", "Mediation is going on."),
        Label("请按通知的时间到场;去不了的,请提前告诉我们。", "Please come on the day named; tell us if you cannot.")),
    D.AGREED: Told(
        Label("双方已经谈成,等待签字。", "Both sides agree; it is to be signed."),
        Label("请核对协议内容,同意后签字。", "Check the agreement and sign it if it is right.")),
    D.PERFORMING: Told(
        Label("协议已经生效,单位应当按约定履行。", "The agreement is in force; the employer has to keep it."),
        Label("到期没有收到钱,请马上告诉我们。", "If money does not arrive on its day, tell us at once.")),
    D.BREACHED: Told(
        Label("单位没有按时履行协议。", "The employer has not kept the agreement in time."),
        Label("工会会督促;您也可以申请支付令、仲裁或强制执行。",
              "The union urges it; you may also ask for a payment order, arbitration or enforcement.")),
    D.ARBITRATION_REVIEW: Told(Label("仲裁委员会正在审查协议。", "The commission reviews the agreement."), _WAIT),
    D.JUDICIAL_CONFIRMATION: Told(Label("法院正在审查、确认协议。", "The court is confirming the agreement."), _WAIT),
    D.PAYMENT_ORDER: Told(Label("已经向法院申请支付令。", "A payment order is asked for at the court."), _WAIT),
    D.FAILED: Told(
        Label("调解没有成功。", "Mediation did not succeed."),
        Label("您可以申请劳动仲裁,注意下面的时间限制。", "You may go to arbitration; mind the time limits below.")),
    D.REFERRED: Told(
        Label("这件事已转给负责的部门办理。", "It was passed on to the body in charge."),
        Label("收到答复后会告诉您。", "You will be told when they answer.")),
    D.ARBITRATION: Told(Label("正在劳动仲裁。", "It is before the arbitration commission."), _WAIT),
    D.AWARDED: Told(
        Label("仲裁结果已经出来。", "The award is there."),
        Label("不服的,可以在规定的时间内起诉。", "If you disagree, you may sue within the time limit.")),
    D.LITIGATION: Told(Label("正在法院诉讼。", "It is before the court."), _WAIT),
    D.ENFORCEMENT: Told(Label("法院正在强制执行。", "The court is enforcing it."), _WAIT),
    D.CLOSED: Told(Label("这件事已经办结。", "It is closed."), _CLOSE),
    D.ARCHIVED: Told(Label("这件事已经办结并归档。", "It is closed and filed away."), _CLOSE),
}  # fmt: skip

#: clocks by which the office watches itself, no day a party has to know; and those that stand with the sessions and instalments
INNER = frozenset(
    {"case-stagnant", "close-after-end", "archive-after-close", "follow-up-first", "session", "performance"}
)  # fmt: skip


def told_of(state: str, label: Label) -> Told:
    """The words for a state; another type's state is said by its own name."""
    return PLAIN.get(state) or Told(label, _CLOSE)
