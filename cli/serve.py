"""`concord serve`, `demo`, `sweep`, `doctor`: the office at work, by itself and by hand."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from cli.desk import DESK, FAULT, PARTLY, USAGE, Stop, day_option

if TYPE_CHECKING:
    from flows.office import Office


def serve(
    role: list[str] = typer.Option([], "--role", help="web | scheduler | worker | prefect | all;可多次 may be repeated"),
) -> None:
    """开门办公 · run the office in the foreground, whole or in those roles; Ctrl-C ends it cleanly."""
    from config.roles import PREFECT, ROLES

    unknown = sorted(set(role) - {*ROLES, "all"})
    if unknown:
        raise Stop(USAGE, f"没有角色“{unknown[0]}”:请用 {'、'.join(ROLES)}", f"no role “{unknown[0]}”: use {', '.join(ROLES)}")
    roles = ROLES if not role or "all" in role else tuple(role)
    _serve(_office_beside_prefect() if set(roles) == {PREFECT} else DESK.office, roles)


def _office_beside_prefect() -> Office:
    """For Prefect's server alone: without the key, and the case database may be away; others bring it to its shape."""
    from config.settings import load_settings
    from flows.office import Office
    from models.session import open_sealed

    settings = load_settings()
    return Office(open_sealed(settings.database, settings.database_patience), settings)


def demo(
    home: Path = typer.Option(Path("var/demo"), help="演示数据目录 folder of the demo office"),
    once: bool = typer.Option(False, "--once", help="只建立演示办公室,不常驻 lay the demo office and leave"),
) -> None:
    """演示 · lay a demo office of believable work, show what is due today, and run it."""
    from cli.worklist import worklist
    from config.settings import ROOT
    from models.queries import organisations
    from models.scope import EVERYTHING

    target = home if home.is_absolute() else ROOT / home
    os.environ["CONCORD_HOME"] = str(target)
    os.environ.setdefault("CONCORD_PREFECT_PORT", str(free_port(4200)))
    os.environ.setdefault("CONCORD_WEB_PORT", str(free_port(8000)))
    os.environ.setdefault("CONCORD_DEMO", "true")
    from flows.importing.demo import load_demo, open_demo_accounts

    office = DESK.office
    with office.store.read() as connection:
        laid = bool(organisations(connection, EVERYTHING, 1))
    if not laid:
        DESK.say("正在建立演示办公室……", "laying the demo office …")
        summary = load_demo(office, office.today())
        DESK.lines(summary.report.said(DESK.lang))
        open_demo_accounts(office)
        _sweep(office, ())
    worklist(ahead=7, limit=25)
    _say_what_to_open(target)
    if not once:
        _serve(office)


def _say_what_to_open(home: Path) -> None:
    from shlex import quote

    shown = quote(str(home))
    DESK.say(
        "\n试一试(另开一个终端):\n"
        f"  export CONCORD_HOME={shown} CONCORD_AS=M02\n"
        "  ./concord worklist\n  ./concord case list --type dispute\n"
        "  ./concord case steps <案号>     ./concord case show <案号>\n  ./concord reminders inbox\n",
        "\nTry (in a second terminal):\n"
        f"  export CONCORD_HOME={shown} CONCORD_AS=M02\n"
        "  ./concord --lang en worklist\n  ./concord --lang en case list --type dispute\n"
        "  ./concord --lang en case steps NUMBER     ./concord --lang en case show NUMBER\n  ./concord reminders inbox\n",
    )


def _serve(office: Office, roles: tuple[str, ...] = ("web", "scheduler", "worker", "prefect")) -> None:
    from config.logs import log_what_nobody_caught, set_up
    from flows.heartbeat import HERE
    from flows.serving import serving

    set_up(office.settings.log, office.settings.log_level, role=" ".join(roles), process=HERE.name)
    log_what_nobody_caught()
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    with serving(office, roles) as service, _pages(office, service.desk, "web" in roles):
        if service.server is not None:
            DESK.say(
                f"Prefect 正在启动,稍后可看运行:{service.server.ui_url}(日志 {service.server.log})",
                f"Prefect is starting; its runs: {service.server.ui_url} (log {service.server.log})",
            )
        DESK.say("办公室已开门;按 Ctrl-C 结束", "the office is open; Ctrl-C ends it")
        said = False
        while not stop.wait(0.5):
            if not said and service.server is not None and service.server.up.is_set():
                DESK.say(f"Prefect 已就绪:{service.server.ui_url}", f"Prefect is ready: {service.server.ui_url}")
                said = True
        DESK.say("正在关门……", "closing …")
    DESK.say("已关门", "closed")


@contextmanager
def _pages(office: Office, desk: Any, wanted: bool) -> Iterator[None]:
    """The pages, open for the length of the block, if this office has any."""
    if not (office.settings.web and wanted):
        yield
        return
    from web.server import WebServer

    pages = WebServer(office, desk)
    pages.start()
    DESK.say(f"办公室页面:{pages.url}", f"The office's pages: {pages.url}")
    _say_how_to_begin(office, pages.url)
    try:
        yield
    finally:
        pages.stop()


def _say_how_to_begin(office: Office, url: str) -> None:
    """An office without anybody in it: where it is founded, and the code that is asked for there."""
    from flows.accounts.first_start import setup_code

    code = setup_code(office)
    if code is not None:
        DESK.say(
            f"尚无单位和人员。请打开 {url}/welcome 建立办公室,一次性开办码:{code}",
            f"Nobody is here yet. Open {url}/welcome to found the office; one-time set-up code: {code}",
        )


def free_port(first: int) -> int:
    """The first port from `first` on that nobody holds on loopback."""
    import socket

    for port in range(first, first + 200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    return first


def office_as_of(as_of: str) -> Office:
    """The office with its clock at noon of that day; with the wall clock when none is given."""
    from config.clock import noon_of

    day = day_option(as_of)
    return DESK.office.at(lambda: noon_of(day)) if day else DESK.office


def sweep(
    as_of: str = typer.Option("", help="视为此日 as of this day, e.g. 2003-11-15"),
    only: list[str] = typer.Option([], help="只运行 only: deadlines, outbox, follow-ups, rescue, digest, integrity …"),
) -> None:
    """手动巡查 · run the sweeps by hand at any date; twice does nothing twice."""
    from flows.sweeps import SWEEPS

    unknown = sorted(set(only) - set(SWEEPS))
    if unknown:
        raise Stop(USAGE, f"没有巡查“{unknown[0]}”", f"there is no sweep “{unknown[0]}”")
    counts = _sweep(office_as_of(as_of), tuple(only))
    DESK.answer(
        counts,
        lambda: DESK.table(
            ("巡查", "Sweeps"), (("巡查", "Sweep"), ("结果", "Result")),
            [(name, ", ".join(f"{key} {value}" for key, value in found.items() if value)) for name, found in counts.items()],
        ),
    )  # fmt: skip


def _sweep(office: Office, only: tuple[str, ...]) -> dict[str, Any]:
    from flows.sweeps import BY_HAND, run_sweep

    return {name: run_sweep(office, name) for name in only or BY_HAND}


def doctor(
    integrity: bool = typer.Option(False, "--integrity", help="并核对数据 also check the records"),
    repair: list[str] = typer.Option([], "--repair", help="修复一处 mend one place, CODE:SUBJECT as --integrity names it"),
    repair_all: bool = typer.Option(False, "--repair-all", help="修复所有可安全修复的 mend whatever is safe to mend"),
) -> int:
    """体检 · what is missing on this machine or wrong in the records, and how to mend it."""
    from flows.doctoring import examine

    if repair or repair_all:
        return _repair(DESK.office, repair, everything=repair_all)
    findings = examine(DESK.office, with_records=integrity)
    bad = [finding for finding in findings if not finding.well and finding.needed]
    DESK.answer(
        [{"what": f.what.said(DESK.lang), "well": f.well, "remedy": f.remedy.said(DESK.lang)} for f in findings],
        lambda: DESK.table(
            ("体检", "Examination"), (("", ""), ("项目", "What"), ("办法", "Remedy")),
            [(_mark(f), f.what.said(DESK.lang), "" if f.well else f.remedy.said(DESK.lang)) for f in findings],
        ),
    )  # fmt: skip
    return 0 if not bad else (PARTLY if integrity else FAULT)


def _repair(office: Office, places: list[str], *, everything: bool) -> int:
    """Mend in the operator's name; 0 if the checks find none of it any more."""
    from flows.repairing import mend, repair_all

    asked = []
    for place in places:
        code, _, subject = place.partition(":")
        if not subject.isdecimal():
            raise Stop(USAGE, f"“{place}”不是“代码:编号”", f"“{place}” is not CODE:SUBJECT")
        asked.append((code, int(subject)))
    lines = [mend(office, None, code, subject) for code, subject in asked]
    lines += repair_all(office) if everything else []
    DESK.answer(
        [{"place": f"{one.code}:{one.subject}", "done": one.done, "text": one.text.said(DESK.lang)} for one in lines],
        lambda: DESK.table(
            ("修复", "Repairs"), (("", ""), ("何处", "Where"), ("结果", "Result")),
            [("✓" if one.done else "✗", f"{one.code}:{one.subject}", one.text.said(DESK.lang)) for one in lines],
        ),
    )  # fmt: skip
    return 0 if all(one.done for one in lines) else PARTLY


def _mark(finding: Any) -> str:
    return "✓" if finding.well else ("✗" if finding.needed else "!")
