"""The key ring of a home, as a backup speaks of it: by marks that tell two keys apart and say nothing of them."""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass
from pathlib import Path

KEY = "secret.key"


@dataclass(frozen=True)
class Keys:
    """The lines of a key file, newest first."""

    lines: tuple[bytes, ...]

    @classmethod
    def of(cls, home: Path) -> Keys:
        """The keys in that folder; none where there is no file."""
        file = home / KEY
        return cls.in_text(file.read_bytes() if file.exists() else b"")

    @classmethod
    def in_text(cls, content: bytes) -> Keys:
        """The keys of a file's content."""
        return cls(tuple(content.split()))

    @property
    def content(self) -> bytes:
        """As the file has them."""
        return b"".join(line + b"\n" for line in self.lines)

    @property
    def marks(self) -> list[str]:
        """A mark for each key: the same for the same key, and no way back."""
        return [hmac.digest(line, b"concord-backup", "sha256").hex()[:16] for line in self.lines]

    def before(self, others: Keys) -> Keys:
        """These, and behind them those of the others that are not among them."""
        return Keys((*self.lines, *(line for line in others.lines if line not in self.lines)))

    def write(self, home: Path) -> None:
        """Into the folder, for the owner alone; there is no moment without a whole file."""
        home.mkdir(parents=True, exist_ok=True)
        fresh = home / f".{KEY}.{os.getpid()}"
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(self.content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(home / KEY)
