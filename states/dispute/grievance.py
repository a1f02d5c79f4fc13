"""What a worker is asked who registers for himself at the public desk: few questions, in plain words."""

from __future__ import annotations

from datetime import date
from typing import Any

from states.dispute.words import Cause, Channel
from states.forms import Fen, Form, Line, Prose, Tick, ask


class Grievance(Form):
    """网上反映问题."""

    name: Line = ask("您的姓名", "Your name")
    phone: Line = ask("您的手机号", "Your telephone")
    employer: Line = ask("您在哪家单位上班(写全称)", "Whom do you work for (full name)")
    cause: Cause = ask("遇到了什么问题", "What is it about")
    summary: Prose = ask("发生了什么?您希望怎么解决?", "What happened, and what do you ask for?")
    amount: Fen = ask("涉及多少钱(元,不清楚可不填)", "How much money (yuan; leave empty if unsure)", 0)
    knew_on: date | None = ask("哪天知道这件事的(可不填)", "Which day did you learn of it (may stay empty)", None)
    employment_ended_on: date | None = ask("如果已离职,哪天离职的", "If you have left: on which day", None)
    confidential: Tick = ask("暂时不想让单位知道是我反映的", "My employer should not know for now that it was me", False)
    consent: Tick = ask("我看过并同意上面的说明", "I have read this and agree", False)

    def as_registration(self) -> dict[str, Any]:
        """The same as the registration's form takes it."""
        told = self.model_dump(mode="json", exclude={"name", "consent"}, exclude_none=True)
        return {**told, "applicant": self.name, "channel": str(Channel.ONLINE)}
