"""What an import did: every row accounted for, in both languages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.importing.profiles import Profile
from flows.importing.reasons import heading
from flows.importing.rows import Judged
from states.labels import Label


@dataclass(frozen=True)
class ReasonCount:
    """How many rows one reason stands against."""

    code: str
    field: str
    label: Label
    rows: int


@dataclass(frozen=True)
class Tally:
    """Rows judged, not yet written: what a preview shows, and the first half of a report."""

    rows: int
    accepted: int
    refused: int
    reasons: tuple[ReasonCount, ...]
    flags: tuple[ReasonCount, ...]
    workers_accepted: int
    workers_refused: int

    @property
    def further_reasons(self) -> int:
        """Reasons beyond the first of their row: what the reasons add up to more than there are refused rows."""
        return sum(one.rows for one in self.reasons) - self.refused


@dataclass(frozen=True)
class ImportReport:
    """A finished import: rows read, accepted, refused; of the accepted, which were new."""

    name: str
    profile: str
    tally: Tally
    added: int
    already: int
    #: rows already there under other values (the register was left as it is): their numbers in the sheet, the first 100
    differing: tuple[int, ...]
    deadlines: int
    #: the row at which an interrupted run was taken up; 0: from the start
    resumed_at: int
    refused_file: Path | None
    #: cases opened for rows, and rows whose case could not be brought to where they say it is
    cases: int = 0
    stuck: int = 0

    def counts(self) -> dict[str, Any]:
        """For the journal of runs and for `--json`."""
        tally = self.tally
        return {
            "rows": tally.rows, "accepted": tally.accepted, "refused": tally.refused, "added": self.added,
            "already": self.already, "differing": len(self.differing), "deadlines": self.deadlines,
            "reasons": {f"{one.field}.{one.code}": one.rows for one in tally.reasons},
            "flags": {one.code: one.rows for one in tally.flags}, "workers_accepted": tally.workers_accepted,
            "workers_refused": tally.workers_refused, "resumed_at": self.resumed_at,
            "cases": self.cases, "stuck": self.stuck,
        }  # fmt: skip

    def said(self, lang: str) -> list[str]:
        """The report as lines."""
        return [label.said(lang) for label in [*tally_lines(self.tally), *self._written()]]

    def _written(self) -> list[Label]:
        lines = [
            Label(f"新增 {self.added:,} 条,早已在册 {self.already:,} 条,期限 {self.deadlines:,} 个",
                  f"{self.added:,} added, {self.already:,} were there already, {self.deadlines:,} clocks")
        ]  # fmt: skip
        if self.differing:
            which = ", ".join(map(str, self.differing[:10]))
            lines.append(
                Label(f"其中 {len(self.differing)} 份与在册内容不同,未作改动(行号:{which})",
                      f"{len(self.differing)} of them differ from the register, which was left as it is (rows {which})")
            )  # fmt: skip
        if self.cases or self.stuck:
            lines.append(
                Label(f"案件 {self.cases:,} 件,未能办到位 {self.stuck:,} 件",
                      f"{self.cases:,} cases, {self.stuck:,} of them not where the sheet says")
            )  # fmt: skip
        if self.resumed_at:
            lines.append(
                Label(f"上次中断,自第 {self.resumed_at + 1:,} 条接着办理", f"taken up again at row {self.resumed_at + 1:,}")
            )
        if self.refused_file is not None:
            lines.append(Label(f"未导入的行及原因:{self.refused_file}", f"refused rows and their reasons: {self.refused_file}"))
        return lines


def tally(profile: Profile, judged: Sequence[Judged]) -> Tally:
    """The rows counted."""
    refused = [row for row in judged if row.reasons]
    accepted = [row for row in judged if not row.reasons]
    reasons = Counter((one.code, one.field) for row in refused for one in row.reasons)
    first = {(one.code, one.field): one for row in reversed(refused) for one in row.reasons}
    flags = Counter(name for row in accepted for name in row.flags)
    return Tally(
        len(judged),
        len(accepted),
        len(refused),
        tuple(
            ReasonCount(code, field, heading(first[code, field], _label(profile, field)), rows)
            for (code, field), rows in reasons.most_common()
        ),
        tuple(
            ReasonCount(name, "row", Label(profile.flags[name].zh, profile.flags[name].en), rows)
            for name, rows in flags.most_common()
        ),
        sum(row.values.get("workers", 0) for row in accepted),
        sum(row.values.get("workers", 0) for row in refused),
    )


def _label(profile: Profile, field: str) -> Label:
    return Label("本行", "this row") if field == "row" else profile.label(field)


def tally_lines(tally: Tally) -> list[Label]:
    """Rows, reasons, flags and workers, as sentences whose sums can be checked."""
    lines = [
        Label(f"共 {tally.rows:,} 行 = 接受 {tally.accepted:,} + 退回 {tally.refused:,}",
              f"{tally.rows:,} rows = {tally.accepted:,} accepted + {tally.refused:,} refused")
    ]  # fmt: skip
    lines += [Label(f"  退回 {one.rows:,}:{one.label.zh}", f"  refused {one.rows:,}: {one.label.en}") for one in tally.reasons]
    if tally.further_reasons:
        more = tally.further_reasons
        lines.append(
            Label(f"  (部分行有多条原因,以上合计多出 {more:,})", f"  (some rows have several reasons: {more:,} more than rows)")
        )
    lines += [Label(f"  留意 {one.rows:,}:{one.label.zh}", f"  noted {one.rows:,}: {one.label.en}") for one in tally.flags]
    both = tally.workers_accepted + tally.workers_refused
    if both:
        lines.append(
            Label(f"职工 {both:,} 人 = 接受 {tally.workers_accepted:,} + 退回 {tally.workers_refused:,}",
                  f"{both:,} workers = {tally.workers_accepted:,} accepted + {tally.workers_refused:,} refused")
        )  # fmt: skip
    return lines
