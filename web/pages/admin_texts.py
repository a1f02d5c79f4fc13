"""The texts of papers: ours and the office's own versions; edited with a preview, checked, kept, put into use."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy import Connection

from documents.catalogue import BARGAINING, DISPUTE, PAPERS, REGISTER
from documents.own_texts import SETTING_FAULTS
from documents.text_checks import against, our_text, preview, sample_facts
from documents.wording import LANGUAGES
from flows.paper_texts import keep_text, use_ours, use_text
from models.administration import own_text, own_texts
from states.errors import Reason, Refusal
from states.labels import Label
from web.access import TheOffice, Visitor
from web.errors import NotFound
from web.pages.administration import ForHeadquarters
from web.posted import Posted, number_of, text_of
from web.rendering import go, page

router = APIRouter(prefix="/administration/texts")
GROUPS = ((Label("争议调解", "Disputes"), DISPUTE), (Label("集体协商", "Bargaining"), BARGAINING),
          (Label("合同台账", "Register of contracts"), REGISTER))  # fmt: skip
TONGUES = {"zh": Label("中文", "Chinese"), "en": Label("英文", "English")}


@router.get("")
def texts(request: Request, office: TheOffice, visitor: ForHeadquarters) -> Response:
    """All papers, and which of them are printed in the office's own words."""
    with office.store.read() as connection:
        rows = own_texts(connection)
    in_use = {(row.paper, row.language): row for row in reversed(rows) if row.ended_at is None}
    return page(request, visitor, "administration/texts.html", groups=GROUPS, in_use=in_use, tongues=TONGUES)


@router.get("/{paper}/{lang}")
def text(
    request: Request, office: TheOffice, visitor: ForHeadquarters, paper: str, lang: str, version: int = 0, ours: bool = False
) -> Response:  # fmt: skip
    """One text: the one in use (or a version, or ours) in a field, the names it may use, its versions, a preview."""
    _must_be(paper, lang)
    with office.store.read() as connection:
        found = None if ours else own_text(connection, paper, lang, version)
        if version and found is None:
            raise NotFound
        shown = _shown(connection, paper, lang)
    return _page(request, visitor, shown, found.text if found else our_text(paper, lang), found.version if found else 0, ())


def _must_be(paper: str, lang: str) -> None:
    if paper not in PAPERS or lang not in LANGUAGES:
        raise NotFound


def _shown(connection: Connection, paper: str, lang: str) -> dict[str, Any]:
    versions = [row for row in own_texts(connection) if (row.paper, row.language) == (paper, lang)]
    in_use = next((row.version for row in versions if row.ended_at is None), 0)
    told = {"paper": PAPERS[paper], "tongue": lang, "versions": versions, "in_use": in_use, "tongues": TONGUES}
    return {**told, "names": sorted(_paths(sample_facts(paper)))}


def _paths(facts: dict[str, Any], before: str = "") -> list[tuple[str, str]]:
    """The names of the facts with what stands there in the sample: "employer.name" → "某某制衣有限公司"."""
    found = []
    for name, value in facts.items():
        path = f"{before}{name}"
        if isinstance(value, dict) and not {"zh", "en"} <= set(value):
            found += _paths(value, f"{path}.")
        else:
            said = value.get("zh") if isinstance(value, dict) else f"[{len(value)}]" if isinstance(value, list) else value
            found.append((path, str(said)[:40]))
    return found


def _page(
    request: Request, visitor: Visitor, shown: dict[str, Any], text: str, version: int, reasons: tuple[Reason, ...],
    remark: str = "", *, seen: bool = False,
) -> Response:  # fmt: skip
    """The page; the preview is set only of a text nothing stands against."""
    paper, lang = shown["paper"].key, shown["tongue"]
    sheet = None
    if not reasons:
        reasons = tuple(against(paper, lang, text))
    if not reasons:
        try:
            sheet = preview(paper, lang, text)
        except SETTING_FAULTS:
            sheet = None
    told = {"text": text, "version": version, "remark": remark, "sheet": sheet, "seen": seen, "reasons": reasons}
    return page(request, visitor, "administration/text.html", status=422 if reasons and seen else 200, **shown, **told)


@router.post("/{paper}/{lang}")
def keep(
    request: Request, office: TheOffice, visitor: ForHeadquarters, paper: str, lang: str, form: Posted
) -> Response:  # fmt: skip
    """Look at the text as a paper, keep it as a version, or keep it and put it into use."""
    _must_be(paper, lang)
    written, remark, act = text_of(form, "text"), text_of(form, "remark"), text_of(form, "act")
    reasons: tuple[Reason, ...] = ()
    if act in ("keep", "use"):
        try:
            made = keep_text(office, visitor.person_id, paper, lang, written, remark, use=act == "use")
        except Refusal as refusal:
            reasons = refusal.reasons
        else:
            said = Label(f"第 {made} 版已启用", f"version {made} is in use") if act == "use" else Label(
                f"已存为第 {made} 版,尚未启用", f"kept as version {made}, not in use")  # fmt: skip
            return go(f"/administration/texts/{paper}/{lang}?version={made}", said)
    with office.store.read() as connection:
        shown = _shown(connection, paper, lang)
    return _page(request, visitor, shown, written, 0, reasons, remark, seen=True)


@router.post("/{paper}/{lang}/use")
def use(office: TheOffice, visitor: ForHeadquarters, paper: str, lang: str, form: Posted) -> Response:
    """Put a version into use; without a version, ours."""
    _must_be(paper, lang)
    version = number_of(form, "version")
    where = f"/administration/texts/{paper}/{lang}"
    if not version:
        use_ours(office, visitor.person_id, paper, lang)
        return go(where, Label("已改回系统原文", "back to the text of the program"))
    use_text(office, visitor.person_id, paper, lang, version)
    return go(where, Label(f"第 {version} 版已启用", f"version {version} is in use"))
