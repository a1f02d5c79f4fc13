"""A far end that counts by key what arrives, in a file: it survives the death of whoever sends.

A line is shorter than a page and written by one call in append mode, so any number of senders may write at once.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from notifications.channels import Letter
from notifications.faults import DeliveryFault


@dataclass(frozen=True)
class FileSink:
    """Takes every letter and writes its key, on the disk before it answers."""

    file: Path
    name: str = "mail"

    def reaches(self, email: str) -> bool:
        """Whoever has an address."""
        return bool(email)

    def deliver(self, letters: Sequence[Letter]) -> Iterator[str | DeliveryFault]:
        """Take each."""
        for letter in letters:
            with self.file.open("a", encoding="utf-8") as file:
                file.write(letter.key + "\n")
                file.flush()
                os.fsync(file.fileno())
            yield f"<{letter.key}>"

    @property
    def arrived(self) -> Counter[str]:
        """How often each letter came."""
        return Counter(self.file.read_text("utf-8").split()) if self.file.exists() else Counter()
