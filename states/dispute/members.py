"""The workers of a group dispute, as a registration lists them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from states.forms import Form, Line, ask


class Member(Form):
    """A worker of a group dispute; numbers are optional and lie sealed wherever the answers are kept."""

    name: Line = ask("姓名", "Name")
    identity: str = ask("身份证号", "Identity number", "", max_length=30)
    phone: str = ask("联系电话", "Telephone", "", max_length=40)


def _named(value: Any) -> Any:
    """A bare name, as the command line and the ledger give it, is a member without numbers."""
    return {"name": value} if isinstance(value, str) else value


Members = Annotated[list[Annotated[Member, BeforeValidator(_named)]], Field(max_length=2000)]
