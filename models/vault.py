"""The key ring that seals personal fields.

The keys lie in one file (`home/secret.key`, one a line, newest first, readable by the owner alone), never in the
database. A new first line makes it the key for new values while older ones still open: that is how keys are rotated.
"""

from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class VaultLocked(RuntimeError):
    """A sealed field was touched before `VAULT.unlock(…)`; or the key file is not the one the field was sealed with."""


def _make_key(key_file: Path) -> None:
    """Written whole beside it, then named, unless another process that starts now was quicker: all read one key."""
    key_file.parent.mkdir(parents=True, exist_ok=True)
    fresh = key_file.with_name(f".{key_file.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(Fernet.generate_key() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        with suppress(FileExistsError):
            os.link(fresh, key_file)
    finally:
        fresh.unlink()


class Vault:
    """Seals and opens short texts."""

    def __init__(self) -> None:
        self._ring: MultiFernet | None = None
        self._newest = b""
        self._ring_keys: tuple[bytes, ...] = ()

    def unlock(self, key_file: Path) -> None:
        """Load the keys; the first start makes a key file of its own."""
        if not key_file.exists():
            _make_key(key_file)
        keys = key_file.read_bytes().split()
        self._ring, self._newest, self._ring_keys = MultiFernet([Fernet(key) for key in keys]), keys[0], tuple(keys)

    def seal(self, text: str) -> str:
        """The cipher text of `text`."""
        return self._keys().encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """The text again. Raises `VaultLocked` when no key of the ring fits."""
        try:
            return self._keys().decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise VaultLocked("no key of the ring opens this field; restore home/secret.key") from None

    def derive(self, purpose: str) -> bytes:
        """A key of its own for one purpose (signing forms, digesting accounts), from the newest key of the ring."""
        if not self._newest:
            raise VaultLocked("the vault is locked; open the store through models.session.open_store")
        return hmac.digest(self._newest, purpose.encode(), "sha256")

    def derive_each(self, purpose: str) -> tuple[bytes, ...]:
        """The same key from every key of the ring, newest first: what was marked before a rotation is still found."""
        self._keys()
        return tuple(hmac.digest(key, purpose.encode(), "sha256") for key in self._ring_keys)

    def _keys(self) -> MultiFernet:
        if self._ring is None:
            raise VaultLocked("the vault is locked; open the store through models.session.open_store")
        return self._ring


#: fields of a form that hold somebody's number; they lie sealed wherever answers are kept
PERSONAL = frozenset({"identity", "phone"})
_MARK = "sealed:"


def seal_personal(answers: Any) -> Any:
    """The answers with every personal number sealed, at any depth."""
    return _personal(answers, lambda text: text if text.startswith(_MARK) else _MARK + VAULT.seal(text))


def open_personal(answers: Any) -> Any:
    """The answers as they were typed."""
    return _personal(answers, lambda text: VAULT.open(text.removeprefix(_MARK)) if text.startswith(_MARK) else text)


def _personal(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, list):
        return [_personal(one, change) for one in value]
    if not isinstance(value, Mapping):
        return value
    return {
        name: change(one) if name in PERSONAL and isinstance(one, str) and one else _personal(one, change)
        for name, one in value.items()
    }


#: The process's key ring: column types cannot be handed one by parameter.
VAULT = Vault()
