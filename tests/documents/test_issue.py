"""Issuing in the step's own transaction: frozen, numbered without gaps, replaced, voided, and set-wise."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, select, text, update

from documents.issue import issue_papers, issue_renewal_reminders
from documents.render import AlteredPaper, check_papers, file_of, render_html
from flows.batch import advance_batch
from flows.requests import Wish, file_batch
from models.chain import digest
from models.contracts import Contract
from models.papers import Document, DocumentFile
from states.errors import Refusal
from tests.documents.stage import (
    IDENTITY,
    INVITATION,
    TERMS,
    Union,
    accepted,
    planned,
    registered,
    signed,
)


def test_a_case_gathers_its_papers_in_order(union: Union) -> None:
    case = signed(union)
    assert [row["paper"] for row in union.papers(case)] == [
        "registration_form", "mediation_application", "acceptance_notice", "mediation_summons", "mediation_record",
        "mediation_agreement",
    ]  # fmt: skip


def test_facts_are_frozen_and_the_hash_proves_it(union: Union) -> None:
    case = accepted(union)
    row = union.paper(case, "acceptance_notice")
    assert row["facts_hash"] == digest(row["facts"])
    assert row["facts"]["applicant"] == "王二"
    assert row["facts"]["amount"] == 1200050
    with union.office.store.write() as connection:
        connection.execute(update(Document).where(Document.id == row["id"]).values(facts={**row["facts"], "amount": 1}))
        assert check_papers(connection, [row["id"], row["id"] + 1]) == [row["id"]]
        with pytest.raises(AlteredPaper):
            file_of(connection, row["id"], "html", "zh", union.now)


def test_numbers_run_without_gaps_and_a_refused_step_draws_none(union: Union) -> None:
    first, second = registered(union), registered(union)
    with pytest.raises(Refusal):
        union.take(first, "accept", accepted_on=union.day())
    serials = [union.paper(case, "registration_form")["serial"] for case in (first, second, registered(union))]
    assert serials == ["DJ2026-00001", "DJ2026-00002", "DJ2026-00003"]
    union.pass_days(200)
    assert union.paper(registered(union), "registration_form")["serial"] == "DJ2027-00001"


def test_a_newer_agreement_takes_the_place_of_the_older(union: Union) -> None:
    case, other = accepted(union), accepted(union)
    for one in (case, other):
        union.take(one, "schedule_session", on=union.day(), place="三楼")
        union.take(one, "hold_session", on=union.day(), minutes="……")
        union.take(one, "agree", **TERMS)
    union.take(case, "fall_through", reason="单位要求修改")
    union.take(case, "agree", **TERMS)
    agreements = [row["void"] for row in union.papers(case) if row["paper"] == "mediation_agreement"]
    assert agreements == [True, False]
    assert not any(row["void"] for row in union.papers(other))


def test_the_papers_of_a_step_that_was_undone_are_void(union: Union) -> None:
    case = accepted(union)
    union.take(case, "undo", reason="日期有误")
    assert union.paper(case, "acceptance_notice")["void"]
    assert not union.paper(case, "mediation_application")["void"]


def test_a_file_is_rendered_once_and_never_anew(union: Union, monkeypatch: pytest.MonkeyPatch) -> None:
    paper = union.paper(registered(union), "registration_form")["id"]
    with union.office.store.write() as connection:
        first = {form: file_of(connection, paper, form, "zh", union.now) for form in ("html", "docx")}
    monkeypatch.setattr("documents.render.FORMS", {})
    union.pass_days(3)
    with union.office.store.write() as connection:
        for form, content in first.items():
            assert file_of(connection, paper, form, "zh", union.now) == content
        kept = connection.execute(select(DocumentFile.form, DocumentFile.rendered_at)).all()
    assert len(kept) == 2
    assert all((union.now - at).days == 3 for _, at in kept)


def test_a_file_that_was_changed_is_found_out(union: Union) -> None:
    paper = union.paper(registered(union), "registration_form")["id"]
    with union.office.store.write() as connection:
        file_of(connection, paper, "html", "zh", union.now)
        connection.execute(update(DocumentFile).values(content=b"another paper"))
        with pytest.raises(AlteredPaper, match="was changed"):
            file_of(connection, paper, "html", "zh", union.now)
        connection.execute(text("UPDATE document_file SET content = :raw"), {"raw": b"\x00\xff"})
        with pytest.raises(AlteredPaper, match="does not open"):
            file_of(connection, paper, "html", "zh", union.now)


def test_the_store_never_sees_a_number_of_a_person(union: Union) -> None:
    case = signed(union)
    with union.office.store.write() as connection:
        for row in union.papers(case):
            page = file_of(connection, row["id"], "html", "zh", union.now)
        assert IDENTITY.encode() in page
        for table in ("document", "document_file"):
            for stored in connection.exec_driver_sql(f"SELECT * FROM {table}"):
                assert IDENTITY not in str(stored)


@pytest.mark.parametrize(("form", "lang"), [("pdf", "zh"), ("html", "fr")])
def test_there_are_two_forms_and_two_languages(union: Union, form: str, lang: str) -> None:
    paper = union.paper(registered(union), "registration_form")["id"]
    with union.office.store.write() as connection, pytest.raises(KeyError):
        file_of(connection, paper, form, lang, union.now)


def test_no_paper_no_statement(union: Union) -> None:
    with union.counted() as seen, union.office.store.write() as connection:
        before = len(seen)
        issue_papers(connection, [])
        assert len(seen) == before


def invitations(union: Union, count: int) -> list[str]:
    """The statements of one batch of invitations."""
    cases = [planned(union) for _ in range(count)]
    answers: dict[str, Any] = {"sent_on": union.day(), "received_on": union.day(), **INVITATION}
    wishes = [Wish(step="send_invitation", case_id=case, actor_id=1, answers=answers) for case in cases]
    batch = file_batch(union.office, "send_invitation", 1, wishes)
    with union.counted() as seen:
        result = advance_batch(union.office, batch)
    assert result.applied == count
    return [statement for statement in seen if "document" in statement or "counter" in statement]


def test_five_hundred_invitations_cost_as_many_statements_as_five(union: Union) -> None:
    few, many = invitations(union, 5), invitations(union, 500)
    assert len(few) == len(many) == 2  # the numbers, the papers
    numbers = [row["facts"]["number"] for row in union.papers() if row["paper"] == "invitation"]
    assert numbers[-1] == "〔2026〕协要字第505号"
    assert len(set(numbers)) == 505


def test_a_batch_reads_set_wise_whatever_its_papers_ask(union: Union) -> None:
    def urged(count: int) -> int:
        cases = [signed(union) for _ in range(count)]
        batch = file_batch(union.office, "urge", 1, [Wish(step="urge", case_id=case, actor_id=1) for case in cases])
        with union.counted() as seen:
            assert advance_batch(union.office, batch).applied == count
        return len(seen)

    assert urged(2) == urged(12)


def test_reminders_of_the_register_need_no_case(union: Union) -> None:
    with union.office.store.write() as connection:
        rows = [
            {"number": f"HT{n}", "unit_id": 1, "employer_name": f"企业{n}", "kind": "collective", "scope": "enterprise",
             "pack": "cn", "standing": "in_force", "expires_on": union.now.date()}
            for n in range(3)
        ]  # fmt: skip
        connection.execute(insert(Contract), rows)
        ids = list(connection.scalars(select(Contract.id)))
        with union.counted() as seen:
            made = issue_renewal_reminders(connection, ids, union.now, union.now.date())
        assert len(made) == 3
        assert len(seen) == 5  # the contracts, the numbers, the words in use, the papers, their ids
        assert issue_renewal_reminders(connection, [], union.now, union.now.date()) == []
    reminder = union.papers()[0]
    assert (reminder["case_id"], reminder["contract_id"], reminder["serial"]) == (None, ids[0], "DQ2026-00001")
    assert "企业0" in render_html(reminder["facts"], "zh")
