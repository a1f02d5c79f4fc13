"""The Word form of a paper: one letter template, filled by docxtpl.

`templates/letter/` is an unzipped .docx whose body says how each kind of block is set. It is zipped once; its expressions
are compiled once. docxtpl's own environment neither escapes nor confines, so it is always handed ours; and the parts of
its work that would read marks in what somebody typed (`{_{`, tabs, form feeds) are not run: the blocks hold no such marks.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from documents.wording import TEMPLATES

#: where each file of the template lies in the package
_PLACES = {
    "[Content_Types].xml": "content_types.xml",
    "_rels/.rels": "rels.xml",
    "docProps/core.xml": "core.xml",
    "word/_rels/document.xml.rels": "document_rels.xml",
    "word/document.xml": "document.xml",
    "word/footer.xml": "footer.xml",
    "word/styles.xml": "styles.xml",
}
#: equal facts give equal bytes: every file of a package bears the first instant a zip can say
_INSTANT = (1980, 1, 1, 0, 0, 0)
#: the style of each kind of block, by look and language; English needs no indent, forms are set smaller
_STYLES = {
    "recipient": "Recipient", "paragraph": "Body", "heading": "Heading", "note": "Note", "middle": "Middle",
    "title": "Title",
}  # fmt: skip
_ENGLISH = {"recipient", "paragraph", "heading", "note"}
_SMALLER = {"recipient", "paragraph", "heading"}


@lru_cache(maxsize=4)
def _styles(look: str, lang: str) -> Mapping[str, str]:
    if lang == "en":
        return {kind: style + ("En" if kind in _ENGLISH else "") for kind, style in _STYLES.items()}
    smaller = _SMALLER if look == "form" else set()
    return {kind: ("Form" if kind in smaller else "") + style for kind, style in _STYLES.items()}


class _Environment(ImmutableSandboxedEnvironment):
    """Escapes, confines, fails on a missing name, and compiles a text once."""

    def __init__(self) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined, cache_size=0)
        self._compiled: dict[str, Template] = {}

    def from_string(self, source: Any, *args: Any, **rest: Any) -> Template:
        """The compiled template of a text; the texts are those of the letter, so there are few."""
        found = self._compiled.get(source)
        if found is None:
            found = self._compiled[source] = super().from_string(source, *args, **rest)
        return found


class _Letter(DocxTemplate):  # type: ignore[misc]  # docxtpl is not typed
    """docxtpl without what would read typed text as marks, and without doing the same cleaning for every paper."""

    def patch_xml(self, src_xml: str) -> str:
        """The template's own text, cleaned once."""
        return _patched(src_xml)

    def render_xml_part(self, src_xml: str, part: Any, context: Any, jinja_env: Any = None) -> str:
        """The part, filled. Typed text stays as it is."""
        self.current_rendering_part = part
        filled: str = jinja_env.from_string(src_xml).render(context)
        return filled

    def render_properties(self, context: Any, jinja_env: Any = None) -> None:  # noqa: ARG002
        """Title and author as text, not as templates."""
        properties = self.docx.core_properties
        properties.title = f"{context['title']} {context['serial']}"[:255]
        properties.author = context["unit"][:255]


@lru_cache(maxsize=8)
def _patched(source: str) -> str:
    cleaned: str = DocxTemplate.patch_xml(_Letter(io.BytesIO(_package())), source)
    return cleaned


@lru_cache(maxsize=1)
def _package() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as package:
        for place, name in _PLACES.items():
            text = (TEMPLATES / "letter" / name).read_text("utf-8")
            package.writestr(zipfile.ZipInfo(place, _INSTANT), "".join(line.strip() for line in text.splitlines()))
    return made.getvalue()


@lru_cache(maxsize=1)
def _environment() -> _Environment:
    return _Environment()


def word_file(sheet: Mapping[str, Any]) -> bytes:
    """The .docx of a paper, byte for byte the same for the same sheet."""
    letter = _Letter(io.BytesIO(_package()))
    letter.render({**sheet, "style": _styles(sheet["look"], sheet["lang"])}, _environment(), autoescape=True)
    saved = io.BytesIO()
    letter.save(saved)
    return _steady(saved)


def _steady(saved: io.BytesIO) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(made, "w") as target:
        for name in sorted(source.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            target.writestr(zipfile.ZipInfo(name, _INSTANT), source.read(name), zipfile.ZIP_DEFLATED)
    return made.getvalue()
