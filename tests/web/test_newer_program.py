"""A newer program has opened a case of a version that this one does not know: people are told so, and the rest goes on."""

from __future__ import annotations

import pytest

from models.cases import CaseFile
from tests.web.conftest import Web

pytestmark = pytest.mark.chaos


def test_pages_with_such_a_case_say_that_the_program_is_being_updated(web: Web) -> None:
    town = web.town
    newer, other = town.dispute().accepted(), town.dispute().accepted()
    town.set(CaseFile, CaseFile.id == newer.id, type_version=99)
    mediator = web.as_("mediator")
    for path in (f"/cases/{newer.number}", "/cases"):
        told = mediator.get(path)
        assert told.status_code == 503, path
        assert "办公室的程序正在更新" in told.text
    assert mediator.get(f"/cases/{other.number}").status_code == 200
