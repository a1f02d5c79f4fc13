"""What changed between two versions of a case type, one sentence a change. Pure.

Functions (the judgement of a guard, an effect, the condition of a way) are compared by identity: two versions that share the
code share the function, and a rewritten one is named as changed without saying what it does now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from states.casetype import CaseType, DeadlineRule, Guard, Step, Way
from states.labels import Label, Named

#: the step of the event by which a case moves to another version of its type
MIGRATE = "migrate"
How = Literal["added", "removed", "changed"]
_HOW: Mapping[str, Label] = {
    "added": Label("新增", "added"), "removed": Label("取消", "removed"), "changed": Label("变更", "changed"),
}  # fmt: skip


class Subject(Named):
    """What a change is about."""

    STATE = "state", "状态", "State"
    STEP = "step", "步骤", "Step"
    DEADLINE = "deadline", "期限", "Deadline"
    TYPE = "type", "案件类型", "Case type"


class Part(Named):
    """Which part of a step, a deadline or the type."""

    WHOLE = "", "", ""
    LABEL = "label", "名称", "name"
    SOURCE = "source", "可办理的状态", "taken from"
    WAYS = "ways", "去向", "leads to"
    BY = "by", "办理人", "taken by"
    ASKS = "asks", "填写项目", "asks"
    GUARDS = "guards", "办理条件", "conditions"
    EFFECT = "effect", "写入事项", "what it writes"
    STARTS = "starts", "起算的期限", "clocks started"
    MEETS = "meets", "完成的期限", "clocks met"
    VOIDS = "voids", "终止的期限", "clocks ended"
    PAPERS = "papers", "出具的文书", "papers"
    TELLS = "tells", "通知", "notices"
    UNDOABLE = "undoable", "可否撤销", "can be undone"
    PERIOD = "period", "期间", "period"
    RUNS_FROM = "runs_from", "起算日", "runs from"
    REMIND = "remind", "提醒", "reminders"
    ON_EXPIRY = "on_expiry", "届满时的步骤", "step at its end"
    ON_OPENING = "on_opening", "窗口开启时的步骤", "step when its window opens"
    NOTICES = "notices", "所用通知", "its notices"
    DONE_BY = "done_by", "完成它的步骤", "done by"
    INITIAL = "initial", "初始状态", "initial state"
    FINALS = "finals", "终结状态", "final states"
    OPENED_BY = "opened_by", "可登记的人", "opened by"
    OPENS_WITH = "opens_with", "登记项目", "asked at opening"
    OPENING = "opening", "登记时的条件、写入、文书与通知", "conditions, writing, papers and notices at opening"
    ON_ENTERING = "on_entering", "进入状态时起算的期限", "clocks of states"
    RESTING = "resting", "可无期限停留的状态", "states without a clock"


@dataclass(frozen=True)
class Change:
    """One difference: of what, which part, and how it read before and after (values, not code)."""

    subject: Subject
    how: How
    name: str
    label: Label
    part: Part = Part.WHOLE
    before: str = ""
    after: str = ""

    @property
    def said(self) -> Label:
        """The difference as a sentence."""
        how = _HOW[self.how]
        zh = f"{how.zh}{self.subject.zh}“{self.label.zh}”({self.name})"
        en = f"{self.subject.en} “{self.label.en}” ({self.name}) {how.en}"
        if self.part is not Part.WHOLE:
            zh, en = f"{zh}的{self.part.zh}", f"{en}: {self.part.en}"
        if self.before != self.after:
            zh = f"{zh}:{self.before or '无'} → {self.after or '无'}"
            en = f"{en}: {self.before or 'none'} → {self.after or 'none'}"
        return Label(zh, en)


def difference(old: CaseType, new: CaseType) -> list[Change]:
    """Everything in which the new version differs from the old one, in the order type, states, steps, deadlines."""
    return [
        *_type(old, new),
        *_named(Subject.STATE, _states(old), _states(new), _parts_of_state),
        *_named(Subject.STEP, dict(old.by_name), dict(new.by_name), _parts_of_step),
        *_named(Subject.DEADLINE, dict(old.rule), dict(new.rule), _parts_of_rule),
    ]


Parts = Iterable[tuple[Part, Any, Any]]


def _named(
    subject: Subject, old: Mapping[str, Any], new: Mapping[str, Any], parts: Callable[[Any, Any], Parts]
) -> Iterator[Change]:
    for name, one in old.items():
        if name not in new:
            yield Change(subject, "removed", name, one.label)
    for name, one in new.items():
        if name not in old:
            yield Change(subject, "added", name, one.label)
            continue
        for part, before, after in parts(old[name], one):
            if before != after:
                yield Change(subject, "changed", name, one.label, part, _said(before), _said(after))


def _states(kind: CaseType) -> dict[str, Any]:
    return {str(stage): stage for stage in kind.stages}


def _parts_of_state(old: Any, new: Any) -> Parts:
    yield Part.LABEL, old.label, new.label


def _parts_of_step(old: Step, new: Step) -> Parts:
    for part in (
        Part.LABEL, Part.SOURCE, Part.WAYS, Part.BY, Part.GUARDS, Part.EFFECT, Part.STARTS, Part.MEETS, Part.VOIDS, Part.PAPERS,
        Part.TELLS, Part.UNDOABLE,
    ):  # fmt: skip
        yield part, getattr(old, part), getattr(new, part)
    yield Part.ASKS, _fields(old.asks), _fields(new.asks)


def _parts_of_rule(old: DeadlineRule, new: DeadlineRule) -> Parts:
    for part in (
        Part.LABEL, Part.PERIOD, Part.RUNS_FROM, Part.REMIND, Part.ON_EXPIRY, Part.ON_OPENING, Part.DONE_BY,
    ):  # fmt: skip
        yield part, getattr(old, part), getattr(new, part)
    yield Part.NOTICES, (old.notice, old.over_notice, old.owed_by), (new.notice, new.over_notice, new.owed_by)


def _type(old: CaseType, new: CaseType) -> Iterator[Change]:
    parts = [
        *((part, getattr(old, part), getattr(new, part))
          for part in (Part.LABEL, Part.INITIAL, Part.FINALS, Part.OPENED_BY, Part.STARTS, Part.RESTING)),
        (Part.OPENS_WITH, _fields(old.opens_with), _fields(new.opens_with)),
        (Part.ON_ENTERING, _entered(old), _entered(new)),
        (Part.OPENING, _opening(old), _opening(new)),
    ]  # fmt: skip
    for part, before, after in parts:
        if before != after:
            yield Change(Subject.TYPE, "changed", new.key, new.label, part, _said(before), _said(after))


def _opening(kind: CaseType) -> tuple[Any, ...]:
    return kind.opening_guards, kind.opening_effect, kind.papers_at_opening, kind.tells_at_opening


def _entered(kind: CaseType) -> tuple[str, ...]:
    return tuple(sorted(f"{state}: {', '.join(map(str, names))}" for state, names in kind.on_entering.items() if names))


def _fields(form: type[Any]) -> tuple[str, ...]:
    """What a form asks: a field with its kind, and a sign where it may stay empty."""
    fields: Mapping[str, Any] = form.model_fields
    return tuple(f"{name}:{_kind(field.annotation)}{'' if field.is_required() else '?'}" for name, field in fields.items())


def _kind(annotation: Any) -> str:
    return annotation.__name__ if isinstance(annotation, type) else str(annotation).replace("typing.", "")


def _said(value: Any) -> str:
    """A value of a definition as a person can compare it."""
    if isinstance(value, frozenset):
        return ", ".join(sorted(map(str, value)))
    if isinstance(value, Label):
        return " / ".join(value)
    if isinstance(value, tuple):
        return ", ".join(filter(None, map(_said, value)))
    if isinstance(value, Guard):
        return value.code
    if isinstance(value, Way):
        return f"{value.to}{' (if …)' if value.when else ''}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return getattr(value, "__qualname__", "") if callable(value) else "" if value is None else _plain(value)


def _plain(value: Any) -> str:
    return ", ".join(f"{name}={part}" for name, part in vars(value).items()) if hasattr(value, "__dict__") else str(value)
