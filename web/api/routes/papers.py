"""The file of a paper."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from documents.render import file_of
from models import interface, queries
from web.access import TheOffice
from web.api.access import Reader
from web.api.problems import not_found
from web.api.shapes import base
from web.api.shapes.cases import FileAsking
from web.pages.case_reach import reach

router = APIRouter(prefix="/papers", tags=["papers"])
MEDIA = {"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "html": "text/html"}
_CONTENT = {media: {"schema": {"type": "string", "format": "binary"}} for media in MEDIA.values()}
_FILE: dict[int | str, dict[str, Any]] = {200: {"content": _CONTENT}}


@router.get("/{id}/file", response_class=Response, responses=_FILE)
def file(office: TheOffice, caller: Reader, id: base.Id, asked: Annotated[FileAsking, Query()]) -> Response:
    """The paper as a file: made when it is first asked for, the very same ever after."""
    with office.store.write() as connection:
        number = interface.case_of_paper(connection, id)
        if not queries.may_see_paper(connection, caller.scope, id):
            raise not_found()
        if number is not None:
            reach(connection, office, caller, number)
        content = file_of(connection, id, asked.form, asked.lang, office.now())
    name = f'attachment; filename="paper-{id}.{asked.form}"'
    return Response(content, media_type=MEDIA[asked.form], headers={"content-disposition": name})
