"""What keeps a backup from being taken or restored: each says what to do."""

from __future__ import annotations

from typing import ClassVar

from states.errors import Fault


class BackupFault(Fault):
    """Something keeps the backup from being taken or restored."""

    code: ClassVar[str] = "backup"

    def __init__(self, more: str = "") -> None:
        said = " ".join((type(self).__doc__ or "").split())
        super().__init__(f"{said} ({more})" if more else said)


class Damaged(BackupFault):
    """The file is no whole backup of Concord: it was cut off or changed, or is something else. Take another one."""

    code = "backup_damaged"


class WrongShape(BackupFault):
    """The store is not of the shape this program knows. Take the backup with the program that wrote it, or let this one bring
    the store to its shape first (concord doctor).
    """

    code = "store_of_another_shape"


class NoKey(BackupFault):
    """There is no secret.key in CONCORD_HOME that could go into the backup. Is this the right home?"""

    code = "no_key"


class NotEmpty(BackupFault):
    """There is an office in this place already. Restore into an empty one: another CONCORD_HOME, or a new empty database in
    CONCORD_DATABASE_URL; or move the old one away first.
    """

    code = "place_not_empty"


class InUse(BackupFault):
    """A process of Concord is at work on this place. Stop every `concord serve` first, and wait half a minute."""

    code = "place_in_use"


class NotTheSame(BackupFault):
    """What was written is not what the backup says. Nothing was kept; report this."""

    code = "restored_otherwise"


class KeyNeeded(BackupFault):
    """This backup comes from an older program, and its sealed fields must be read to bring it to the shape of today. Put the
    secret.key that belongs to it into CONCORD_HOME first.
    """

    code = "key_needed"
