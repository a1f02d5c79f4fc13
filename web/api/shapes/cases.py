"""Cases: lines of a list, a case with its promises, events, dates, people, papers; opening one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from web.api.shapes.base import NAME, Answers, Asked, Asking, Line, Paging, Shape, Word


class CasesAsking(Paging):
    """What narrows the list of cases; everything that is given must hold."""

    type: str = Field("", max_length=40, pattern=rf"{NAME}|^$", examples=["dispute"])
    state: str = Field("", max_length=40, pattern=rf"{NAME}|^$", examples=["accepted"])
    unit: str = Field(
        "", max_length=60, pattern=r"^[^\x00]*$", description="code of a unit: its cases and those of units below"
    )
    owner: Literal["", "me"] = Field("", description="me: the cases I hold")
    open: bool = Field(False, description="only cases that are not over")


class CaseLine(Shape):
    """A case in a list."""

    number: str = Field(examples=["D2026-00001"])
    type: Word
    state: Word
    version: int = Field(description="counts its events; send it as `expected_version`", examples=[3])
    title: str = Field(description="its people, as the pages call it", examples=["张三 · 某制衣厂"])
    subject: str = Field(examples=["拖欠工资"])
    outcome: Word | None
    opened_on: date
    unit: str = Field(description="name of the unit that holds it")
    owner: str | None = Field(description="name of the person who holds it")
    due_on: date | None = Field(description="the next last day among its running dates")


class Instalment(Shape):
    """What was promised and what has arrived, in fen."""

    no: int
    amount: int
    paid: int
    due_on: date
    performed: bool


class ClaimShape(Shape):
    """What is asked for, in fen."""

    cause: Word | None
    amount: int


class CaseWhole(CaseLine):
    """A case with what is asked for and what was promised. Its events, dates, people and papers have addresses of their own."""

    type_version: int
    over: bool
    claims: list[ClaimShape]
    instalments: list[Instalment]
    contracts: list[str] = Field(description="numbers of its own contract and of the one it renews")


class EventShape(Shape):
    """What happened."""

    version: int = Field(description="the case's version after it")
    step: Word
    from_state: str
    to_state: Word
    at: datetime
    actor: str | None = Field(description="null: the clock")
    unit: str | None


class EventsAsking(Paging):
    """The events of a case, newest first."""


class DeadlinesAsking(Asking):
    """Whether to say why each date is the date it is."""

    explain: bool = Field(False, description="with the rule, the article, the days counted and skipped")


class DeadlineShape(Shape):
    """A date of a case or contract."""

    id: int
    rule: Word
    subject: str = Field(description="which one of its rule: the number of an instalment; empty for the only one")
    status: Word
    opens_on: date | None
    due_on: date
    met_on: date | None
    hard: bool = Field(description="a statutory date that carries effects")
    provisional: bool = Field(description="counted before the year's holidays were published")
    explanation: list[str] | None = Field(description="sentences in the language asked for; null unless asked for")


class PartyShape(Shape):
    """Somebody the case is about, without numbers."""

    role: Word
    name: str
    represents: bool


class PaperShape(Shape):
    """An issued paper; its file is `/papers/{id}/file`."""

    id: int
    paper: Word
    serial: str
    issued_at: datetime
    void: bool


class FileAsking(Asking):
    """In which form and language a paper is taken out."""

    form: Literal["docx", "html"] = "docx"
    lang: Literal["zh", "en"] = "zh"


class CaseWanted(Asked):
    """A case to be opened: what kind, in which unit, and what its opening asks (`GET /types/{key}`, `opening`)."""

    type: Annotated[str, Field(pattern=NAME, max_length=30, examples=["dispute"])]
    unit: Annotated[Line, Field(description="code of the unit", examples=["qingbo"])]
    answers: Answers = Field(
        examples=[{"applicant": "张三", "employer": "某制衣厂", "cause": "wage_arrears", "summary": "三个月未发工资"}]
    )


class ReceiptShape(Shape):
    """What a step came to: the case, its version and its state after it. The same key again gives the same receipt."""

    number: str = Field(examples=["D2026-00001"])
    version: int = Field(examples=[4])
    step: str = Field(examples=["accept"])
    state: Word


class WorkAsking(Asking):
    """How far ahead the worklist looks, and how much of it is wanted."""

    ahead: int = Field(7, ge=0, le=90, description="days from today")
    limit: int = Field(100, ge=1, le=200)


class WorkLine(Shape):
    """Something that is due, of a case or of a contract."""

    number: str
    of: Literal["case", "contract"]
    rule: Word
    subject: str
    status: Word
    due_on: date
    days: int = Field(description="days that are left; negative: overdue")
    hard: bool
    state: Word | None
    step: Word | None = Field(description="the step that does what the date asks for")
    owner: str | None
    unit: str
