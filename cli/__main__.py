"""`concord`: the command line. Commands stand one module a noun; this one puts them together and turns errors into words."""

from __future__ import annotations

import logging
import os
import sys
from typing import Any

import typer

from cli import (
    audit,
    backup,
    case,
    contracts,
    date,
    exporting,
    importing,
    office,
    reminders,
    runs,
    searching,
    serve,
    types,
    worklist,
)
from cli.desk import CANCELLED, DESK, FAULT, NOT_FOUND, REFUSED, USAGE, Stop
from config.logs import set_up

app = typer.Typer(
    name="concord",
    help="和商:劳动争议调解与集体协商。 任何位置均可加 --json、--lang zh|en、--as 人员代码。\n\n"
    "Concord: mediation and bargaining. --json, --lang zh|en and --as PERSON may stand anywhere.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("worklist")(worklist.worklist)
app.command("search")(searching.search)
app.command("serve")(serve.serve)
app.command("demo")(serve.demo)
app.command("sweep")(serve.sweep)
app.command("doctor")(serve.doctor)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
for name, module in (
    ("case", case), ("contracts", contracts), ("date", date), ("types", types), ("reminders", reminders),
    ("runs", runs), ("import", importing), ("export", exporting), ("audit", audit), ("office", office),
):  # fmt: skip
    app.add_typer(module.app, name=name)
app.add_typer(office.user, name="user")


def take_globals(line: list[str]) -> list[str]:
    """Take `--json`, `--lang X` and `--as X` out of the line, wherever they stand."""
    left, words = [], iter(line)
    for word in words:
        option, _, value = word.partition("=")
        if word == "--json":
            DESK.as_json = True
        elif option == "--lang":
            DESK.lang = value or next(words, "zh")
        elif option == "--as":
            DESK.actor_code = value or next(words, "")
        else:
            left.append(word)
    return left


def main(line: list[str] | None = None) -> int:
    """Run one command line and give its exit code."""
    os.environ.setdefault("PYTHONUTF8", "1")
    if not logging.getLogger().handlers:
        set_up("json" if os.environ.get("CONCORD_LOG") == "json" else "text")
    words = take_globals(sys.argv[1:] if line is None else line)
    try:
        if DESK.lang not in ("zh", "en"):
            raise Stop(USAGE, "语言只有 zh 和 en", "the language is zh or en")  # noqa: TRY301
        result = app(words, standalone_mode=False, prog_name="concord")
    except Stop as stop:
        return _say(stop.exit_code, stop.zh, stop.en)
    except (typer.Abort, KeyboardInterrupt):
        return _say(CANCELLED, "已取消", "cancelled")
    except typer.Exit as done:
        return done.exit_code
    except Exception as error:
        return _told(error)
    return result if isinstance(result, int) else 0


def _told(error: Exception) -> int:
    from states.errors import CaseNotFound, ConcordError, Refusal

    if isinstance(error, Refusal):
        _refusal(error)
        return NOT_FOUND if isinstance(error, CaseNotFound) else REFUSED
    shown = getattr(error, "format_message", None)  # the command line's own usage errors
    if shown is not None:
        return _say(USAGE, str(shown()), str(shown()))
    if getattr(error, "code", "") == "lease_lost":
        return _say(
            FAULT,
            "这台机器停顿过久,这项工作已记为中断。请再次执行同一命令,会从中断处继续",
            "this machine stood still for too long, and the work was taken for lost. Give the same command again: it goes on",
        )
    if isinstance(error, ConcordError):
        said = str(error) or (type(error).__doc__ or "").strip()
        return _say(FAULT, said, said)
    if os.environ.get("CONCORD_DEBUG"):
        raise error
    return _say(*_known_trouble(error))


def _known_trouble(error: Exception) -> tuple[int, str, str]:
    """Troubles of the machine that a person can mend, each with the way."""
    from pydantic import ValidationError
    from sqlalchemy.exc import DBAPIError
    from xlsxwriter.exceptions import FileCreateError

    if isinstance(error, DBAPIError):
        return (
            FAULT,
            "数据库无法访问:请检查 CONCORD_DATABASE_URL(或 CONCORD_HOME)以及数据库是否在运行",
            "the database cannot be reached: check CONCORD_DATABASE_URL (or CONCORD_HOME), and that it is running",
        )
    if isinstance(error, OSError | FileCreateError):
        where = getattr(error, "filename", None) or error
        en = f"cannot read or write {where}: check the path and the permissions"
        return FAULT, f"文件无法读写:{where};请检查路径和权限", en
    if isinstance(error, ValidationError):
        wrong = "; ".join(f"CONCORD_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors())
        return USAGE, f"设置有误:{wrong}", f"a setting is wrong: {wrong}"
    kind = type(error).__name__
    return (
        FAULT,
        f"出错:{kind}。请运行 concord doctor;CONCORD_DEBUG=1 可看详情",
        f"something went wrong: {kind}. Run `concord doctor`; CONCORD_DEBUG=1 shows the details",
    )


def _say(code: int, zh: str, en: str) -> int:
    """The answer of a command that did not do its work, in the form that was asked for; gives the exit code back."""
    if DESK.as_json:
        DESK.answer({"error": code, "zh": zh, "en": en}, lambda: None)
    else:
        DESK.err.print(DESK.label(zh, en), markup=False)
    return code


def _refusal(refusal: Any) -> None:
    if DESK.as_json:
        reasons = [{"code": r.code, "field": r.field, "zh": r.said("zh"), "en": r.said("en")} for r in refusal.reasons]
        DESK.answer({"refused": refusal.code, "reasons": reasons}, lambda: None)
        return
    DESK.err.print(DESK.label("不予办理:", "Refused:"), markup=False)
    for reason in refusal.said(DESK.lang):
        DESK.err.print(f"  · {reason}", markup=False)


if __name__ == "__main__":
    sys.exit(main())
