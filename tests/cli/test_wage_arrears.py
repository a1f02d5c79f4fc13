"""The mediator's whole case on the command line, as he would type it: from the counter to the last instalment."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.stores import environment_at

ROOT = Path(__file__).parents[2]


class Terminal:
    """A shell in which `concord` is typed: each line a process of its own, as at the counter."""

    def __init__(self, home: Path, person: str) -> None:
        self.env = environment_at(home, CONCORD_AS=person)

    def run(self, *words: str, code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "cli", *words], env=self.env, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def json(self, *words: str, code: int = 0) -> Any:
        return json.loads(self.run(*words, "--json", code=code))


@pytest.fixture(scope="module")
def mediator(tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    home = tmp_path_factory.mktemp("和商 office")
    Terminal(home, "").run("demo", "--home", str(home), "--once")
    return Terminal(home, "M02")


@pytest.fixture(scope="module")
def today() -> date:
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()


def test_from_the_counter_to_the_last_instalment(mediator: Terminal, today: date) -> None:
    next_week, next_month = today + timedelta(days=7), today + timedelta(days=30)
    opened = mediator.json(
        "case", "open", "dispute", "--unit", "QB", "applicant=钱多多", "employer=横杨印务有限公司",
        "cause=wage_arrears", "summary=三个月工资未发", "amount=12,000", f"employment_ended_on={today - timedelta(days=20)}",
    )  # fmt: skip
    number = opened["number"]

    def step(name: str, *answers: str, code: int = 0) -> str:
        return mediator.run("case", "step", number, name, *answers, code=code)

    step("apply", f"received_on={today}", "oral=yes")
    refused = step("accept", f"accepted_on={today}", "in_scope=yes", code=3)
    assert "申请人尚未同意调解" in refused
    assert "被申请人尚未同意调解" in refused  # all the reasons at once
    step("accept", f"accepted_on={today}", "in_scope=yes", "applicant_consents=yes", "respondent_consents=yes")
    mediator.run("case", "assign", number, "M02")
    step("schedule_session", f"on={today}", "place=街道总工会三楼")
    step("hold_session", f"on={today}", "minutes=双方同意分两期支付", "present=3")
    step("agree", "terms=分两期付清", f"instalments=8000 {next_week}", f"instalments=4000 {next_month}")
    signed = ("applicant_signed=yes", "respondent_signed=yes", "mediator_signed=yes", "sealed=yes")
    step("sign_agreement", f"signed_on={today}", *signed)
    assert "应付" in mediator.run("case", "show", number)
    step("record_payment", "no=1", "amount=8000", f"paid_on={today}", "evidence=银行回单 0017")
    too_much = step("record_payment", "no=2", "amount=5000", f"paid_on={today}", code=3)
    assert "超过该期未付数" in too_much
    step("record_payment", "no=2", "amount=4000", f"paid_on={today}")

    whole = mediator.json("case", "show", number)
    assert (whole["state"], whole["outcome"], whole["version"]) == ("closed", "paid", 10)
    assert [(part["amount"], part["paid"]) for part in whole["instalments"]] == [(800_000, 800_000), (400_000, 400_000)]
    running = {row["rule"] for row in whole["deadlines"] if row["status"] == "open"}
    assert running == {"archive-after-close"}
    papers = {row["paper"] for row in whole["papers"]}
    assert {"acceptance_notice", "mediation_record", "mediation_agreement"} <= papers


def test_why_a_date_is_that_date(mediator: Terminal) -> None:
    accepted = mediator.json("case", "list", "--type", "dispute", "--state", "accepted")[0]
    told = mediator.run("date", "why", accepted["number"], "mediation-from-acceptance")
    assert "企业劳动争议协商调解规定" in told
    assert "15" in told
    english = mediator.run("date", "why", accepted["number"], "mediation-from-acceptance", "--lang", "en")
    assert "art. 29" in english


def test_mistakes_are_answered_with_the_remedy(mediator: Terminal) -> None:
    assert "case_not_found" not in mediator.run("case", "show", "D1999-00001", code=4)
    assert "2026-09-16" in mediator.run("date", "count", "--from", "yesterday", "--period", "15ND", code=2)
    nobody = Terminal(Path(mediator.env["CONCORD_HOME"]), "nobody")
    assert "office people" in nobody.run("case", "steps", "D2026-00001", code=4)
    stranger = Terminal(Path(mediator.env["CONCORD_HOME"]), "M04")  # another subdistrict: hidden equals absent
    foreign = mediator.json("case", "list", "--type", "dispute", "--limit", "1")[0]["number"]
    assert "无权查看" in stranger.run("case", "show", foreign, code=4)


def test_the_record_is_intact_and_undo_leaves_its_own_event(mediator: Terminal, today: date) -> None:
    number = mediator.json(
        "case", "open", "dispute", "--unit", "QB", "applicant=孙一", "employer=某厂", "cause=overtime", "summary=加班费"
    )["number"]  # fmt: skip
    mediator.run("case", "step", number, "apply", f"received_on={today}")
    mediator.run("case", "undo", number, "--reason", "录入有误")
    whole = mediator.json("case", "show", number)
    assert (whole["state"], [event["step"] for event in whole["events"]]) == ("registered", ["undo", "apply", "open"])
    assert mediator.json("audit", "verify")["broken"] == []


def test_every_command_has_help_and_starts_without_the_store(tmp_path: Path) -> None:
    lonely = Terminal(tmp_path / "nothing", "")
    for words in ([], ["case"], ["contracts"], ["import"], ["types"], ["office"], ["runs"], ["reminders"], ["date"]):
        assert "Usage" in lonely.run(*words, "--help")
    assert not (tmp_path / "nothing").exists()
