"""`concord doctor`: what this machine lacks and what the records show, each with the way to mend it."""

from __future__ import annotations

import shutil
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import unquote

from config.roles import SCHEDULER, WORKER
from config.workdays import work_calendar
from flows.heartbeat import is_served
from flows.integrity import find
from flows.office import Office
from states.labels import Label

ENOUGH = 500 * 1024 * 1024


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    what: Label
    well: bool
    remedy: Label = Label("", "")
    #: False: advice only, the office works without it
    needed: bool = True


def examine(office: Office, *, with_records: bool = False) -> list[Finding]:
    """Look at the machine and, if asked, at the records."""
    findings = list(_machine(office))
    if with_records:
        for found in find(office):
            code, says = found.check.code, found.check.says
            shown = ", ".join(f"{code}:{row.subject}" + (f" {row.number}" if row.number else "") for row in found.rows[:5])
            what = Label(f"{says.zh}:{found.count}({shown})", f"{says.en}: {found.count} ({shown})")
            findings.append(Finding(what, False, found.check.remedy))
    return findings


def _machine(office: Office) -> Iterator[Finding]:
    version = sys.version.split()[0]
    yield Finding(Label(f"Python {version}", f"Python {version}"), sys.version_info >= (3, 11),
                  Label("需 3.11 以上", "3.11 or newer is needed"))  # fmt: skip
    yield Finding(Label(f"数据库 {_where(office)}", f"database {_where(office)}"), True)
    if office.store.is_sqlite:
        fixed = sqlite3.sqlite_version_info >= (3, 51, 3)
        yield Finding(
            Label(f"SQLite {sqlite3.sqlite_version}", f"SQLite {sqlite3.sqlite_version}"), True,
            Label("" if fixed else "多机使用请改用 PostgreSQL", "" if fixed else "use PostgreSQL for more than one machine"),
        )  # fmt: skip
    free = shutil.disk_usage(office.settings.home).free
    yield Finding(Label(f"磁盘余量 {free >> 20} MB", f"disk space left {free >> 20} MB"), free > ENOUGH,
                  Label("请清理磁盘", "make room on the disk"))  # fmt: skip
    mail = office.settings.smtp_host
    yield Finding(
        Label("邮件服务器" + (mail or "(未设)"), "mail server " + (mail or "(none)")), bool(mail),
        Label("设置 CONCORD_SMTP_HOST 后才会发邮件;通知仍进收件箱",
              "set CONCORD_SMTP_HOST to send mail; notices stay in the inbox"), needed=False,
    )  # fmt: skip
    served = all(is_served(office, role) for role in (SCHEDULER, WORKER))
    yield Finding(Label("办公室在运行", "the office is served"), served,
                  Label("运行 concord serve,否则提醒不会自动发出",
                        "run `concord serve`, or no reminder goes out by itself"), needed=False)  # fmt: skip
    coming = (office.today() + timedelta(days=60)).year
    known = not work_calendar("CN").is_provisional(coming)
    yield Finding(
        Label(f"{coming} 年放假安排", f"calendar of {coming}"), known,
        Label(f"国务院通知发布后填入 config/calendars/cn/{coming}.toml",
              f"put the notice into config/calendars/cn/{coming}.toml"), needed=False,
    )  # fmt: skip


def _where(office: Office) -> str:
    return unquote(office.store.engine.url.render_as_string(hide_password=True))
