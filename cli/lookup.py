"""Finding what a command names: a case, a case type, a person. Each stops with the choices or the remedy."""

from __future__ import annotations

from typing import Any

from cli.desk import DESK, NOT_FOUND, USAGE, Stop


def found(connection: Any, number: str) -> Any:
    """The case of that number within the person's scope; stops when there is none."""
    from models.queries import case_by_number

    row = case_by_number(connection, DESK.scope(connection), number)
    if row is None:
        raise Stop(NOT_FOUND, f"没有案件 {number},或您无权查看", f"there is no case {number}, or you may not see it")
    return row


def known_type(key: str) -> Any:
    """The case type of that key; stops with the choices when there is none."""
    from states.registry import all_types, case_type

    keys = sorted({kind.key for kind in all_types()})
    if key not in keys:
        shown = ", ".join(keys)
        raise Stop(USAGE, f"没有案件类型“{key}”,只有 {shown}", f"there is no case type “{key}”, only {shown}")
    return case_type(key)


def with_people(connection: Any, answers: dict[str, Any]) -> dict[str, Any]:
    """The answers with people's codes turned into their numbers, which the forms ask for."""
    from models.queries import person_by_code

    for name in ("mediator", "officer"):
        code = answers.get(name)
        if isinstance(code, str) and not code.isdigit():
            person = person_by_code(connection, code)
            if person is None:
                zh = f"没有人员“{code}”;用 office people 查看"
                raise Stop(NOT_FOUND, zh, f"there is nobody “{code}”; see `office people`")
            answers[name] = person.id
    return answers
