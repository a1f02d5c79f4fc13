"""What can go wrong between a message and its reader. Two faults steer the outbox: try later, or give up."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from states.errors import Fault


class DeliveryFault(Fault):
    """A message did not reach its reader."""

    code: ClassVar[str] = "delivery_fault"


class TryLater(DeliveryFault):
    """The channel could not take the message now. `after` is the least pause before the next attempt.

    `tried` is False for a message put off unopened because its channel was down: that is no attempt of its own.
    """

    code: ClassVar[str] = "try_later"

    def __init__(self, reason: str, after: timedelta = timedelta(0), *, tried: bool = True) -> None:
        super().__init__(reason)
        self.reason, self.after, self.tried = reason, after, tried


class GiveUp(DeliveryFault):
    """The message will never be taken as it is; somebody has to look at it."""

    code: ClassVar[str] = "give_up"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TemplateFault(Fault):
    """A notice cannot be put into words: its name, its template or one of its facts is missing."""

    code: ClassVar[str] = "template_fault"
