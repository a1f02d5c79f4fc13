"""Lists of workers as people paste them; and the marks by which sealed numbers are found."""

from __future__ import annotations

import pytest

from flows.members import Member, lines_of_file, read_lines
from models.duplicates import same_employer
from models.marks import identity_mark, identity_marks, phone_mark, phone_marks
from models.vault import VAULT
from tests.factories import Town

LI = "330102199003070019"


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("李四", ("李四", "", "")),
        (f"李四,{LI},13800000001", ("李四", LI, "13800000001")),
        (f"李四\t13800000001\t{LI}", ("李四", LI, "13800000001")),
        (f"李四 {LI} 13800000001", ("李四", LI, "13800000001")),
        ("李四，３３０１０２１９９００３０７００１９", ("李四", LI, "")),
        ("阿不都热合曼·买买提;0571-87654321", ("阿不都热合曼·买买提", "", "0571-87654321")),
        ("Mary Ann Lee 13800000001", ("Mary Ann Lee", "", "13800000001")),
        (f",{LI}", ("", LI, "")),
        (f"王五、{LI.lower()}", ("王五", LI, "")),
    ],
)
def test_a_line_is_read_in_any_order(line: str, read: tuple[str, str, str]) -> None:
    (member,) = read_lines(f"\n{line}\n\n")
    assert member == Member(1, *read)


def test_a_csv_without_heading_is_read_too() -> None:
    assert lines_of_file("名单.csv", "李四,13800000001\n王五,\n".encode("gb18030")) == "李四\t13800000001\n王五"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("某电子厂", "某电子厂有限公司", True),
        ("杭州某某服饰有限公司", "杭州某某服饰有限责任公司", True),
        ("某电子 厂", "某电子厂", True),
        ("某电子厂", "某制衣厂", False),
        ("", "某电子厂", False),
    ],
)
def test_two_spellings_of_a_firm(one: str, other: str, same: bool) -> None:
    assert same_employer(one, other) is same
    assert same_employer(other, one) is same


def test_marks_survive_a_new_key(town: Town) -> None:
    before, phone = identity_mark(LI), phone_mark("+86 138-0000-0000")
    file = town.office.settings.home / "secret.key"
    from cryptography.fernet import Fernet

    kept = file.read_bytes()
    try:
        file.write_bytes(Fernet.generate_key() + b"\n" + kept)
        VAULT.unlock(file)
        assert identity_mark(LI) != before, "new marks are made with the new key"
        assert before in identity_marks(f" {LI} ")
        assert phone in phone_marks("13800000000")
        assert identity_marks("") == []
    finally:
        file.write_bytes(kept)
        VAULT.unlock(file)


def test_different_numbers_have_different_marks_and_none_has_none() -> None:
    assert identity_mark("") == ""
    assert identity_mark(LI) != phone_mark(LI)
    assert identity_mark(LI) != identity_mark(LI[:-1] + "7")
