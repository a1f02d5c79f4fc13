"""Files put with a case: evidence, scans, signed papers. Each is measured and recognised before it is sealed away."""

from __future__ import annotations

import unicodedata
from hashlib import sha256

from sqlalchemy import Connection, func, insert, select

from flows.file_kinds import FileKind, Swollen, kind_of
from flows.office import Office
from flows.withdrawing import withdraw
from models.notes import Attachment, Audience
from models.repeated import there_already
from states.errors import InvalidAnswers, Reason, Refusal
from states.forms import Form, ask
from states.labels import Label

MEGABYTE = 1024 * 1024
LARGEST_FILE, LARGEST_CASE = 10 * MEGABYTE, 100 * MEGABYTE
_EXTENSIONS = {
    FileKind.PDF: (".pdf",), FileKind.JPEG: (".jpg", ".jpeg"), FileKind.PNG: (".png",), FileKind.WEBP: (".webp",),
    FileKind.DOCX: (".docx",), FileKind.XLSX: (".xlsx",), FileKind.ODT: (".odt",), FileKind.ODS: (".ods",),
    FileKind.TEXT: (".txt", ".csv", ".md"),
}  # fmt: skip


class AttachmentForm(Form):
    """附件, beside the file itself."""

    audience: Audience = ask("谁可见", "Who reads it", Audience.INTERNAL)


def add_attachment(
    office: Office, case_id: int, person_id: int | None, audience: Audience, name: str, content: bytes
) -> int:  # fmt: skip
    """Keep the file; its id. The same sent twice within a moment is one.

    Raises `InvalidAnswers` for one that is too large, not on the list, or a bomb.
    """
    kind = checked(content)
    values = {
        "case_id": case_id, "person_id": person_id, "audience": str(audience), "name": safe_name(name, kind),
        "kind": str(kind), "size": len(content), "hash": sha256(content).hexdigest(), "content": content,
        "at": office.now(),
    }  # fmt: skip
    with office.store.write() as connection:
        if (there := there_already(connection, Attachment, values)) is not None:
            return there
        room = LARGEST_CASE - _kept(connection, case_id)
        if len(content) > room:
            raise _refused("case_full", Label(f"本案附件已满 {LARGEST_CASE // MEGABYTE} MB", "the case's files are full"),
                           Label("请收回不用的附件", "take back what is not needed"))  # fmt: skip
        return int(connection.execute(insert(Attachment).values(**values).returning(Attachment.id)).scalar_one())


def checked(content: bytes) -> FileKind:
    """The kind of a file that may be kept. Raises `InvalidAnswers` for any other."""
    if not content:
        raise _refused("no_file", Label("没有选择文件,或文件为空", "no file was chosen, or it is empty"),
                       Label("请选择一个文件", "choose a file"))  # fmt: skip
    if len(content) > LARGEST_FILE:
        most = LARGEST_FILE // MEGABYTE
        raise _refused("file_too_large", Label(f"文件超过 {most} MB", f"the file is over {most} MB"),
                       Label("请压缩或分开上传", "make it smaller, or send it in parts"))  # fmt: skip
    try:
        kind = kind_of(content)
    except Swollen:
        raise _refused("file_swollen", Label("压缩包展开后过大,可能有害", "the package would unpack beyond all measure"),
                       Label("请另存后重新上传", "save it anew and send that")) from None  # fmt: skip
    if kind is None:
        kinds = Label("、".join(kind.zh for kind in FileKind), ", ".join(kind.en for kind in FileKind))
        raise _refused("kind_refused",
                       Label("不接受这种文件(按内容识别)", "this kind of file is not taken (its content decides)"),
                       Label(f"可上传:{kinds.zh}", f"taken are: {kinds.en}"))  # fmt: skip
    return kind


def withdraw_attachment(office: Office, case_id: int, attachment_id: int, person_id: int, *, supervises: bool) -> bool:
    """Take a file back: nobody opens it any more, the row stays. False when there is none; raises `NotPermitted`."""
    return withdraw(office, Attachment, Attachment.case_id == case_id, attachment_id, person_id, supervises=supervises)


def safe_name(name: str, kind: FileKind) -> str:
    """The name as it is shown and given to a download: no folders, no control signs, the ending of what it really is."""
    plain = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    plain = "".join(sign for sign in plain if unicodedata.category(sign)[0] != "C" and sign not in '<>:"|?*').strip(" .")
    endings = _EXTENSIONS[kind]
    stem = plain[:150] or "file"
    return stem if stem.lower().endswith(endings) else f"{stem}{endings[0]}"


def _kept(connection: Connection, case_id: int) -> int:
    query = select(func.coalesce(func.sum(Attachment.size), 0))
    mine = query.where(Attachment.case_id == case_id, Attachment.withdrawn_at.is_(None))
    return int(connection.execute(mine).scalar_one())


def _refused(code: str, text: Label, remedy: Label) -> Refusal:
    return InvalidAnswers([Reason(code, text, remedy, "file")])
