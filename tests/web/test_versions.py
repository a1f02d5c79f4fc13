"""A case that moved to another version, on the pages: its history in words of both versions, its batch, its dates."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from flows.version_moves import Order, carry_out, file_moves
from models.scope import EVERYTHING
from states import registry
from states.dispute import DISPUTE
from states.registry import registered
from tests.factories import OfficeCase
from tests.states.second import DROPPED, RULES, SECOND
from tests.web.conftest import Web


@pytest.fixture
def second(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with registered(SECOND), monkeypatch.context() as patched:
        patched.setitem(registry._NEWEST, "dispute", DISPUTE)
        yield


def moved(web: Web, by: str = "") -> tuple[OfficeCase, int]:
    """A case with a step and a clock of the first version that the second does not know, moved."""
    case = web.town.dispute().accepted()
    case.take("schedule_session", on=web.town.iso(2), place="三楼")
    case.take(DROPPED, on=web.town.iso(3), reason="改期")
    batch_id = file_moves(web.town.office, web.town.people[by] if by else None, EVERYTHING, Order("dispute", 1, 2, RULES), "v2")
    assert carry_out(web.town.office, batch_id).applied == 1
    return case, batch_id


@pytest.mark.usefixtures("second")
@pytest.mark.parametrize(
    ("lang", "words"),
    [("zh", ("流程由第1版转入第2版", "调解会改期", "已受理", "系统维护", "仲裁时效")),
     ("en", ("Moved from version 1 of its type to version 2", "Postpone the session", "Accepted", "The operator"))],
)  # fmt: skip
def test_the_history_is_told_in_the_words_of_both_versions(web: Web, lang: str, words: tuple[str, ...]) -> None:
    case, _ = moved(web)
    browser = web.as_("mediator", lang)
    for path in ("", "/history", "/chart"):
        answer = browser.get(f"/cases/{case.number}{path}")
        assert answer.status_code == 200, path
        if not path:
            assert [word for word in words if word not in answer.text] == []
    assert "undo" not in browser.get(f"/cases/{case.number}").text.split("<main")[1].split("/steps/")[0]


@pytest.mark.usefixtures("second")
def test_every_page_that_names_the_case_still_opens(web: Web) -> None:
    case, _ = moved(web)
    for who, paths in {
        "mediator": ("/day", "/cases", "/cases?type=dispute", "/calendar", "/search", f"/cases/{case.number}/papers"),
        "supervisor": ("/supervision", "/supervision/troubles", "/supervision/late", "/cases?type=dispute&state=accepted"),
    }.items():
        for path in paths:
            assert web.as_(who).get(path).status_code in (200, 404), path
    case.take("cool_off")
    assert web.as_("supervisor").get(f"/cases/{case.number}").status_code == 200


@pytest.mark.usefixtures("second")
def test_the_batch_shows_the_result_of_each_case(web: Web) -> None:
    case, batch_id = moved(web)
    page = web.as_("administrator").get(f"/batches/{batch_id}")
    assert page.status_code == 200
    assert [word for word in ("转入另一版本的流程", case.number, "调解中", "系统维护") if word not in page.text] == []
    assert "转入另一版本的流程" in web.as_("administrator").get("/batches").text
    assert web.as_("administrator").get(f"/batches/{batch_id}/result.xlsx").status_code == 200
    assert web.as_("mediator").get(f"/batches/{batch_id}").status_code == 404


@pytest.mark.usefixtures("second")
def test_what_was_refused_is_told_with_its_reason_and_not_offered_again(web: Web) -> None:
    web.town.dispute().accepted()
    batch_id = file_moves(web.town.office, web.town.people["administrator"], EVERYTHING, Order("dispute", 1, 2), "v2")
    carry_out(web.town.office, batch_id)
    page = web.as_("administrator").get(f"/batches/{batch_id}").text
    assert "也没有规则说明转为何状态" in page
    assert f"/batches/{batch_id}/again" not in page


@pytest.mark.usefixtures("second")
def test_a_program_hears_of_the_move_and_may_not_make_one(web: Web) -> None:
    case, _ = moved(web)
    program = web.program("mediator")
    events = program.get(f"/cases/{case.number}/events").json()["items"]
    assert (events[0]["step"]["value"], events[0]["step"]["en"]) == ("migrate", "Moved to another version of its type")
    assert "Postpone the session" in {event["step"]["en"] for event in events}
    assert program.get(f"/cases/{case.number}/steps").json()["undo"] is None
    assert [one["version"] for one in program.get("/types").json()["items"] if one["key"] == "dispute"] == [1]
