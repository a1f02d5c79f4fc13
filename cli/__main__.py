"""`concord`: the command line. Commands stand one module a noun; this one puts them together and turns errors into words."""

from __future__ import annotations

import logging
import os
import sys
from typing import Any

import typer

from cli import audit, case, contracts, date, exporting, importing, office, reminders, runs, serve, types, worklist
from cli.desk import DESK, FAULT, NOT_FOUND, REFUSED, Stop

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
app.command("serve")(serve.serve)
app.command("demo")(serve.demo)
app.command("sweep")(serve.sweep)
app.command("doctor")(serve.doctor)
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
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    words = take_globals(sys.argv[1:] if line is None else line)
    try:
        result = app(words, standalone_mode=False)
    except Stop as stop:
        DESK.err.print(DESK.label(stop.zh, stop.en), markup=False)
        return stop.exit_code
    except typer.Exit as done:
        return done.exit_code
    except Exception as error:
        return _told(error)
    return result if isinstance(result, int) else 0


def _told(error: Exception) -> int:
    from states.errors import CaseNotFound, ConcordError, Fault, Refusal

    if isinstance(error, Refusal):
        _refusal(error)
        return NOT_FOUND if isinstance(error, CaseNotFound) else REFUSED
    shown = getattr(error, "format_message", None)  # the command line's own usage errors
    if shown is not None:
        DESK.err.print(str(shown()), markup=False)
        return 2
    if isinstance(error, Fault | ConcordError):
        DESK.err.print(str(error) or (type(error).__doc__ or "").strip(), markup=False)
        return FAULT
    if os.environ.get("CONCORD_DEBUG"):
        raise error
    kind = type(error).__name__
    DESK.err.print(
        DESK.label(
            f"出错:{kind}。请运行 concord doctor;CONCORD_DEBUG=1 可看详情",
            f"something went wrong: {kind}. Run `concord doctor`; CONCORD_DEBUG=1 shows the details",
        ),
        markup=False,
    )
    return FAULT


def _refusal(refusal: Any) -> None:
    if DESK.as_json:
        reasons = [
            {"code": r.code, "field": r.field, "zh": r.said("zh"), "en": r.said("en")} for r in refusal.reasons
        ]
        DESK.answer({"refused": refusal.code, "reasons": reasons}, lambda: None)
        return
    DESK.err.print(DESK.label("不予办理:", "Refused:"), markup=False)
    for reason in refusal.said(DESK.lang):
        DESK.err.print(f"  · {reason}", markup=False)


if __name__ == "__main__":
    sys.exit(main())
