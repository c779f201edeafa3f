"""The visitor's address: the peer's, or past our own proxies the one they state. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
LONGEST = 64


class Proxies:
    """The proxies that are believed, as addresses and networks: ("10.0.0.0/8", "::1")."""

    def __init__(self, trusted: Iterable[str]) -> None:
        self._networks: tuple[Network, ...] = tuple(ip_network(one) for one in trusted)

    def trusts(self, peer: str) -> bool:
        """Whether what this peer says of others is believed."""
        return bool(self._networks) and self._ours(address_in(peer))

    def client(self, peer: str, forwarded: str) -> str:
        """The address behind `peer`; `forwarded` is X-Forwarded-For, read from its end past the proxies we trust.

        "" for what is no address: somebody who writes rubbish into the header has no address, and no other's.
        """
        found = address_in(peer)
        for stated in reversed(forwarded[-2_000:].split(",")) if forwarded else ():
            if not self.trusts(found):
                break
            found = address_in(stated)
        return found

    def _ours(self, address: str) -> bool:
        if not address:
            return False
        one = ip_address(address)
        return any(one in network for network in self._networks)


@lru_cache(maxsize=8_192)
def address_in(stated: object) -> str:
    """The IP address as Postgres takes it: no brackets, port or zone; mapped IPv4 as IPv4; "" for anything else.

    address_in("[fe80::1%eth0]:443") == "fe80::1"; address_in("::ffff:192.0.2.1") == "192.0.2.1".
    """
    if not isinstance(stated, str) or len(stated) > LONGEST:
        return ""
    found = _parsed(_bare(stated.strip()).partition("%")[0])
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return str(mapped or found) if found else ""


def _bare(stated: str) -> str:
    if stated.startswith("["):
        return stated[1:].partition("]")[0]
    host, colon, port = stated.partition(":")
    return host if colon and ":" not in port else stated


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
