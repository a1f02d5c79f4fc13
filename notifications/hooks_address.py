"""Where a web-hook may lead: out of the house, by https. What lies inside the office's own network is not reached on demand.

A name is looked up by ourselves, every address it has is judged, and the connection goes to an address that was judged: a name
that answers differently a moment later (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from config.settings import Settings
from states.errors import Reason
from states.labels import Label

Address = IPv4Address | IPv6Address
#: translates to IPv4, so that an inner address could hide in it
_NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
_PORTS = {"https": 443, "http": 80}


class NotReachable(Exception):
    """The address is not one that a web-hook may lead to, or none was found."""


@dataclass(frozen=True)
class Target:
    """The parts of a web-hook's address."""

    scheme: str
    host: str
    port: int
    #: path and query
    rest: str

    @property
    def netloc(self) -> str:
        """Host and port as the header Host says them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    def at(self, address: str) -> str:
        """The same place reached at that very address."""
        host = f"[{address}]" if ":" in address else address
        return f"{self.scheme}://{host}:{self.port}{self.rest}"


def target_of(url: str) -> Target:
    """The parts of the address. Raises `NotReachable` for one that is none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as wrong:
        raise NotReachable("no address") from wrong
    if parts.scheme not in _PORTS or not parts.hostname or port == 0:
        raise NotReachable("no web address")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise NotReachable("an address with an account or a fragment")
    rest = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, parts.hostname, port or _PORTS[parts.scheme], rest)


def judge(target: Target, address: str, settings: Settings) -> None:
    """Raises `NotReachable` unless that address of the target may be connected to."""
    found = _plain(ip_address(address.partition("%")[0]))
    inside = settings.hooks_private or (settings.demo and found.is_loopback)
    if target.scheme == "http" and not (inside and found.is_loopback):
        raise NotReachable("http is for this machine only, use https")
    if found.is_multicast or found.is_unspecified:
        raise NotReachable("an address nobody answers at")
    if not inside and not found.is_global:
        raise NotReachable("an address inside a private network")


def _plain(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one, where it is made of one. Raises `NotReachable` for tunnels."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address.sixtofour or address.teredo or any(address in network for network in _NAT64):
            raise NotReachable("an address of a tunnel")
    return address


def against(url: str, settings: Settings) -> list[Reason]:
    """What stands against that address, as far as it can be known without asking for the name."""
    try:
        target = target_of(url)
        for address in _written(target):
            judge(target, address, settings)
    except NotReachable:
        return [_REFUSED]
    http = target.scheme == "http" and not (settings.demo or settings.hooks_private)
    return [_REFUSED] if http else []


_REFUSED = Reason(
    "address",
    Label("回调地址须为公网 https 地址", "the address of a web-hook is a public one, reached by https"),
    Label(
        "如 https://example.org/concord;不得含账号,不得指向内网",
        "like https://example.org/concord; no account in it, no inner net",
    ),
    "url",
)


def _written(target: Target) -> Sequence[str]:
    """The address a host of figures stands for ("127.1", "2130706433" too); the machine's own name; none for other names."""
    if target.host == "localhost" or target.host.endswith(".localhost"):
        return ["127.0.0.1"]
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return []
    return [str(one[4][0]) for one in found]


async def looked_up(target: Target, settings: Settings) -> list[str]:
    """The addresses to connect to, every one of them judged. Raises `NotReachable`."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as fault:
        raise NotReachable("the name was not found") from fault
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    for address in addresses:
        judge(target, address, settings)
    return addresses
