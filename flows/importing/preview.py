"""`import contracts --preview`: what an import would make of a file, without writing anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from flows.importing.profiles import Profile, load_profile
from flows.importing.reasons import BadProfile
from flows.importing.report import Tally, tally, tally_lines
from flows.importing.rows import Judged, judge_rows
from flows.importing.sheets import read_file
from flows.importing.tables import find_table, table_of
from states.errors import refuse
from states.labels import Label


@dataclass(frozen=True)
class Preview:
    """What an import would make of a file, without writing anything."""

    name: str
    sheet: str
    profile: Profile
    #: field → heading in the file
    found: dict[str, str]
    missing: tuple[str, ...]
    #: of the missing, those without which nothing can be loaded
    lacking: tuple[str, ...]
    unknown: tuple[str, ...]
    first: tuple[Judged, ...]
    tally: Tally

    def said(self, lang: str) -> list[str]:
        """The preview as lines."""
        return [label.said(lang) for label in self._lines()]

    def _lines(self) -> Iterator[Label]:
        yield Label(f"{self.name} · 工作表“{self.sheet}”", f"{self.name} · sheet “{self.sheet}”")
        for field, heading in self.found.items():
            head = " ".join(heading.split())
            yield Label(f"  {head} → {field}", f"  {head} → {field}")
        for names, zh, en in (
            (self.lacking, "缺少(不能导入)", "lacking, nothing can be loaded"),
            (tuple(name for name in self.missing if name not in self.lacking), "没有(可不填)", "absent, not needed"),
        ):
            if names:
                labels = [self.profile.label(name) for name in names]
                yield Label(f"{zh}:{'、'.join(one.zh for one in labels)}", f"{en}: {', '.join(one.en for one in labels)}")
        if self.unknown:
            yield Label(f"不导入的列:{'、'.join(self.unknown)}", f"columns left out: {', '.join(self.unknown)}")
        for row in self.first:
            read = "; ".join(f"{name}={value}" for name, value in row.values.items())
            against = [one.text for one in row.reasons]
            zh, en = ("、".join(one.zh for one in against), "; ".join(one.en for one in against))
            zh, en = (f" ✗ {zh}", f" ✗ {en}") if against else ("", "")
            yield Label(f"第 {row.line} 行:{read}{zh}", f"row {row.line}: {read}{en}")
        yield from tally_lines(self.tally)


def preview_contracts(path: Path, profile: str | Path | Profile, *, first: int = 5) -> Preview:
    """The columns found and missing, the first rows as they would be read, and how many would be refused and why."""
    profile = register_profile(profile)
    file = read_file(path)
    table = find_table(file, profile) or table_of(file, profile)
    judged = [] if table.lacking else judge_rows(table)
    heading = table.heading
    return Preview(
        path.name,
        table.sheet.name,
        profile,
        {name: heading[at] for name, at in table.places.items()},
        table.missing,
        table.lacking,
        tuple(table.unknown),
        tuple(judged[:first]),
        tally(profile, judged),
    )


def register_profile(profile: str | Path | Profile) -> Profile:
    """The profile, if it is about contracts. Raises `BadProfile`."""
    found = profile if isinstance(profile, Profile) else load_profile(profile)
    if found.target != "contracts":
        raise refuse(BadProfile, "not_contracts", Label("这一方案不是合同台账", "this profile is not about contracts"),
                     Label("用 import ledger 导入整本台账", "load the whole ledger with `import ledger`"))  # fmt: skip
    return found
