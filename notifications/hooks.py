"""The channel of web-hooks: an event is posted as JSON, signed, to the address somebody registered.

    Concord-Signature: t=1760000000,v1=<HMAC-SHA256(secret, "t.body") in hex>
    Concord-Delivery: hook:3:1234        the same whenever it is tried again: the far end can tell doubles by it
    Concord-Event: accept

A body says which case moved and how, and nothing about persons: the receiver asks the interface, under his own token. Answers
from 200 to 299 are well; 410 ends the web-hook; everything else, and silence for ten seconds, is tried again later.
"""

from __future__ import annotations

import asyncio
import hmac
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import orjson
from sqlalchemy import Row, update

from config.settings import Settings
from models.hooks import HOOK, addresses
from models.offices import WebHook
from models.session import Store
from notifications.channels import Letter
from notifications.faults import DeliveryFault, GiveUp, TryLater
from notifications.hooks_address import NotReachable, Target, looked_up, target_of

#: seconds for one attempt, from the look-up of the name to the answer's first line
PATIENCE = 10.0
GONE = 410


def hook_letter(row: Row[Any], at: datetime) -> Letter:
    """The message of an event as the channel takes it; its address is the web-hook's id."""
    body = orjson.dumps(row.facts["body"]).decode()
    return Letter(row.key, row.person_id, str(row.facts[HOOK]), str(row.facts["body"]["step"]), body, at)


def signature(secret: str, body: str, at: datetime) -> str:
    """The header Concord-Signature of that body, signed at that instant."""
    stamp = int(at.timestamp())
    digest = hmac.digest(secret.encode(), f"{stamp}.{body}".encode(), "sha256").hex()
    return f"t={stamp},v1={digest}"


@dataclass(frozen=True)
class HookChannel:
    """Posts events. A far end that fails is left alone for the rest of this round, so that it holds up nobody else."""

    store: Store
    settings: Settings
    patience: float = PATIENCE
    name: str = HOOK
    _failed: dict[int, str] = field(default_factory=dict)

    def reaches(self, email: str) -> bool:  # noqa: ARG002 - the protocol's argument
        """Nobody: notices do not go this way."""
        return False

    def deliver(self, letters: Sequence[Letter]) -> Iterator[str | DeliveryFault]:
        """Post each, in order."""
        with self.store.read() as connection:
            hooks = addresses(connection, {int(letter.address) for letter in letters})
        for letter in letters:
            hook = hooks.get(int(letter.address))
            if hook is None or hook.ended_at is not None:
                yield GiveUp("the web-hook has ended")
            elif hook.id in self._failed:
                yield TryLater(self._failed[hook.id])
            else:
                yield self._post(hook, letter)

    def _post(self, hook: Any, letter: Letter) -> str | DeliveryFault:
        try:
            status = asyncio.run(self._answer(hook, letter))
        except NotReachable as fault:
            reason = str(fault)
        except TimeoutError:
            reason = f"no answer within {self.patience:.0f} seconds"
        except OSError as fault:
            reason = type(fault).__name__
        else:
            if 200 <= status < 300:
                return letter.key
            if status == GONE:
                self._end(hook.id, letter.at)
                self._failed[hook.id] = "the receiver ended the web-hook (410)"
                return GiveUp(self._failed[hook.id])
            reason = f"the receiver answered {status}"
        self._failed[hook.id] = reason
        return TryLater(reason)

    async def _answer(self, hook: Any, letter: Letter) -> int:
        """The status of the receiver's answer."""
        async with asyncio.timeout(self.patience):
            target = target_of(hook.url)
            found = await looked_up(target, self.settings)
            headers = {
                "host": target.netloc, "content-type": "application/json", "user-agent": "Concord",
                "concord-signature": signature(hook.secret, letter.body, letter.at), "concord-delivery": letter.key,
                "concord-event": letter.subject,
            }  # fmt: skip
            return await self._status(target, found[0], headers, letter.body.encode())

    async def _status(self, target: Target, address: str, headers: dict[str, str], body: bytes) -> int:
        import httpx  # 60 ms: only where a web-hook is kept

        names = {"sni_hostname": target.host}  # the certificate must be the name's, although the address was looked up before
        try:
            async with (
                httpx.AsyncClient(verify=self._trusted, trust_env=False, timeout=self.patience) as client,
                client.stream("POST", target.at(address), content=body, headers=headers, extensions=names) as answer,
            ):
                return answer.status_code  # what it says beside the status is not read
        except httpx.HTTPError as fault:
            raise ConnectionError(type(fault).__name__) from fault

    @cached_property
    def _trusted(self) -> ssl.SSLContext:
        return ssl.create_default_context()

    def _end(self, hook_id: int, at: datetime) -> None:
        with self.store.write() as connection:
            connection.execute(update(WebHook).where(WebHook.id == hook_id, WebHook.ended_at.is_(None)).values(ended_at=at))
