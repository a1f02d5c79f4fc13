"""Passwords that cost next to nothing."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from flows.accounts import passwords

_CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests are about what is refused, not about what Argon2 costs."""
    monkeypatch.setattr(passwords, "HASHER", _CHEAP)
