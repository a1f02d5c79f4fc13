"""Registration: letters and visits on one form, with look-alikes shown before anything is opened, a group's list answered line
by line, what was begun kept, and what can be ended at the counter ended in one go.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any
from uuid import uuid4

import orjson
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from flows.drafts import drop_draft, keep_draft
from flows.importing.reasons import UnreadableFile
from flows.intake import AT_ONCE, DRAFTS, drafts_of, end_at_once, open_dispute, throw_away
from flows.members import lines_of_file, template
from flows.office import Office
from flows.requests import own_key
from states.dispute.process import DISPUTE
from states.errors import Reason, Refusal
from states.labels import Label
from states.roles import MEDIATORS
from web.access import TheDesk, TheOffice, Visitor, only_for
from web.errors import NotFound
from web.pages.registration_view import OURS, Checked, Typed, check, form_shown, list_mark, refused, taken, with_check
from web.posted import Posted, file_of, text_of
from web.rendering import go, page

router = APIRouter(prefix="/registration")
ForMediators = Annotated[Visitor, Depends(only_for(*MEDIATORS))]
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("")
def blank(request: Request, office: TheOffice, visitor: ForMediators) -> Response:
    """An empty form, and what this person began before."""
    with office.store.read() as connection:
        shown = form_shown(connection, visitor, {}, uuid4().hex, uuid4().hex)
    return page(request, visitor, "registration/form.html", shown=shown)


@router.get("/drafts/{draft_id}")
def go_on(request: Request, office: TheOffice, visitor: ForMediators, draft_id: int) -> Response:
    """The form with what was begun."""
    with office.store.read() as connection:
        kept = next((row for row in drafts_of(connection, visitor.person_id) if row.id == draft_id), None)
        if kept is None:
            raise NotFound
        typed, draft = orjson.loads(kept.answers), kept.form.removeprefix(DRAFTS)
        shown = form_shown(connection, visitor, typed, uuid4().hex, draft)
    return page(request, visitor, "registration/form.html", shown=replace(shown, kept_at=kept.saved_at))


@router.post("/drafts/{draft_id}/drop")
def drop(office: TheOffice, visitor: ForMediators, draft_id: int, _form: Posted) -> Response:
    """Throw away what was begun."""
    if not throw_away(office, visitor.person_id, draft_id):
        raise NotFound
    return go("/registration", Label("草稿已删除", "the draft was thrown away"))


@router.get("/members.xlsx")
def members_template(_visitor: ForMediators) -> Response:
    """An empty list of workers to fill in."""
    told = {"content-disposition": 'attachment; filename="members.xlsx"'}
    return Response(template(), media_type=SPREADSHEET, headers=told)


@router.post("/draft")
def keep(office: TheOffice, visitor: ForMediators, form: Posted) -> Response:
    """Keep what is typed, while it is typed."""
    _keep(office, visitor, _draft_of(form), _typed(form))
    return Response(status_code=204)


@router.post("")
def register(request: Request, office: TheOffice, desk: TheDesk, visitor: ForMediators, form: Posted) -> Response:
    """Register; or keep it for later, read the list's file, or look at the list."""
    typed, draft = _typed(form), _draft_of(form)
    if form.get("keep"):
        _keep(office, visitor, draft, typed)
        return go("/registration", Label("已暂存,见下方草稿", "kept: see your drafts"))
    if form.get("read_file"):
        return _with_file(request, office, visitor, form, typed)
    then = text_of(form, "then") if text_of(form, "then") in AT_ONCE else ""
    with office.store.read() as connection:
        checked = check(connection, visitor, typed, then)
    if _to_be_seen(form, typed, checked):
        return _again(request, office, visitor, form, typed, checked)
    answers = {**checked.answers, "members": taken(checked.rows, with_known=bool(form.get("take_known")))}
    key = own_key(visitor.person_id, text_of(form, "key") or uuid4().hex)
    try:
        opened = open_dispute(desk, visitor.person_id, checked.unit_id, answers, key)
    except Refusal as refusal:
        return _again(request, office, visitor, form, typed, replace(checked, reasons=refusal.reasons), key=uuid4().hex)
    drop_draft(office, visitor.person_id, DRAFTS + draft)
    if not then:
        return go(f"/cases/{opened.number}", _done(opened.number))
    failed = end_at_once(office, desk, opened, visitor.person_id, then, checked.then, key)
    return go(f"/cases/{opened.number}", _half_done(then, failed) if failed else _ended(then))


def _to_be_seen(form: FormData, typed: Typed, checked: Checked) -> bool:
    """Whether something has to be looked at before the case is opened."""
    with_known = bool(form.get("take_known"))
    bad_rows = refused(checked.rows, with_known=with_known) and not form.get("leave_out")
    unseen = bool(checked.rows) and text_of(form, "seen") != list_mark(typed)
    alike = bool(checked.alikes) and not form.get("anyway")
    return bool(form.get("check") or checked.reasons or bad_rows or unseen or alike)


def _again(
    request: Request, office: Office, visitor: Visitor, form: FormData, typed: Typed, checked: Checked, key: str = ""
) -> Response:
    """The form with what is wrong, or with what has to be looked at; nothing typed is lost."""
    with office.store.read() as connection:
        shown = form_shown(
            connection, visitor, typed, key or text_of(form, "key") or uuid4().hex, _draft_of(form), checked.reasons
        )  # fmt: skip
    shown = with_check(shown, checked, visitor.lang)
    bad = checked.reasons or any(not row.well for row in checked.rows)
    return page(request, visitor, "registration/form.html", status=422 if bad else 200, shown=shown)


def _with_file(request: Request, office: Office, visitor: Visitor, form: FormData, typed: dict[str, str]) -> Response:
    """The list of the file as text in the form, with an answer for each line."""
    file = file_of(form, "members_file")
    reasons: tuple[Reason, ...] = ()
    if file is None:
        reasons = (
            Reason("no_file", Label("没有选择名单文件", "no list was chosen"), Label("请选择", "choose one"), "members_file"),
        )
    else:
        try:
            lines = lines_of_file(file.filename or "", file.file.read())
            typed["list"] = "\n".join(part for part in (typed.get("list", ""), lines) if part)
        except UnreadableFile as refusal:
            reasons = refusal.reasons
    with office.store.read() as connection:
        checked = check(connection, visitor, typed, "")
    return _again(request, office, visitor, form, typed, replace(checked, reasons=reasons))


def _typed(form: FormData) -> dict[str, str]:
    """What was typed about the case, as it was typed."""
    texts = {name: value.strip() for name, value in form.items() if isinstance(value, str) and name not in OURS}
    return {name: value for name, value in texts.items() if value}


def _draft_of(form: FormData) -> str:
    """The name under which this form is kept; one that is none of ours is not taken."""
    draft = text_of(form, "draft")
    return draft if len(draft) == 32 and draft.isalnum() else uuid4().hex


def _keep(office: Office, visitor: Visitor, draft: str, typed: dict[str, Any]) -> None:
    if set(typed) - {"unit", "channel", "claimants"}:
        keep_draft(office, visitor.person_id, DRAFTS + draft, typed)


def _done(number: str) -> Label:
    return Label(
        f"已登记,案号 {number}。下一步见“下一步”;登记表在“文书”里,可打印。",
        f"Registered as {number}. What comes next stands under “Next”; the registration form is among the papers.",
    )


def _ended(then: str) -> Label:
    step = DISPUTE.by_name[then].label
    return Label(f"已登记,并已办理“{step.zh}”,案件已结。", f"Registered, and “{step.en}” is done: the case is closed.")


def _half_done(then: str, failed: Refusal) -> Label:
    step = DISPUTE.by_name[then].label
    why = Label("、".join(r.text.zh for r in failed.reasons), "; ".join(r.text.en for r in failed.reasons))
    return Label(
        f"已登记;但“{step.zh}”未能办理:{why.zh}。所填内容已保留在该步骤里。",
        f"Registered; but “{step.en}” was refused: {why.en}. What you typed is kept in the form of that step.",
    )
