"""The repair of a paper that cannot be set: what it said is rebuilt from its event.

If that is word for word what was issued (its hash proves it), it is put back. Otherwise the paper is void and issued again
under a new serial: a paper that was once issued is never given other words.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select, update

from documents.catalogue import PAPERS, Paper
from documents.facts import FACTS
from documents.gathering import Desk
from flows.checks.check import Spot
from flows.office import Office
from flows.repairs.answer import Body, not_safe
from flows.repairs.outgoing import issue_again
from flows.repairs.rebuilding import act_of
from models.cases import CaseEvent
from models.chain import digest
from models.papers import Document, DocumentFile
from states.labels import Label


def restore_paper(office: Office, _by: int | None, spot: Spot) -> Label:
    """Put back what the paper said, or void it and issue it again."""
    columns = (Document.case_id, Document.seq, Document.paper, Document.serial, Document.facts_hash)
    with office.store.write() as connection:
        row = connection.execute(select(*columns).where(Document.id == spot.subject).with_for_update()).one()
        of_event = select(CaseEvent.id).where(CaseEvent.case_id == row.case_id, CaseEvent.seq == row.seq)
        event_id, paper = connection.scalar(of_event), PAPERS.get(row.paper)
        if event_id is None or paper is None:
            text = Label("没有可依据的办案记录或文书样式", "there is no event, or no such paper, to make it from")
            raise not_safe(text, Label("请与备份恢复件比对", "restore a backup beside it and compare"))
        act = act_of(connection, event_id)
        facts = {**FACTS[paper.facts](Desk(connection, [act]), act), **_head(paper, row.serial)}
        mine = update(Document).where(Document.id == spot.subject)
        if digest(facts) == row.facts_hash:
            connection.execute(mine.values(facts=facts))
            return Label(f"{row.serial} 已恢复为签发时内容", f"{row.serial} says again what was issued")
        connection.execute(mine.values(void=True))
        kept = select(DocumentFile.id).where(DocumentFile.document_id == spot.subject).limit(1)
        (serial,) = issue_again(connection, act, [row.paper])
        served = connection.scalar(kept) is not None
    return Label(
        f"{row.serial} 作废,另制 {serial}" + ("(原件曾打印)" if served else ""),
        f"{row.serial} is void, {serial} takes its place" + (" (it had been printed)" if served else ""),
    )


def _head(paper: Paper, serial: str) -> dict[str, str]:
    letters, _, number = serial.rpartition("-")
    year = int(letters.removeprefix(paper.letters))
    return {"paper": paper.key, "serial": serial, "number": paper.number(year, int(number))}


BODIES: Mapping[str, Body] = {"paper_broken": restore_paper}
