"""Finding: by whom, by what, within what one may see; names of two characters, pinyin, numbers, and words that mean something
to a search engine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import delete, select

from flows.accounts.organisations import add_organisation, change_organisation
from flows.accounts.people import change_person
from models.cases import CaseFile, Party
from models.migrating import alembic_config, migrate
from models.offices import SearchText
from models.scope import EVERYTHING, scope_of
from models.search_asking import Rank, question
from models.search_index import Kind, rebuild, row_id, target_of
from models.search_words import name_tokens, readings, spellings
from models.searching import Found, search
from models.session import open_store
from tests.factories import DISTRICT, ELSEWHERE, FACTORY, STREET, Town
from tests.stores import settings_at


def look(town: Town, said: str, by: str | None = "mediator", limit: int = 50) -> Found:
    with town.office.store.read() as connection:
        scope = scope_of(connection, town.people[by], town.today) if by else EVERYTHING
        return search(connection, scope, said, limit)


def numbers(town: Town, said: str, by: str | None = "mediator") -> Sequence[str]:
    return [hit.number for hit in look(town, said, by).hits]


# --- by whom -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["张三", "某制衣厂", "制衣", "衣厂", "张", "zhangsan", "zhang", "zhang s", "zs", "mzyc", "zyc",
                                  "zhiyichang", "张三 制衣", "ZhangSan", " 张三 ", "某"])  # fmt: skip
def test_a_case_is_found_by_its_parties(town: Town, said: str) -> None:
    case = town.dispute()
    assert numbers(town, said) == [case.number]


@pytest.mark.parametrize(
    "said", ["张四", "三张", "李四", "张三 李四", "zhangsi", "hangsan", "angsan", "sz", "衣厂某", "张三丰", "x"]
)
def test_what_is_not_there_is_not_found(town: Town, said: str) -> None:
    town.dispute()
    assert numbers(town, said) == []


def test_everybody_in_a_case_leads_to_it(town: Town) -> None:
    case = town.dispute(claimants=12, members=["李四", "欧阳海"])
    for said in ("李四", "ouyanghai", "oyh"):
        assert numbers(town, said) == [case.number], said
    assert numbers(town, "李调解") == []
    case.take("assign_mediator", mediator=town.people["mediator"], no_conflict=True)
    hit = look(town, "李调解").hits[0]
    assert (hit.number, hit.matched, hit.role, hit.owner) == (case.number, "李调解", "owner", "李调解")
    case.take("name_representatives", names=["赵六", "孙七", "周八"], chosen_on=town.iso())
    assert numbers(town, "赵六") == [case.number]
    case.take("join_handlers", body="judicial_office", name="清波司法所")
    assert look(town, "司法所").hits[0].role == "joint_handler"


def test_representatives_of_both_sides_the_officer_and_the_contract(town: Town) -> None:
    case = town.bargaining()
    case.take("assign_officer", officer=town.people["officer"])
    case.in_force()
    found = look(town, "职工代表2", "officer").hits
    assert [(hit.number, hit.role) for hit in found] == [(case.number, "workers_representative")]
    assert numbers(town, "企业代表1", "officer") == [case.number]
    assert numbers(town, "周指导", "officer") == [case.number]
    contract = town.one(CaseFile, CaseFile.id == case.id).contract_id
    hits = {hit.kind: hit for hit in look(town, "某制衣厂", "officer").hits}
    assert hits[Kind.CONTRACT].id == contract
    assert (hits[Kind.CONTRACT].state, hits[Kind.CONTRACT].employer) == ("in_force", "某制衣厂")
    assert numbers(town, hits[Kind.CONTRACT].number, "officer") == [hits[Kind.CONTRACT].number]


def test_a_change_of_the_holder_shows_at_once_and_also_when_it_is_taken_back(town: Town) -> None:
    case = town.dispute()
    case.take("assign_mediator", mediator=town.people["colleague"], no_conflict=True)
    assert numbers(town, "陈调解") == [case.number]
    case.take("undo", reason="有误")
    assert numbers(town, "陈调解") == []
    assert numbers(town, "张三") == [case.number]


def test_parties_who_are_taken_back_are_no_longer_found(town: Town) -> None:
    case = town.dispute(claimants=12, members=["李四"])
    case.take("name_representatives", names=["赵六", "孙七", "周八"], chosen_on=town.iso())
    case.take("undo", reason="推举有误")
    assert numbers(town, "赵六") == []
    assert numbers(town, "李四") == [case.number]


# --- by what -------------------------------------------------------------------------------------------------------------


def test_a_number_as_it_is_written_and_as_it_is_said(town: Town) -> None:
    cases = [town.dispute() for _ in range(12)]
    number = cases[11].number
    year = number[1:5]
    for said in (number, number.lower(), number.replace("-", ""), "00012", "12", f"{year}-12", f"d{year}-12", f"D{year}-00012"):
        assert numbers(town, said) == [number], said
    assert len(numbers(town, f"D{year}")) == 12
    assert len(numbers(town, f"D{year}-0000")) == 9


def test_the_exact_number_stands_first(town: Town) -> None:
    first = town.dispute()
    town.dispute(applicant=first.number)
    found = look(town, first.number).hits
    assert (found[0].rank, found[0].number) == (Rank.NUMBER, first.number)
    assert len(found) == 2


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("单小明", "shanxiaoming"), ("单小明", "sxm"), ("曾国", "zengguo"), ("曾国", "zg"), ("解放", "xiefang"),
        ("盖天", "getian"), ("朴英", "piaoying"), ("覃芳", "qinfang"), ("万俟明", "moqiming"), ("尉迟恭", "yuchigong"),
        ("吕红", "lvhong"), ("吕红", "luhong"), ("翟墨", "zhaimo"), ("查良", "zhaliang"), ("那英", "naying"),
        ("区明", "ouming"), ("仇英", "qiuying"),
    ],
)  # fmt: skip
def test_surnames_that_are_read_in_more_than_one_way(town: Town, name: str, said: str) -> None:
    case = town.dispute(applicant=name)
    assert numbers(town, said) == [case.number]
    assert look(town, said).hits[0].matched == name


def test_words_of_employers_are_read_as_words(town: Town) -> None:
    case = town.dispute(employer="重庆长兴银行科技(ABC)有限公司")
    for said in (
        "chongqing",
        "changxing",
        "yinhang",
        "cqcxyh",
        "abc",
        "ABC",
        "kejiABC",
        "科技(ABC)有限",
        "长兴 abc",
        "cqcxyhkj",
        "有限公司",
    ):
        assert numbers(town, said) == [case.number], said
    assert look(town, "重庆长兴银行科技(ABC)有限公司").hits[0].rank == Rank.NAME


def test_width_case_blanks_and_points_do_not_matter(town: Town) -> None:
    case = town.dispute(applicant="阿不都·热合曼", employer="杭州 123 服饰")
    year = case.number[1:5]
    wide = case.number.translate({ord(char): ord(char) + 0xFEE0 for char in "D0123456789-"})
    for said in ("阿不都热合曼", "阿不都·热合曼", "热合", "杭州123", "杭州123服饰", wide, f"d{year}—1", "123", "123服"):
        assert case.number in numbers(town, said), said


def test_a_character_that_an_old_sqlite_does_not_know(town: Town) -> None:
    case = town.dispute(applicant="王𬱖", employer="〇七厂")
    for said in ("王𬱖", "𬱖" and "王", "〇七", "王𬱖 七厂"):
        assert numbers(town, said) == [case.number], said
    assert numbers(town, "王𬭚") == []


@pytest.mark.parametrize(
    "said",
    [
        "", "   ", "'", '"', "*", "张三*", '"张三"', "-张三", "张三 OR", "NEAR(张三 李四)", "NEAR", "AND", "OR NOT",
        "text:张三", "(", ")", "张三:*", "a'b", "\\", "%", "_", "张三\x00", "& |", "!张三", "^张三", "😀", "张" * 500,
        "a " * 300, "abcdefghij" * 50,
    ],
)  # fmt: skip
def test_signs_and_words_that_mean_something_to_a_database_are_harmless(town: Town, said: str) -> None:
    case = town.dispute()
    expected = [case.number] if said.strip('*"-:!^\x00') == "张三" else []
    assert numbers(town, said) == expected


def test_what_is_sealed_is_not_found(town: Town) -> None:
    town.dispute(phone="13900001111", identity="330102199001011234")
    for said in ("13900001111", "330102199001011234", "3301021990"):
        assert numbers(town, said, None) == []


# --- within what one may see ---------------------------------------------------------------------------------------------


def test_a_stranger_finds_nothing(town: Town) -> None:
    case = town.dispute()
    for said in ("张三", "某制衣厂", case.number, "zs", "12", "张"):
        assert look(town, said, "stranger") == Found([], False)
    for person in ("mediator", "colleague", "senior", "supervisor"):
        assert numbers(town, "张三", person) == [case.number]
    assert numbers(town, "张三", "steward") == []
    assert numbers(town, "张三", None) == [case.number]


def test_who_holds_a_case_elsewhere_and_who_is_a_party_finds_it(town: Town) -> None:
    case = town.dispute()
    assert numbers(town, "张三", "worker") == []
    town.makes_party("worker", case)
    town.set(CaseFile, CaseFile.id == case.id, owner_id=town.people["stranger"])
    rebuild(town.office.store)
    assert numbers(town, "制衣厂", "worker") == [case.number]
    assert numbers(town, "何调解", "stranger") == [case.number]


def test_the_index_alone_shows_nobody_anything(town: Town) -> None:
    case = town.dispute()
    with town.office.store.write() as connection:
        row = SearchText.id == row_id(Kind.CASE, case.id)
        said = connection.execute(select(SearchText.text).where(row)).scalar_one()
        connection.execute(SearchText.__table__.update().where(row).values(text=f"{said} cu{ELSEWHERE}"))
    assert numbers(town, "张三", "stranger") == []


def test_the_chair_finds_the_bargaining_of_his_factory_and_no_dispute(town: Town) -> None:
    dispute, bargaining = town.dispute(employer="某制衣厂"), town.bargaining()
    found = numbers(town, "制衣厂", "chair")
    assert bargaining.number in found
    assert dispute.number not in found


def test_a_contract_is_found_by_the_number_that_stands_on_it(town: Town) -> None:
    town.contract(town.today, "杭劳集(2026)12号", unit_id=ELSEWHERE)
    rebuild(town.office.store)
    assert numbers(town, "杭劳集", "stranger") == numbers(town, "杭劳集(2026)12号", "stranger") != []
    assert numbers(town, "杭劳集", "supervisor") == []


def test_units_and_employers_are_found_inside_the_scope(town: Town) -> None:
    rebuild(town.office.store)  # the town's tree was written by hand
    assert [hit.id for hit in look(town, "qbjd", "supervisor").hits] == [STREET]
    assert [hit.id for hit in look(town, "总工会", "supervisor").hits] == [STREET, DISTRICT]
    assert [hit.id for hit in look(town, "garment", "mediator").hits] == [FACTORY]
    assert look(town, "上城", "mediator").hits == []


def test_the_applicant_of_a_confidential_case_is_found_within_the_chain_of_its_unit_only(town: Town) -> None:
    case = town.dispute(confidential=True, claimants=2, members=["李四"])
    town.set(Party, (Party.case_id == case.id) & (Party.role == "respondent"), person_id=town.people["worker"])
    rebuild(town.office.store)
    for said in ("张三", "zhangsan", "zs", "李四", "张三 制衣厂"):
        assert numbers(town, said, "worker") == [], said
        assert numbers(town, said, "supervisor") == [case.number], said
    hit = look(town, "制衣厂", "worker").hits[0]
    assert (hit.number, hit.title) == (case.number, "某制衣厂")
    assert look(town, "制衣厂", "supervisor").hits[0].title == "张三 · 某制衣厂"


def test_the_applicant_himself_finds_his_confidential_case(town: Town) -> None:
    case = town.dispute(confidential=True)
    town.makes_party("worker", case)
    rebuild(town.office.store)
    assert numbers(town, "张三", "worker") == [case.number]


# --- the list ------------------------------------------------------------------------------------------------------------


def test_best_first_open_first_newest_first(town: Town) -> None:
    inside = town.dispute(applicant="小王伟")
    begins = town.dispute(applicant="王伟明")
    closed = town.dispute(applicant="王伟")
    closed.take("settle_on_spot", result="已付")
    older, newer = town.dispute(applicant="王伟"), town.dispute(applicant="王伟")
    assert numbers(town, "王伟") == [case.number for case in (newer, older, closed, begins, inside)]


def test_a_list_that_was_cut_says_so(town: Town) -> None:
    cases = [town.dispute() for _ in range(4)]
    found = look(town, "张三", limit=3)
    assert ([hit.number for hit in found.hits], found.more) == ([case.number for case in cases[:0:-1]], True)
    assert not look(town, "张三", limit=4).more


def test_the_number_of_statements_does_not_grow(town: Town) -> None:
    town.dispute()
    with town.statements() as few:
        look(town, "张三", None)
    for _ in range(5):
        town.dispute()
        town.bargaining()
    with town.statements() as many:
        look(town, "制衣厂", None)
    assert len(few) <= len(many) <= 6


# --- the index -----------------------------------------------------------------------------------------------------------


def test_rebuilding_says_the_same_and_restores_what_was_lost(town: Town) -> None:
    case = town.dispute()
    town.bargaining()
    town.contract(town.today)
    rebuild(town.office.store)
    before = [(row.id, row.text) for row in town.rows(SearchText)]
    with town.office.store.write() as connection:
        connection.execute(delete(SearchText))
    assert numbers(town, "张三") == []
    assert rebuild(town.office.store) == {"case": 2, "contract": 1, "organisation": 4}
    assert [(row.id, row.text) for row in town.rows(SearchText)] == before
    assert numbers(town, "张三") == [case.number]


def test_ids_of_the_index() -> None:
    for kind in Kind:
        assert target_of(row_id(kind, 17)) == (kind, 17)


def test_readings_are_few() -> None:
    assert ("shan", "xiao", "ming") in readings("单小明")
    assert len(name_tokens("杭州星海科技有限公司")) < 90
    assert spellings("D2026-00012") == ["d202600012", "202600012", "00012", "12", "d202612", "202612"]
    assert question("  ").words == []


# --- what the index follows ----------------------------------------------------------------------------------------------


def test_a_renamed_employer_and_a_moved_unit_are_followed(town: Town) -> None:
    case = town.bargaining()
    contract = town.contract(town.today)
    rebuild(town.office.store)
    change_organisation(town.office, None, FACTORY, name="新华服饰")
    assert {hit.id for hit in look(town, "xinhua", None).hits} == {case.id, contract, FACTORY}
    change_organisation(town.office, None, STREET, parent_id=ELSEWHERE)
    assert {hit.id for hit in look(town, "新华", "stranger").hits} == {case.id, contract, FACTORY}
    assert look(town, "新华", "supervisor").hits == []


def test_a_new_unit_is_found(town: Town) -> None:
    added = add_organisation(town.office, None, "HP", "湖滨街道总工会", "subdistrict", DISTRICT)
    assert [hit.id for hit in look(town, "湖滨", "supervisor").hits] == [added]


def test_the_holder_under_another_name(town: Town) -> None:
    case = town.dispute()
    case.take("assign_mediator", mediator=town.people["mediator"], no_conflict=True)
    change_person(town.office, None, town.people["mediator"], name="林调解")
    assert numbers(town, "林调解") == [case.number]
    assert numbers(town, "李调解") == []


def test_a_store_from_before_the_index_gets_one_with_its_migration(tmp_path: Path) -> None:
    store = open_store(settings_at(tmp_path).database, tmp_path / "secret.key")
    with store.write() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql(
            "INSERT INTO organisation (id, code, name, kind, path, pack, mediates, credit_code, industry, workers) "
            "VALUES (1, 'SL', '示例区总工会', 'district', '/1/', '', true, '', '', 0)"
        )
    migrate(store)
    with store.read() as connection:
        assert [hit.number for hit in search(connection, EVERYTHING, "slq").hits] == ["SL"]
    store.close()
