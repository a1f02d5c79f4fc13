"""Every check there is, in the order of the page: the record first, then the cases, what they owe, and the machinery."""

from __future__ import annotations

from flows.checks.cases import CASE_CHECKS
from flows.checks.check import Check
from flows.checks.machinery import MACHINERY_CHECKS
from flows.checks.outgoing import OUTGOING_CHECKS

CHECKS: tuple[Check, ...] = (*CASE_CHECKS, *OUTGOING_CHECKS, *MACHINERY_CHECKS)
_BY_CODE = {check.code: check for check in CHECKS}


def check_of(code: str) -> Check | None:
    """The check of that code, None for one nobody wrote."""
    return _BY_CODE.get(code)
