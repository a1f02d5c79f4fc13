"""The demo office: its ledger is made from `config/demo/office.toml` and loaded like anybody's.

All days are counted from `today`, so that on the day it is loaded a session, an instalment, a window and a contract's end
are due. Nothing goes past the importer: what the demo shows is what an office gets that loads its own ledger.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from config.clock import noon_of
from flows.accounts.passwords import hash_password
from flows.importing.book import SHEETS, write_book
from flows.importing.demo_talks import hold_talks
from flows.importing.ledger import LedgerReport, import_ledger
from flows.office import Office
from models.people import Person, Position

_CONTENT = Path(__file__).parents[2] / "config" / "demo" / "office.toml"
#: shown on the sign-in page of a demo office (settings.demo), where every person is invented
DEMO_PASSWORD = "demo-office-2026"  # noqa: S105
_SUMMARY = {
    "拖欠劳动报酬": "工资未按约定支付,请求支付拖欠的工资。",
    "加班工资": "延长工作时间未足额支付加班工资,请求补足。",
    "解除终止劳动合同": "被单方解除劳动合同,请求支付经济补偿。",
    "工伤待遇": "工作中受伤,停工留薪期待遇未落实。",
    "社会保险": "未依法缴纳社会保险,请求补缴。",
    "未订立书面劳动合同": "入职后未订立书面劳动合同,请求支付二倍工资差额。",
    "其他": "对聘任方案有异议,请求调解。",
}


@dataclass(frozen=True)
class DemoSummary:
    """What was loaded, and who is who: (code, name, role, organisation)."""

    ledger: Path
    report: LedgerReport
    people: tuple[tuple[str, str, str, str], ...]


def load_demo(office: Office, today: date) -> DemoSummary:
    """Make the demo ledger under `home/demo` and load it into a new office, as of `today` (Asia/Shanghai)."""
    folder = office.settings.home / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    ledger = demo_ledger(folder / "ledger.xlsx", today)
    then = office if office.today() == today else office.at(lambda: noon_of(today))
    report = import_ledger(then, ledger, unit_id=None, actor_id=None)
    hold_talks(then, today)
    names = {code: name for code, name, *_ in _content()["organisations"]}
    people = tuple((code, name, role, names.get(unit, unit)) for code, name, unit, role in _content()["people"])
    return DemoSummary(ledger, report, people)


def open_demo_accounts(office: Office) -> None:
    """Let everybody of the demo office sign in with the password that its sign-in page shows."""
    hashed = hash_password(DEMO_PASSWORD)
    with office.store.write() as connection:
        staff = select(Position.person_id)
        connection.execute(update(Person).where(Person.id.in_(staff)).values(password=hashed, must_change=False))


def demo_ledger(path: Path, today: date) -> Path:
    """The demo office's ledger as a workbook."""
    demo = _Demo(_content(), today)
    rows = (demo.organisations(), demo.people(), demo.contracts(), demo.disputes())
    return write_book(path, {name: list(found) for name, found in zip(SHEETS, rows, strict=True)})


def _content() -> dict[str, Any]:
    return tomllib.loads(_CONTENT.read_text("utf-8"))


Row = dict[str, Any]


class _Demo:
    """The content of the demo as rows of the ledger's sheets."""

    def __init__(self, content: dict[str, Any], today: date) -> None:
        self.content, self.today = content, today
        self.firms = {
            code: {"name": name.rstrip("*"), "unit": unit, "industry": industry, "workers": workers, "women": women}
            for code, name, unit, industry, workers, women in content["firms"]
        }
        self.with_union = [code for code, name, *_ in content["firms"] if name.endswith("*")]

    def on(self, days: int) -> date:
        """The day so many days from today."""
        return self.today + timedelta(days=days)

    def organisations(self) -> Iterator[Row]:
        """Unions, firms, and the unions of firms."""
        for code, name, kind, parent, mediates in self.content["organisations"]:
            pack = "cn-zhejiang" if code == self.content["root"] else ""
            yield {"code": code, "name": name, "kind": kind, "parent": parent, "mediates": mediates, "pack": pack}
        for code, firm in self.firms.items():
            yield {"code": code, "name": firm["name"], "kind": "用人单位", "parent": firm["unit"],
                   "industry": firm["industry"], "workers": firm["workers"]}  # fmt: skip
        for code in self.with_union:
            firm = self.firms[code]
            # below its firm: its chair sees the bargaining and the contracts of the firm
            yield {"code": f"{code}-U", "name": f"{firm['name']}工会", "kind": "企业工会", "parent": code,
                   "mediates": "是"}  # fmt: skip

    def people(self) -> Iterator[Row]:
        """Everybody, with a telephone number that belongs to nobody."""
        numbers = {code: at for at, code in enumerate(dict.fromkeys(row[0] for row in self.content["people"]))}
        for code, name, organisation, role in self.content["people"]:
            yield {"code": code, "name": name, "organisation": organisation, "role": role,
                   "phone": f"1390000{1001 + numbers[code]}", "from_on": date(self.today.year - 2, 1, 1)}  # fmt: skip

    def contracts(self) -> Iterator[Row]:
        """Collective contracts, wage agreements, women's agreements, regional ones."""
        wanted = self.content["contracts"]
        for code, month, number in wanted["this_year"]:
            yield from self._this_year(code, date(self.today.year, month, number))
        ending = {row[0] for row in wanted["this_year"]}
        others = [code for code in self.firms if code not in ending]
        for code, days in zip(others, wanted["collective"], strict=True):
            yield self._contract(code, "集体合同", self.on(days), years=3)
        under_way = {code: rest for code, *rest in wanted["under_way"]}
        for code, days in zip(self.firms, wanted["wage"], strict=False):
            yield self._contract(code, "工资集体协议", self.on(days), years=1) | self._renewal(under_way.get(code))
        for code, days in wanted["women"]:
            yield self._contract(code, "女职工专项集体合同", self.on(days), years=3)
        for unit, name, days, workers in wanted["regional"]:
            yield {"number": f"区{unit}-{self.today.year}", "unit": unit, "employer": name, "kind": "工资集体协议",
                   "scope": "区域", "standing": "履行中", "expires_on": self.on(days), "workers": workers}  # fmt: skip

    def _this_year(self, code: str, ends: date) -> Iterator[Row]:
        """A contract of D3-06: renewed before its end where that is past (D3-07), running where it is not."""
        past = ends < self.today
        yield self._contract(code, "集体合同", ends, years=3) | {"standing": "已续签" if past else "履行中"}
        if past:
            signed = ends - timedelta(days=5 + 4 * int(code[1:]) % 36)
            yield self._contract(code, "集体合同", _years(ends, 3), years=3) | {"signed_on": signed}

    def _contract(self, code: str, kind: str, ends: date, *, years: int) -> Row:
        firm = self.firms[code]
        starts = _years(ends, -years) + timedelta(days=1)
        union = f"{firm['name']}工会" if code in self.with_union else ""
        return {
            "number": f"{code}-{kind[0]}-{ends.year}", "unit": firm["unit"], "employer_code": code,
            "employer": firm["name"], "union": union, "kind": kind, "scope": "企业", "industry": firm["industry"],
            "standing": "履行中", "signed_on": starts - timedelta(days=12), "starts_on": starts, "expires_on": ends,
            "workers": firm["women"] if kind[0] == "女" else firm["workers"], "women": firm["women"],
        }  # fmt: skip

    def _renewal(self, stage: list[Any] | None) -> Row:
        if stage is None:
            return {}
        word, days, officer = stage
        invited = {"invited_on": self.on(days)} if word == "已发要约" else {}
        return {"bargaining": word, "officer": officer, **invited}

    def disputes(self) -> Iterator[Row]:
        """Everything on the mediators' desks."""
        for number, row in enumerate(self.content["disputes"]["rows"], start=1):
            unit, firm, applicant, cause, workers, amount, mediator, state, registered, *later = row
            accepted, session, signed, parts = (*later, None, None, None, None)[:4]
            visited = signed + 6 if signed is not None and signed < -15 else None
            days = {"accepted_on": accepted, "session_on": session, "signed_on": signed, "visited_on": visited}
            members = [f"{applicant[0]}某{at}" for at in range(2, workers + 1)] if workers <= 12 else []
            yield {
                "number": f"YS-{number:03d}", "unit": unit, "registered_on": self.on(registered),
                "applicant": applicant, "phone": f"1390000{2000 + number}", "employer": self.firms[firm]["name"],
                "cause": cause, "summary": _SUMMARY[cause], "amount": amount, "claimants": workers,
                "members": "、".join(members), "state": state, "mediator": mediator,
                **self._people_of_a_group(applicant, workers, state),
                **self._special_days(cause, registered),
                **{name: self.on(at) for name, at in days.items() if at is not None},
                **self._parts(parts),
            }  # fmt: skip

    def _people_of_a_group(self, applicant: str, workers: int, state: str) -> Row:
        if workers < 10 or state == "已登记":
            return {}
        return {"representatives": "、".join([applicant, f"{applicant[0]}某2", f"{applicant[0]}某3"])}

    def _special_days(self, cause: str, registered: int) -> Row:
        if cause == "工伤待遇":
            return {"injured_on": self.on(registered - 3), "knew_on": self.on(registered - 3)}
        return {} if cause in ("拖欠劳动报酬", "其他") else {"knew_on": self.on(registered - 20)}

    def _parts(self, parts: list[list[int]] | None) -> Row:
        if not parts:
            return {}
        said = [f"{self.on(part[0])} {part[1]}" + (f" 已付 {self.on(part[2])}" if len(part) > 2 else "") for part in parts]
        return {"instalments": "; ".join(said), "agreed_amount": sum(part[1] for part in parts)}


def _years(day: date, years: int) -> date:
    """The same day so many years on; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
