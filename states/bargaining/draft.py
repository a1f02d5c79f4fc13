"""The draft: what was agreed on, clause by clause and word for word.

Clauses that nobody disputed need no proposal: the chiefs agree on them by signing the draft. But a clause that was agreed on
stands in it as agreed, and none that was proposed is left open.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from states.bargaining import forms
from states.bargaining.clauses import Said, agreed_of, found, positions_of, standing, yuan
from states.bargaining.counting import plain
from states.bargaining.words import Content
from states.caseview import CaseView, Moment
from states.entries import ClauseWritten, Entry, SetFacts
from states.errors import Reason
from states.guards import listed
from states.labels import Label

#: the chapter without which a contract of the kind is none
_ABOUT = {"wage": {"pay"}, "women": {"women"}}


def drafted(case: CaseView, answers: forms.Draft, _moment: Moment) -> Iterator[Entry]:
    """The draft and its clauses. A second one, after a vote that failed, has a period of its own."""
    again, day = bool(case.facts.get("rejected")), answers.agreed_on.isoformat()
    agreed_on, written = agreed_of(case.facts), {}
    for no, clause in enumerate(_clauses(case, answers), start=1):
        known = agreed_on.get(found(clause.title, agreed_on) or "", {"on": day})
        content = str(clause.content) if clause.content else str(known.get("content", ""))
        yield ClauseWritten(no, clause.title, clause.text, clause.amount, content)
        written[clause.title] = {**known, "text": clause.text, "amount": clause.amount, "content": content}
    named = {*map(str, answers.contents), *(said["content"] for said in written.values())}
    contents = [str(content) for content in Content if str(content) in named]
    yield SetFacts({"drafted_on": day, "contents": contents, "womens_chapter": answers.womens_chapter or None})
    yield SetFacts({"to_vote_from": None if again else day, "revote_from": day if again else None})
    yield SetFacts({"draft_seq": case.version + 1 if written else None})
    yield standing({}, written)


def _clauses(case: CaseView, answers: forms.Draft) -> Sequence[forms.DraftClause]:
    """The clauses of the draft: those given, or those agreed on."""
    if answers.clauses:
        return answers.clauses
    return [forms.DraftClause.model_validate(row) for row in to_be_drafted(case)["clauses"]]


def to_be_drafted(case: CaseView) -> dict[str, Any]:
    """The clauses agreed on, in their words, and the chapters they belong to."""
    facts = case.facts
    chapters = {said["content"] for said in agreed_of(facts).values() if said.get("content")} | set(facts.get("contents", ()))
    return {
        "contents": sorted(chapters | _ABOUT.get(facts.get("kind", ""), set())),
        "clauses": [
            {"title": title, "content": said.get("content") or None, "text": said["text"],
             "amount": yuan(said["amount"]) or None}
            for title, said in agreed_of(case.facts).items()
        ],
    }  # fmt: skip


def _open(case: CaseView, _answers: Any, _moment: Moment) -> Iterator[Reason]:
    for title in positions_of(case.facts):
        yield Reason(
            "clause_open", Label(f"“{title}”尚未达成一致", f"“{title}” is not agreed on yet"),
            Label("办理“条款达成一致”,或商定不写入合同", "take the step “agree on clauses”, or agree to leave it out"),
        )  # fmt: skip


ALL_SETTLED = listed(
    "clause_open", _open, Label("提出过的条款须已达成一致", "every clause proposed is agreed on"), needs_answers=False
)


def _differs(case: CaseView, answers: forms.Draft, _moment: Moment) -> Iterator[Reason]:
    agreed_on, seen = agreed_of(case.facts), set[str]()
    for no, clause in enumerate(answers.clauses):
        at = f"clauses.{no}"
        if plain(clause.title) in seen:
            yield Reason("clause_twice", Label(f"“{clause.title}”重复列出", f"“{clause.title}” stands there twice"),
                         Label("合并为一条", "make it one clause"), f"{at}.title")  # fmt: skip
        seen.add(plain(clause.title))
        title = found(clause.title, agreed_on)
        if title is not None:
            yield from _other_words(title, clause, agreed_on[title], at)
        elif not clause.text and clause.amount is None:
            yield Reason("clause_empty", Label(f"“{clause.title}”没有内容", f"“{clause.title}” says nothing"),
                         Label("写明内容或金额", "give its text or amount"), f"{at}.text")  # fmt: skip
    for title in agreed_on if answers.clauses else ():
        if plain(title) not in seen:
            text = Label(f"已达成一致的“{title}”未写入草案", f"“{title}” was agreed on and is missing")
            mend = Label("补入该条款,或先商定不写入合同", "add it, or first agree to leave it out")
            yield Reason("clause_missing", text, mend, "clauses")


def _other_words(title: str, clause: forms.DraftClause, said: Said, at: str) -> Iterator[Reason]:
    mend = Label(
        "按商定的写;双方另有商定的,先办理“条款达成一致”", "write it as agreed; agreed anew: take “agree on clauses” first"
    )
    if clause.amount != said["amount"]:
        draft, known = (yuan(fen) for fen in (clause.amount, said["amount"]))
        yield Reason(
            "clause_amount_differs",
            Label(f"“{title}”:草案金额为{draft or '空'},商定为{known or '无金额'}",
                  f"“{title}”: the draft says {draft or 'no amount'}, agreed was {known or 'no amount'}"),
            mend, f"{at}.amount",
        )  # fmt: skip
    if plain(clause.text) != plain(said["text"]):
        text = Label(f"“{title}”:草案文字与商定的不同", f"“{title}”: the draft words it otherwise than agreed")
        yield Reason("clause_text_differs", text, mend, f"{at}.text")


AS_AGREED = listed("draft_differs", _differs, Label("草案须与商定的条款一致", "the draft says what was agreed on"))
