"""Profiles are typed by people: what is wrong is named, all of it, with the remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.importing import load_profile, preview_contracts, profile_names
from flows.importing.book import SHEETS
from flows.importing.reasons import BadProfile
from tests.flows.importing.conftest import WriteSheet

MINE = """
zh = "我的台账"
en = "My register"
target = "contracts"
[defaults]
kind = "wage"
scope = "enterprise"
standing = "in_force"
[columns.employer]
headers = ["厂名"]
[columns.expires_on]
headers = ["到期"]
type = "day"
"""


def mine(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "my.toml"
    path.write_text(text, "utf-8")
    return path


def test_the_profiles_that_come_along_are_sound() -> None:
    assert profile_names() == ("f7", "ledger")
    for name in (*profile_names(), *SHEETS):
        assert load_profile(name).every_column


def test_my_own_profile_reads_my_own_sheet(tmp_path: Path, sheet: WriteSheet) -> None:
    path = sheet([["厂名", "到期"], ["湾桥砖瓦厂", "2027年3月1日"]])
    preview = preview_contracts(path, mine(tmp_path, MINE))
    assert preview.found == {"employer": "厂名", "expires_on": "到期"}
    assert preview.tally.accepted == 1
    assert preview.first[0].values["kind"] == "wage"


@pytest.mark.parametrize(("change", "key", "remedy"), [
    (('type = "day"', 'type = "date"'), "columns.expires_on.type", "correct the value"),
    (('type = "day"', 'type = "text"'), "columns.expires_on.type", "correct the type"),
    (("[columns.expires_on]", "[columns.expire_on]"), "columns.expire_on", "choose one of"),
    (('kind = "wage"', 'kind = "wages"'), "defaults.kind", "choose one of collective, wage, women"),
    (('scope = "enterprise"\n', ""), "columns.scope", "map a column"),
    (('en = "My register"\n', ""), "en", "add the key"),
    (("[defaults]", 'pack = "cn-atlantis"\n[defaults]'), "pack", "mend the name"),
    (("[defaults]", 'key = ["number"]\n[defaults]'), "key", "mend the name"),
    (("headers = [\"厂名\"]", "headings = [\"厂名\"]"), "columns.employer.headings", "remove the key"),
    (("[defaults]", "[defaults"), "", "correct that line"),
])  # fmt: skip
def test_a_mistake_names_the_key_and_the_remedy(tmp_path: Path, change: tuple[str, str], key: str, remedy: str) -> None:
    with pytest.raises(BadProfile) as refused:
        load_profile(mine(tmp_path, MINE.replace(*change)))
    reason = next(one for one in refused.value.reasons if one.field == key)
    assert "my.toml" in reason.text.zh
    assert remedy in reason.remedy.en
    assert reason.remedy.zh


def test_two_mistakes_are_told_at_once(tmp_path: Path) -> None:
    wrong = MINE.replace("[columns.expires_on]", "[columns.expire_on]").replace('"wage"', '"wages"')
    with pytest.raises(BadProfile) as refused:
        load_profile(mine(tmp_path, wrong))
    assert {"columns.expire_on", "columns.expires_on", "defaults.kind"} <= {one.field for one in refused.value.reasons}


def test_a_profile_that_is_not_there_says_which_are() -> None:
    with pytest.raises(BadProfile) as refused:
        load_profile("f8")
    assert "ledger" in refused.value.said("zh")[0]


def test_a_sheet_of_people_is_no_register_of_contracts(sheet: WriteSheet) -> None:
    with pytest.raises(BadProfile):
        preview_contracts(sheet([["姓名"]]), "ledger/people")
