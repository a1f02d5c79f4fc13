"""What lies beside a case: notes that never change, files looked into before they are kept, papers and who got them."""

from __future__ import annotations

import io
import re
import zipfile
from base64 import b64encode
from hashlib import sha256
from typing import Any

import pytest

from models.notes import Attachment, CaseNote
from models.offices import OfficeEvent
from models.papers import Document, PaperSending
from tests.factories import OfficeCase
from tests.web.conftest import Browser, Web, words
from tests.web.permissions.beside import PNG

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def package(**parts: bytes) -> bytes:
    """A zip package of those parts; "__" in a name stands for a slash, "DOT" for a point."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/").replace("DOT", "."), content)
    return kept.getvalue()


TYPES = {"[Content_Types]DOTxml": b"<Types/>"}
WORD = package(**TYPES, word__documentDOTxml=b"<w/>")
SHEET = package(**TYPES, xl__workbookDOTxml=b"<x/>")
OPEN_TEXT = package(mimetype=b"application/vnd.oasis.opendocument.text", contentDOTxml=b"<o/>")
MACROS = package(**TYPES, word__documentDOTxml=b"<w/>", word__vbaProjectDOTbin=b"x")
BOMB = package(**TYPES, word__documentDOTxml=b"\0" * (30 * 1024 * 1024))


def send(browser: Browser, case: OfficeCase, name: str, content: bytes, audience: str = "internal") -> Any:
    """Upload a file."""
    return browser.post(f"/cases/{case.number}/attachments", files={"file": (name, content)}, audience=audience)


# --- notes ------------------------------------------------------------------------------------------------------------


def test_a_sign_that_nobody_types_is_left_out(web: Web) -> None:
    case, mediator = web.town.dispute(), web.as_("mediator")
    assert mediator.post(f"/cases/{case.number}/notes", text="下午\x00三点", audience="internal").status_code == 303
    assert web.town.one(CaseNote).text == "下午三点"


def test_a_note_is_kept_shown_and_taken_back_by_its_writer_or_the_supervisor(web: Web) -> None:
    case = web.town.dispute()
    mediator = web.as_("mediator")
    assert mediator.post(f"/cases/{case.number}/notes", text="下午三点回电\n找张三", audience="internal").status_code == 303
    assert mediator.post(f"/cases/{case.number}/notes", text="请带工资条", audience="parties").status_code == 303
    page = words(mediator.get(f"/cases/{case.number}").text)
    assert "下午三点回电 找张三" in page
    assert "当事人可见" in page
    first, second = web.town.rows(CaseNote)
    colleague = web.as_("colleague")
    refused = colleague.post(f"/cases/{case.number}/notes/{first.id}/withdraw")
    assert refused.status_code == 422
    assert "只有本人或督办可以收回" in refused.text
    assert mediator.post(f"/cases/{case.number}/notes/{first.id}/withdraw").status_code == 303
    assert web.as_("supervisor").post(f"/cases/{case.number}/notes/{second.id}/withdraw").status_code == 303
    page = words(mediator.get(f"/cases/{case.number}/notes").text)
    assert "下午三点回电" not in page
    assert page.count("收回") >= 2
    assert web.town.count(CaseNote) == 2, "nothing is erased"


@pytest.mark.parametrize(("language", "said"), [("zh", "内容:必须填写"), ("en", "Text must be answered")])
def test_an_empty_note_is_refused_in_the_persons_language(web: Web, language: str, said: str) -> None:
    case = web.town.dispute()
    answer = web.as_("mediator", language).post(f"/cases/{case.number}/notes", audience="parties")
    assert answer.status_code == 422
    assert said in words(answer.text)
    assert re.search(r'value="parties" selected', answer.text), "what was chosen is kept"


# --- files ------------------------------------------------------------------------------------------------------------


def _named(value: object) -> str:
    """A package made at collection has another time in each worker: a row is called by its names alone."""
    return value if isinstance(value, str) else "content"


@pytest.mark.parametrize(
    ("name", "content", "kept"),
    [
        ("工资条.pdf", b"%PDF-1.7\n...", "工资条.pdf"),
        ("扫描.PNG", PNG, "扫描.PNG"),
        ("照片.png", b"\xff\xd8\xff\xe0...", "照片.png.jpg"),
        ("合同.docx", WORD, "合同.docx"),
        ("名单.xlsx", SHEET, "名单.xlsx"),
        ("信.odt", OPEN_TEXT, "信.odt"),
        ("记录.txt", "第一行\n第二行".encode("gb18030"), "记录.txt"),
        ("..\\..\\etc\\坏<名>.txt", b"plain", "坏名.txt"),
    ],
    ids=_named,
)
def test_a_file_is_known_by_its_content_and_fetched_as_a_file(web: Web, name: str, content: bytes, kept: str) -> None:
    case = web.town.dispute()
    mediator = web.as_("mediator")
    assert send(mediator, case, name, content).status_code == 303
    row = web.town.one(Attachment)
    assert row.name == kept
    fetched = mediator.get(f"/cases/{case.number}/attachments/{row.id}")
    assert fetched.content == content
    assert fetched.headers["content-disposition"].startswith("attachment;")
    assert fetched.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in fetched.headers["content-security-policy"]
    assert web.town.one(OfficeEvent, OfficeEvent.deed == "attachment_shown").detail == {"attachment": row.id}
    with web.town.office.store.read() as connection:
        sealed = connection.exec_driver_sql("SELECT content FROM attachment").scalar_one()
    assert content not in bytes(sealed)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("图.svg", SVG, "不接受这种文件"),
        ("页.txt", b"<!doctype html><script>alert(1)</script>", "不接受这种文件"),
        ("程序.pdf", b"MZ\x90\x00", "不接受这种文件"),
        ("宏.docx", MACROS, "不接受这种文件"),
        ("压缩.zip", package(aDOTtxt=b"x"), "不接受这种文件"),
        ("坏.docx", WORD[:40], "不接受这种文件"),
        ("炸弹.docx", BOMB, "展开后过大"),
        ("大.pdf", b"%PDF-" + b"0" * (10 * 1024 * 1024), "文件超过 10 MB"),
        ("空.txt", b"", "没有选择文件"),
    ],
    ids=_named,
)
def test_a_file_that_may_harm_is_refused_with_the_reason(web: Web, name: str, content: bytes, said: str) -> None:
    case = web.town.dispute()
    answer = send(web.as_("mediator"), case, name, content)
    assert answer.status_code == 422
    assert said in words(answer.text)
    assert web.town.count(Attachment) == 0


def test_only_pictures_are_shown_and_a_withdrawn_file_is_gone(web: Web) -> None:
    case = web.town.dispute()
    mediator = web.as_("mediator")
    send(mediator, case, "工资条.png", PNG)
    send(mediator, case, "记录.txt", b"plain")
    picture, text = web.town.rows(Attachment)
    shown = mediator.get(f"/cases/{case.number}/attachments/{picture.id}/view")
    assert (shown.headers["content-disposition"], shown.headers["content-type"]) == ("inline", "image/png")
    assert mediator.get(f"/cases/{case.number}/attachments/{text.id}/view").status_code == 404
    assert mediator.post(f"/cases/{case.number}/attachments/{picture.id}/withdraw").status_code == 303
    assert mediator.get(f"/cases/{case.number}/attachments/{picture.id}").status_code == 404
    assert "附件已于" in words(mediator.get(f"/cases/{case.number}").text)


def test_a_case_takes_so_much_and_no_more(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.attachments.LARGEST_CASE", 10)
    case = web.town.dispute()
    mediator = web.as_("mediator")
    assert send(mediator, case, "一.txt", b"12345678").status_code == 303
    assert send(mediator, case, "二.txt", b"1234").status_code == 422
    mediator.post(f"/cases/{case.number}/attachments/{web.town.one(Attachment).id}/withdraw")
    assert send(mediator, case, "二.txt", b"1234").status_code == 303


# --- papers -----------------------------------------------------------------------------------------------------------


def a_paper(web: Web, case: OfficeCase) -> Any:
    """The newest paper of the case."""
    return web.town.rows(Document, Document.case_id == case.id)[-1]


def test_a_paper_is_shown_with_exactly_its_own_style_and_fetched_as_word(web: Web) -> None:
    case = web.town.dispute().accepted()
    paper = a_paper(web, case)
    mediator = web.as_("mediator")
    here = f"/cases/{case.number}/papers/{paper.id}"
    frame = mediator.get(here)
    assert f'src="{here}/zh.html"' in frame.text
    assert "frame-src 'self'" in frame.headers["content-security-policy"]
    shown = mediator.get(f"{here}/zh.html")
    policy = shown.headers["content-security-policy"]
    style = re.findall(r"<style>(.*?)</style>", shown.text, re.DOTALL)
    assert style
    assert all(f"'sha256-{b64encode(sha256(one.encode()).digest()).decode()}'" in policy for one in style)
    assert "unsafe-inline" not in policy
    assert policy.startswith("default-src 'none'")
    for lang in ("zh", "en"):
        word = mediator.get(f"{here}/{lang}.docx")
        assert word.content.startswith(b"PK")
        assert word.headers["content-disposition"] == f'attachment; filename="{paper.serial}-{lang}.docx"'
    assert mediator.get(f"{here}/zh.html").content == shown.content, "the very same ever after"


def test_who_was_given_a_paper_is_noted_down_and_journalled(web: Web) -> None:
    case = web.town.dispute().accepted()
    paper = a_paper(web, case)
    mediator = web.as_("mediator")
    here = f"/cases/{case.number}/papers/{paper.id}"
    party = re.search(r'<option value="(\d+)">张三\(申请人\)', mediator.get(here).text)
    assert party is not None
    sent = {"way": "post", "sent_on": web.town.iso(), "remark": "EMS 1234"}
    assert mediator.post(f"{here}/sendings", to=party.group(1), **sent).status_code == 303
    assert mediator.post(f"{here}/sendings", to="other", other="上城区人社局", **sent).status_code == 303
    page = words(mediator.get(here).text)
    for said in ("张三", "邮寄", "EMS 1234", "上城区人社局", "李调解"):
        assert said in page
    assert "张三" in words(mediator.get(f"/cases/{case.number}").text)
    deeds = web.town.rows(OfficeEvent, OfficeEvent.deed == "paper_sent")
    assert [deed.detail for deed in deeds] == [{"document": paper.id, "way": "post"}] * 2
    first = web.town.rows(PaperSending)[0]
    assert web.as_("colleague").post(f"{here}/sendings/{first.id}/withdraw").status_code == 422
    assert mediator.post(f"{here}/sendings/{first.id}/withdraw").status_code == 303
    assert "<s>张三</s>" in mediator.get(here).text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"to": "other"}, "没有写明交给谁"),
        ({"to": "99999"}, "没有写明交给谁"),
        ({"to": "other", "other": "某人", "sent_on": "2099-01-01"}, "日期不得晚于今天"),
        ({}, "交给:必须填写"),
    ],
    ids=str,
)
def test_a_sending_that_cannot_be_is_refused_and_kept_as_typed(web: Web, form: dict[str, str], said: str) -> None:
    case = web.town.dispute().accepted()
    here = f"/cases/{case.number}/papers/{a_paper(web, case).id}"
    answer = web.as_("mediator").post(
        f"{here}/sendings", **{"way": "hand", "sent_on": web.town.iso(), "remark": "单号 7", **form}
    )
    assert answer.status_code == 422
    assert said in words(answer.text)
    assert "单号 7" in answer.text
    assert web.town.count(PaperSending) == 0


def test_a_void_paper_is_not_sent(web: Web) -> None:
    case = web.town.dispute()
    case.take("apply", received_on=web.town.iso())
    paper = a_paper(web, case)
    case.take("undo", reason="录错了")
    mediator = web.as_("mediator")
    here = f"/cases/{case.number}/papers/{paper.id}"
    assert "登记后,有账号" not in mediator.get(here).text
    answer = mediator.post(f"{here}/sendings", to="other", other="某人", way="hand", sent_on=web.town.iso())
    assert answer.status_code == 422
    assert "已作废" in words(answer.text)
