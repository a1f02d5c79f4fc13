"""What a file is, found in its content and not in its name, and whether it may be kept: closed list, bomb check.

Pictures and PDF show themselves by their first bytes. Office files are zip packages: their directory is read (never the
whole content), and a package that would swell beyond all measure is refused before anything is unpacked.
"""

from __future__ import annotations

import io
import zipfile

from states.labels import Named

#: bytes of one package unpacked, and how many times its packed size that may be
LARGEST_UNPACKED = 200 * 1024 * 1024
LARGEST_RATIO = 120
MOST_MEMBERS = 5000
#: below this size unpacked the ratio says nothing: an empty document packs very small
SMALL = 2 * 1024 * 1024


class FileKind(Named):
    """The kinds of files that are kept with a case; the value is the media type."""

    PDF = "application/pdf", "PDF", "PDF"
    JPEG = "image/jpeg", "图片 JPEG", "JPEG picture"
    PNG = "image/png", "图片 PNG", "PNG picture"
    WEBP = "image/webp", "图片 WebP", "WebP picture"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "Word 文档", "Word document"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel 表格", "Excel sheet"
    ODT = "application/vnd.oasis.opendocument.text", "ODT 文档", "ODT document"
    ODS = "application/vnd.oasis.opendocument.spreadsheet", "ODS 表格", "ODS sheet"
    TEXT = "text/plain", "纯文本", "Plain text"


PICTURES = frozenset({FileKind.JPEG, FileKind.PNG, FileKind.WEBP})
_OPEN_DOCUMENT = {kind.value: kind for kind in (FileKind.ODT, FileKind.ODS)}
_MAIN_PART = {"word/document.xml": FileKind.DOCX, "xl/workbook.xml": FileKind.XLSX}


class Swollen(ValueError):
    """A package that would unpack beyond all measure."""


def kind_of(content: bytes) -> FileKind | None:
    """The kind of the file, None for one that is not on the list. Raises `Swollen` for a bomb."""
    if content.startswith(b"%PDF-"):
        return FileKind.PDF
    if content.startswith(b"\xff\xd8\xff"):
        return FileKind.JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return FileKind.PNG
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return FileKind.WEBP
    if content.startswith(b"PK\x03\x04"):
        return _package(content)
    return FileKind.TEXT if _is_text(content) else None


def _package(content: bytes) -> FileKind | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            members = package.infolist()
            _measure(members)
            names = {member.filename for member in members}
            if any(name.lower().endswith(("vbaproject.bin", ".exe", ".dll")) for name in names):
                return None  # a document with a program in it
            if "mimetype" in names and package.getinfo("mimetype").file_size < 100:
                return _OPEN_DOCUMENT.get(package.read("mimetype").decode("ascii", "replace").strip())
            if "[Content_Types].xml" in names:
                return next((kind for part, kind in _MAIN_PART.items() if part in names), None)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError):
        return None
    return None


def _measure(members: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(member.file_size for member in members)
    packed = max(1, sum(member.compress_size for member in members))
    if len(members) > MOST_MEMBERS or unpacked > LARGEST_UNPACKED:
        raise Swollen
    if unpacked > SMALL and unpacked / packed > LARGEST_RATIO:
        raise Swollen


def _is_text(content: bytes) -> bool:
    """Plain text: UTF-8 or GB18030 without control characters, and nothing a browser would take for a page or a picture."""
    if not content or b"\x00" in content:
        return False
    head = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<", b"#!", b"mz", b"\x7felf", b"%!")) or b"<script" in head or b"<svg" in head or b"<html" in head:
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return not any(ord(sign) < 32 and sign not in "\t\r\n\f" for sign in text)
    return False
