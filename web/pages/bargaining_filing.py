"""What one side asked of the other and got; and what goes to the authority: enclosures, receipt, review, objections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from config.periods import Period
from documents.catalogue import PAPERS
from flows.office import Office
from models import table
from models.base import AnyRow
from states.bargaining.words import BySide
from states.labels import Label
from web.access import Visitor
from web.pages.bargaining_view import Frame, frame_of


@dataclass(frozen=True)
class ItemShown:
    """Something asked for: of whom, since when, to be kept secret, and when it came."""

    name: str
    of: Label | None
    asked_on: date | None
    secret: bool
    supplied_on: date | None


@dataclass(frozen=True)
class InformationShown:
    """What was asked for and what was supplied; what waits comes first."""

    frame: Frame
    items: list[ItemShown]
    papers: Sequence[AnyRow]

    @property
    def waiting(self) -> int:
        """How many items are still to come."""
        return sum(item.supplied_on is None for item in self.items)


def information_shown(connection: Connection, office: Office, visitor: Visitor, number: str) -> InformationShown:
    """The information of the case."""
    frame = frame_of(connection, office, visitor, number, "information")
    known = frame.facts.get("information", {})
    items = [_item(name, said) for name, said in known.items()]
    papers = table.papers(connection, frame.reach.row.id, ("information_list",))
    if any(item.supplied_on is None for item in items):
        frame = frame.led_by("record_information")
    return InformationShown(frame, sorted(items, key=lambda item: item.supplied_on is not None), papers)


def _item(name: str, said: dict[str, Any]) -> ItemShown:
    of = BySide(said["of"]).label if said.get("of") else None
    return ItemShown(name, of, _day(said.get("asked_on")), bool(said.get("secret")), _day(said.get("supplied_on")))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


#: what goes with the filing (Order 22 art. 42, Order 9 art. 21; LAW 14.2): papers of the case, and what others bring
ENCLOSED: tuple[tuple[str, Label], ...] = (
    ("contract_text", Label("合同文本", "The text of the contract")),
    ("filing_cover", Label("报送审查说明", "Submission with the account of the bargaining")),
    ("congress_resolution", Label("职工代表大会决议,写明到会人数和表决情况", "Resolution with those present and the votes")),
    ("representatives_list", Label("双方协商代表名单;附身份证复印件、首席代表授权委托书",
                                   "The representatives; with copies of identity cards and the chiefs' authority")),
    ("round_minutes", Label("经双方首席代表签字的协商会议记录", "Minutes signed by both chiefs")),
)  # fmt: skip
FROM_OTHERS = (
    Label("用人单位营业执照复印件(由用人单位提供)", "Copy of the business licence, from the employer"),
    Label("工会社团法人资格证明复印件(由工会提供)", "Copy of the union's proof of legal person, from the union"),
)


@dataclass(frozen=True)
class Enclosure:
    """A paper of the checklist: the newest of its kind, how many there are, who signs it."""

    label: Label
    paper: Label
    newest: AnyRow | None
    count: int
    signs: tuple[Label, ...]


@dataclass(frozen=True)
class FilingShown:
    """The filing from the signature to the effect."""

    frame: Frame
    enclosed: list[Enclosure]
    days: dict[str, date]
    objections: list[tuple[date, str]]
    reviewed: bool
    #: the rule of the place on filing: copies and days
    rule: Period

    @property
    def missing(self) -> int:
        """How many papers of the checklist do not exist yet."""
        return sum(one.newest is None for one in self.enclosed)


_DAYS = ("signed_on", "filing_from", "filed_on", "objected_on", "effective_on", "published_on", "union_filed_on")


def filing_shown(connection: Connection, office: Office, visitor: Visitor, number: str) -> FilingShown:
    """The filing of the case."""
    frame = frame_of(connection, office, visitor, number, "filing")
    papers = table.papers(connection, frame.reach.row.id, [key for key, _ in ENCLOSED])
    facts = {**frame.facts, **frame.facts.get("pending", {})}
    moment = frame.reach.moment
    return FilingShown(
        frame, [_enclosure(key, label, papers) for key, label in ENCLOSED],
        {name: date.fromisoformat(facts[name]) for name in _DAYS if facts.get(name)},
        [(date.fromisoformat(one["on"]), one["points"]) for one in facts.get("objections", ())],
        moment.pack.period("review", moment.today).arises,
        moment.pack.period(f"file-{facts.get('kind', 'collective')}", moment.today),
    )  # fmt: skip


def _enclosure(key: str, label: Label, papers: Sequence[AnyRow]) -> Enclosure:
    found = [row for row in papers if row.paper == key]
    signs = tuple(signer.label for signer in PAPERS[key].signs)
    return Enclosure(label, PAPERS[key].label, next(iter(found), None), len(found), signs)
