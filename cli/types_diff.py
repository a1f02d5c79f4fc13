"""`concord types diff`: what changed between two versions of a case type, registered or still a draft."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import typer

from cli.desk import DESK, NOT_FOUND, USAGE, Stop

if TYPE_CHECKING:
    from states.casetype import CaseType

A_TYPE = "dispute@1 | dispute(最新版 newest) | 包.模块:名称 package.module:NAME(草稿 draft)"


def type_named(text: str) -> CaseType:
    """The case type somebody names: `dispute@1`, `dispute` (its newest version) or a draft `package.module:NAME`."""
    from states.errors import BadDefinition
    from states.registry import all_types, case_type

    if ":" in text:
        return _draft(text)
    key, _, version = text.partition("@")
    try:
        return case_type(key, int(version) if version else None)
    except ValueError:
        raise Stop(USAGE, f"“{version}”不是版本号,请写 {key}@1", f"“{version}” is no version; write {key}@1") from None
    except BadDefinition:
        known = ", ".join(f"{kind.key}@{kind.version}" for kind in all_types())
        zh, en = f"没有案件类型“{text}”,有:{known}", f"there is no case type “{text}”, only {known}"
        raise Stop(NOT_FOUND, zh, en) from None


def _draft(text: str) -> CaseType:
    from states.casetype import CaseType
    from states.errors import BadDefinition

    module, _, name = text.partition(":")
    try:
        found = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as wrong:
        zh, en = f"草稿“{text}”读不到:{wrong}", f"the draft “{text}” cannot be read: {wrong}"
        raise Stop(NOT_FOUND, zh, en) from None
    except BadDefinition as broken:
        raise Stop(USAGE, f"草稿“{text}”自相矛盾:{broken}", f"the draft “{text}” contradicts itself: {broken}") from None
    if not isinstance(found, CaseType):
        raise Stop(USAGE, f"“{text}”不是案件类型", f"“{text}” is no case type")
    return found


def diff(old: str = typer.Argument(help=A_TYPE), new: str = typer.Argument(help=A_TYPE)) -> None:
    """两版之间的差别 · what changed between two versions: concord types diff dispute@1 states.dispute.draft:DISPUTE_2"""
    from states.versions import difference

    before, after = type_named(old), type_named(new)
    found = difference(before, after)
    value = [
        {"subject": one.subject, "how": one.how, "name": one.name, "part": one.part, "before": one.before, "after": one.after,
         "zh": one.said.zh, "en": one.said.en}
        for one in found
    ]  # fmt: skip
    none = DESK.label("没有差别", "no difference")
    DESK.answer(value, lambda: DESK.lines([one.said.said(DESK.lang) for one in found] or [none]))
