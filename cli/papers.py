"""`concord case paper`: an issued paper as a file."""

from __future__ import annotations

from pathlib import Path

import typer

from cli.desk import DESK, NOT_FOUND, USAGE, Stop


def paper(
    document: int = typer.Argument(help="文书编号 id of the paper, see `case show`"),
    form: str = typer.Option("docx", help="docx | html"),
    out: str = typer.Option("", help="文件 where to write it; empty: the current folder"),
) -> None:
    """取出文书 · write an issued paper into a file."""
    from documents.render import file_of
    from models.queries import may_see_paper

    if form not in ("docx", "html"):
        raise Stop(USAGE, "文书格式只有 docx 和 html", "a paper comes as docx or html")
    with DESK.office.store.write() as connection:
        if not may_see_paper(connection, DESK.scope(connection), document):
            raise Stop(NOT_FOUND, f"没有文书 {document},或您无权查看", f"there is no paper {document}, or you may not see it")
        content = file_of(connection, document, form, DESK.language, DESK.office.now())
    target = Path(out or f"paper-{document}.{form}")
    target.write_bytes(content)
    DESK.answer({"file": str(target), "bytes": len(content)}, lambda: DESK.say(f"已写入 {target}", f"written to {target}"))
