"""The journal of the office: deeds that are no step of a case, append-only, read by those whose units they concern."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, insert, or_, select
from sqlalchemy.orm import aliased

from models.base import AnyRow
from models.cases import CaseFile
from models.offices import OfficeEvent
from models.people import Organisation, Person
from models.scope import Scope
from states.labels import Named


class Deed(Named):
    """What was done."""

    OFFICE_FOUNDED = "office_founded", "建立办公室", "Office founded"
    PERSON_ADDED = "person_added", "登记人员", "Person added"
    PERSON_CHANGED = "person_changed", "修改人员", "Person changed"
    PERSON_LEFT = "person_left", "人员离任", "Person left"
    PERSON_RETURNED = "person_returned", "人员返任", "Person returned"
    POSITION_GIVEN = "position_given", "任职", "Position given"
    POSITION_ENDED = "position_ended", "免职", "Position ended"
    UNIT_ADDED = "unit_added", "增设单位", "Unit added"
    UNIT_CHANGED = "unit_changed", "修改单位", "Unit changed"
    UNIT_MOVED = "unit_moved", "单位改隶", "Unit moved"
    UNIT_CLOSED = "unit_closed", "撤销单位", "Unit closed"
    PASSWORD_SET = "password_set", "设置口令", "Password set"
    PASSWORD_RESET = "password_reset", "重置口令", "Password reset"
    SECOND_FACTOR_ON = "second_factor_on", "启用第二因素", "Second factor enabled"
    SECOND_FACTOR_OFF = "second_factor_off", "停用第二因素", "Second factor disabled"
    LOCKED = "locked", "账号锁定", "Account locked"
    SESSION_ENDED = "session_ended", "结束登录", "Session ended"
    TOKEN_MADE = "token_made", "生成令牌", "Token made"
    TOKEN_REVOKED = "token_revoked", "撤销令牌", "Token revoked"
    HOOK_MADE = "hook_made", "登记回调", "Web-hook made"
    HOOK_ENDED = "hook_ended", "停用回调", "Web-hook ended"
    SUBSTITUTE = "substitute", "指定代理人", "Substitute named"
    ABSENCE_ENDED = "absence_ended", "结束代理", "Absence ended"
    HANDED_OVER = "handed_over", "移交工作", "Work handed over"
    IDENTITY_SHOWN = "identity_shown", "查看证件号码", "Identity number shown"
    ATTACHMENT_SHOWN = "attachment_shown", "查看附件", "Attachment shown"
    LIST_EXPORTED = "list_exported", "导出列表", "List exported"
    PAPER_SENT = "paper_sent", "送达文书", "Paper sent"
    TEMPLATE_CHANGED = "template_changed", "修改文书样式", "Template changed"
    SETTINGS_SEEN = "settings_seen", "查看设置", "Settings seen"
    SEARCH_REBUILT = "search_rebuilt", "重建检索", "Search rebuilt"
    IMPORT_DONE = "import_done", "导入", "Import done"
    MESSAGE_RESENT = "message_resent", "重发通知", "Message sent again"
    MESSAGE_CANCELLED = "message_cancelled", "取消通知", "Message cancelled"
    DATES_MOVED = "dates_moved", "重算期限", "Dates counted anew"
    CASES_MIGRATED = "cases_migrated", "案件转版", "Cases moved to another version"
    RECORD_READ = "record_read", "核验办案记录", "Record verified"
    REPAIRED = "repaired", "修复", "Repaired"
    SIGN_ON_LINKED = "sign_on_linked", "绑定统一身份", "Single sign-on linked"


def record(connection: Connection, at: datetime, deed: Deed, *, actor_id: int | None, case_id: int | None = None,
           person_id: int | None = None, unit_id: int | None = None, **detail: Any) -> None:  # fmt: skip
    """Write the deed down, in the transaction that does it. `detail` holds no personal numbers and no texts."""
    connection.execute(
        insert(OfficeEvent).values(
            at=at, deed=str(deed), actor_id=actor_id, case_id=case_id, person_id=person_id, unit_id=unit_id, detail=detail
        )
    )


def deeds(connection: Connection, scope: Scope, *, deed: str = "", person_id: int | None = None, actor_id: int | None = None,
          case_id: int | None = None, before: int | None = None, limit: int = 50) -> Sequence[AnyRow]:  # fmt: skip
    """Deeds inside the scope, newest first: those of its cases and units, and the person's own.

    `before` is the id at which the last page ended.
    """
    actor, person = aliased(Person), aliased(Person)
    query = (
        select(
            OfficeEvent.id, OfficeEvent.at, OfficeEvent.deed, OfficeEvent.detail, OfficeEvent.actor_id, OfficeEvent.person_id,
            actor.name.label("actor"), person.name.label("person"), CaseFile.number, Organisation.name.label("unit"),
        )
        .outerjoin(actor, actor.id == OfficeEvent.actor_id)
        .outerjoin(person, person.id == OfficeEvent.person_id)
        .outerjoin(CaseFile, CaseFile.id == OfficeEvent.case_id)
        .outerjoin(Organisation, Organisation.id == func.coalesce(CaseFile.unit_id, OfficeEvent.unit_id))
        .where(_visible(scope))
    )  # fmt: skip
    wanted = ((OfficeEvent.deed, deed or None), (OfficeEvent.person_id, person_id), (OfficeEvent.actor_id, actor_id),
              (OfficeEvent.case_id, case_id))  # fmt: skip
    query = query.where(*(column == value for column, value in wanted if value is not None))
    if before is not None:
        query = query.where(OfficeEvent.id < before)
    return connection.execute(query.order_by(OfficeEvent.id.desc()).limit(limit)).all()


def _visible(scope: Scope) -> Any:
    own = or_(OfficeEvent.actor_id == scope.person_id, OfficeEvent.person_id == scope.person_id)
    return or_(
        and_(OfficeEvent.case_id.is_not(None), scope.cases()),
        and_(OfficeEvent.case_id.is_(None), or_(scope.units(), own)),
    )
