"""The office around the cases: the caller, units, people, contracts, search, web-hooks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from web.api.shapes.base import NAME, Asked, Day, Line, Paging, Shape, Word
from web.api.shapes.cases import DeadlineShape


class Held(Shape):
    """A position the caller holds today."""

    role: Word
    path: str = Field(
        description="path of the organisation; everything whose path begins with it lies below", examples=["/1/2/"]
    )


class Me(Shape):
    """Whose token it is, and what it allows."""

    code: str = Field(examples=["M02"])
    name: str
    positions: list[Held]
    scopes: list[str] = Field(examples=[["read", "write"]])
    expires_at: datetime | None
    today: date = Field(description="the office's day")


class UnitsAsking(Paging):
    """Units below those where the caller holds a position, parents before children."""


class UnitShape(Shape):
    """An organisation."""

    code: str
    name: str
    kind: Word
    path: str
    closed_on: date | None


class PersonShape(Shape):
    """Somebody who holds a position today."""

    code: str
    name: str
    role: Word
    unit: str


class ContractsAsking(Paging):
    """What narrows the register of contracts."""

    kind: str = Field("", max_length=20, pattern=rf"{NAME}|^$")
    scope: str = Field("", max_length=20, pattern=rf"{NAME}|^$")
    standing: str = Field("", max_length=20, pattern=rf"{NAME}|^$")
    unit: str = Field("", max_length=60, pattern=r"^[^\x00]*$", description="code of a unit: its contracts and those below")
    expires_from: Day | None = None
    expires_to: Day | None = None


class ContractLine(Shape):
    """A contract of the register."""

    number: str
    own_number: str | None = Field(description="the number the office itself gave it")
    employer: str
    union: str
    kind: Word
    scope: Word
    industry: str
    standing: Word
    signed_on: date | None
    starts_on: date | None
    expires_on: date
    workers: int
    women: int
    unit: str


class ContractCase(Shape):
    """A case that is about the contract."""

    number: str
    state: str
    opened_on: date


class ContractWhole(ContractLine):
    """A contract with its dates and its cases, as far as the caller may see them."""

    deadlines: list[DeadlineShape]
    cases: list[ContractCase]


class SearchWanted(Asked):
    """What is searched for: names, numbers, pinyin, initials. Sent in the body, for it is often a person's name."""

    text: Line = Field(examples=["张三"])
    limit: Annotated[int, Field(ge=1, le=100)] = 50


class HitShape(Shape):
    """Something found."""

    kind: Literal["case", "contract", "organisation"]
    number: str = Field(description="number of a case or contract, code of an organisation")
    title: str
    matched: str = Field(description="the name or number that matched")
    role: str = Field(description="role in the case of the name that matched")
    open: bool
    type: str
    state: str
    unit: str


class FoundShape(Shape):
    """The hits, best first. `more`: the list was cut, another word narrows it."""

    hits: list[HitShape]
    more: bool


class HookWanted(Asked):
    """An address to be told of events: https, no redirects, no address inside the office's own network."""

    url: Annotated[
        str, Field(min_length=1, max_length=500, pattern=r"^[\x21-\x7e]+$", examples=["https://example.org/concord"])
    ]
    events: Annotated[list[Annotated[str, Field(pattern=r"^(\*|[a-z][a-z0-9_]*)$", max_length=60)]], Field(
        min_length=1, max_length=100, description="names of steps, or `*` for all", examples=[["accept", "sign"]])]  # fmt: skip


class HookShape(Shape):
    """A web-hook of the caller."""

    id: int
    url: str
    events: list[str]
    created_at: datetime
    ended_at: datetime | None


class HookMade(HookShape):
    """A new web-hook with its secret, which is shown this once."""

    secret: str = Field(description="key of the HMAC-SHA256 over `t.body`", examples=["whsec_…"])


class DeliveryShape(Shape):
    """One event on its way to a web-hook."""

    delivery: str = Field(description="as in the header Concord-Delivery", examples=["hook:1:42"])
    event: str = Field(examples=["accept"])
    status: Word
    attempts: int
    created_at: datetime
    settled_at: datetime | None
    next_try_at: datetime | None
    error: str


class TestFiled(Shape):
    """The test event that is on its way."""

    delivery: str
