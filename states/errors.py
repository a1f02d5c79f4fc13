"""The two families of errors.

A **Refusal** is an answer to a person: it carries every reason at once, in both languages, with the remedy, and is never
logged as an error. A **Fault** is work for the operator. The class docstring is the default message; `code` is stable and
is what the REST interface and the command line's `--json` show.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from states.labels import Label


@dataclass(frozen=True)
class Reason:
    """One reason why a step is refused: what is missing, and how to mend it."""

    code: str
    text: Label
    remedy: Label = Label("", "")
    field: str = ""

    def said(self, lang: str) -> str:
        """The reason and its remedy as one sentence each."""
        where = f"{self.field}: " if self.field else ""
        remedy = self.remedy.said(lang)
        return f"{where}{self.text.said(lang)}" + (f" → {remedy}" if remedy else "")


class ConcordError(Exception):
    """Something went wrong."""

    code: ClassVar[str] = "error"


class Refusal(ConcordError):
    """The step is not taken, for the reasons given."""

    code: ClassVar[str] = "refused"

    def __init__(self, reasons: Sequence[Reason]) -> None:
        self.reasons = tuple(reasons)
        # codes and field names only: exception texts end up in logs, and reasons may quote what somebody typed
        super().__init__(", ".join(f"{r.field}:{r.code}" if r.field else r.code for r in self.reasons))

    def said(self, lang: str) -> list[str]:
        """All the reasons, in `lang`."""
        return [reason.said(lang) for reason in self.reasons]


class StepRefused(Refusal):
    """The case does not allow this step now."""

    code: ClassVar[str] = "step_refused"


class InvalidAnswers(Refusal):
    """The form is not filled in as it must be."""

    code: ClassVar[str] = "invalid_answers"


class NotPermitted(Refusal):
    """This person may not do that here."""

    code: ClassVar[str] = "not_permitted"


class CaseNotFound(Refusal):
    """No such case among those the person may see (hidden and absent look the same)."""

    code: ClassVar[str] = "case_not_found"


class StaleCase(Refusal):
    """Somebody else moved the case in the meantime."""

    code: ClassVar[str] = "stale_case"


class KeyReused(Refusal):
    """The same idempotency key came with another step or other answers."""

    code: ClassVar[str] = "key_reused"


class Fault(ConcordError):
    """Work for the operator."""

    code: ClassVar[str] = "fault"


class BadDefinition(Fault):
    """A case type contradicts itself; the program does not start with it."""

    code: ClassVar[str] = "bad_definition"


def refuse(kind: type[Refusal], code: str, text: Label, remedy: Label | None = None, field: str = "") -> Refusal:
    """One refusal with one reason, for the short cases."""
    return kind([Reason(code, text, remedy or Label("", ""), field)])
