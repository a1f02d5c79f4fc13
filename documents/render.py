"""From frozen facts to a printable page and to a Word file; and the file that is made once and kept.

Both forms are set from one sheet: head, blocks, closing, signatures, return slip. The words come from `documents.wording`,
so no text exists twice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment
from sqlalchemy import Connection, select

from documents.blocks import as_values, cut
from documents.catalogue import Look, Paper, Signer, paper_of
from documents.letter import word_file
from documents.own_texts import SETTING_FAULTS, own_template, texts_in_use, version_with
from documents.wording import LANGUAGES, TEMPLATES, printable, template_version, worded, words
from models.chain import digest
from models.papers import Document, DocumentFile
from models.upsert import insert_or_leave
from models.vault import VaultLocked
from states.errors import Fault

log = logging.getLogger("concord.documents")
_COLON = {"zh": "：", "en": ":"}
_BODIES = frozenset({Signer.BODY, Signer.OFFICE, Signer.UNION})


class AlteredPaper(Fault):
    """A paper is no longer what was issued."""

    code = "altered_paper"


def sheet(facts: Mapping[str, Any], lang: str, own: Template | None = None) -> dict[str, Any]:
    """Everything the setting of a paper needs, as plain values. `own`: the office's words in place of ours."""
    paper = paper_of(facts["paper"])
    blocks = cut(worded(paper.key, facts, lang, own))
    title = paper.label.said(lang)
    for block in blocks[:1]:
        if block.kind == "title":
            title, blocks = block.text, blocks[1:]
    head = {"title": title, "unit": printable(facts["unit"]), "serial": facts["serial"]}
    slip = cut(worded("parts/return_slip", {**facts, **head}, lang)) if paper.served else []
    signs, closing = _signatures(paper, facts, lang)
    return {
        **head, "lang": lang, "look": paper.look.value, "blocks": as_values(blocks), "slip": as_values(slip),
        "number": facts["number"] if lang == "zh" else f"No. {facts['serial']}", "signs": signs, "closing": closing,
        "colon": _COLON[lang], "blank_day": words(lang).day(""), "mark": _mark(facts, lang),
    }  # fmt: skip


def _signatures(paper: Paper, facts: Mapping[str, Any], lang: str) -> tuple[list[Any], dict[str, str]]:
    """Lines to sign on, two in a row; a letter closes with its unit and day instead."""
    if paper.look is Look.LETTER:
        return [], {"unit": printable(facts["unit"]), "day": words(lang).day(facts["day"])}
    lines = [
        {"label": signer.label.said(lang), "name": printable(facts["unit"]) if signer in _BODIES else ""}
        for signer in paper.signs
    ]
    return [lines[place : place + 2] for place in range(0, len(lines), 2)], {}


def _mark(facts: Mapping[str, Any], lang: str) -> str:
    """The line at the foot by which a paper is found and its facts are checked."""
    case = printable(facts["case"]["number"] if "case" in facts else facts["contract_no"])
    check = digest(facts)[:12]
    return (
        f"文书编号 {facts['serial']}　案号 {case}　校验码 {check}"
        if lang == "zh"
        else (f"Paper {facts['serial']} · Case {case} · Check {check}")
    )


@lru_cache(maxsize=1)
def _page() -> Template:
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip
    return environment.get_template("letterhead.html")


def render_html(facts: Mapping[str, Any], lang: str, own: Template | None = None) -> str:
    """The paper as a page that prints on A4; `facts` are those of a `Document` row. KeyError for an unknown language."""
    return _page().render(sheet(facts, lang, own))


def render_docx(facts: Mapping[str, Any], lang: str, own: Template | None = None) -> bytes:
    """The paper as a Word file; the same facts give the same bytes."""
    return word_file(sheet(facts, lang, own))


#: The forms a paper is kept in.
FORMS: Mapping[str, Callable[[Mapping[str, Any], str, Template | None], bytes]] = {
    "html": lambda facts, lang, own: render_html(facts, lang, own).encode(),
    "docx": render_docx,
}


def file_of(connection: Connection, document_id: int, form: str, lang: str, now: datetime) -> bytes:
    """The bytes of an issued paper: rendered at the first call, the very same ever after.

    Needs a transaction that may write. Raises `AlteredPaper` when the facts or the kept bytes are not those of the issue,
    and KeyError for a form or language there is not.
    """
    kept = _kept(connection, document_id, form, lang)
    if kept is not None:
        return kept
    if lang not in LANGUAGES:
        raise KeyError(lang)
    render = FORMS[form]
    row = connection.execute(
        select(Document.paper, Document.facts, Document.facts_hash).where(Document.id == document_id)
    ).one()
    if digest(row.facts) != row.facts_hash:
        raise AlteredPaper(f"the facts of document {document_id} were changed after it was issued")
    content, version = _set(connection, row, render, lang)
    made = insert_or_leave(connection, DocumentFile, DocumentFile.document_id, DocumentFile.form, DocumentFile.language)
    connection.execute(
        made.values(
            document_id=document_id, form=form, language=lang, content=content, hash=sha256(content).hexdigest(),
            template_version=version, rendered_at=now,
        )
    )  # fmt: skip
    # two people may ask for the first file at once: the one that was kept is the paper
    return _kept(connection, document_id, form, lang) or content


def _set(connection: Connection, row: Any, render: Callable[..., bytes], lang: str) -> tuple[bytes, str]:
    """The bytes, and the version of the words they were set with."""
    texts = texts_in_use(connection, [row.paper]).get(row.paper, {})
    if lang in texts:
        try:
            return render(row.facts, lang, own_template(texts[lang], lang)), version_with(row.paper, texts)
        except SETTING_FAULTS as fault:  # a paper must not wait for an administrator: it is set in our words, and it is said
            kind = type(fault).__name__  # its text may quote the facts
            log.warning("own text of %s (%s) failed: %s; set in the words of the program", row.paper, lang, kind)
            return render(row.facts, lang, None), template_version(row.paper)
    return render(row.facts, lang, None), version_with(row.paper, texts)


def _kept(connection: Connection, document_id: int, form: str, lang: str) -> bytes | None:
    query = select(DocumentFile.content, DocumentFile.hash).where(
        DocumentFile.document_id == document_id, DocumentFile.form == form, DocumentFile.language == lang
    )
    try:
        row = connection.execute(query).one_or_none()
    except VaultLocked as locked:
        raise AlteredPaper(f"the kept file of document {document_id} does not open") from locked
    if row is None:
        return None
    content: bytes = row.content
    if sha256(content).hexdigest() != row.hash:
        raise AlteredPaper(f"the kept file of document {document_id} was changed")
    return content


def check_papers(connection: Connection, document_ids: Sequence[int]) -> list[int]:
    """Those of the papers whose facts are no longer the ones that were issued."""
    query = select(Document.id, Document.facts, Document.facts_hash).where(Document.id.in_(document_ids))
    return [row.id for row in connection.execute(query) if digest(row.facts) != row.facts_hash]
