"""Determines the address of a client behind proxies that are trusted to name it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final, TypeAlias

from gateway.settings.clients import AddressSettings

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

CACHED: Final = 4096
MAX_PROXIES: Final = 8
PREFIX_LENGTH: Final = 64
"""How many leading bits of an IPv6 address count: a subscriber has at least one such network (RFC 6177)."""


class ClientAddresses:
    """Finds the addresses by which clients are counted.

    Attributes:
        header: The header in which proxies name the client: x-forwarded-for or forwarded.
    """

    def __init__(self, trusted: Iterable[Network], header: str) -> None:
        self.header = header.encode("latin-1")
        self._trusted = tuple(trusted)
        self._direct: Callable[[str], str] = lru_cache(CACHED)(_bucket_of_text)

    @classmethod
    def of(cls, settings: AddressSettings) -> ClientAddresses:
        """Return what finds addresses by the settings."""
        return cls(settings.trusted_proxies, settings.forwarded_for_header)

    def find(self, peer: str | None, headers: Mapping[bytes, bytes]) -> str | None:
        """Return the address as a key, IPv6 by its first 64 bits; None if the connection has no address.

        Args:
            peer: The address at the other end of the connection.
            headers: The request's headers by name in lower case.
        """
        if peer is None:
            return None
        named = headers.get(self.header) if self._trusted else None
        if named is None:
            return self._direct(peer)
        address = _parsed(peer)
        # The peer, a proxy, added the last entry; the proxy before it added the previous one; and so on.
        for entry in reversed(named.decode("latin-1").rsplit(",", MAX_PROXIES)[-MAX_PROXIES:]):
            if address is None or not any(address in network for network in self._trusted):
                break
            before = _parsed(_named_for(entry) if self.header == b"forwarded" else entry.strip())
            if before is None:
                break
            address = before
        return peer if address is None else _bucket(address)


def _named_for(element: str) -> str:
    """Return the client in an element of Forwarded (RFC 7239): `for="[2001:db8::1]:4711";proto=https`."""
    pairs = (pair.partition("=") for pair in element.split(";"))
    named = [value for name, _, value in pairs if name.strip().lower() == "for"]
    return named[0].strip().strip('"') if len(named) == 1 else ""


def _parsed(text: str) -> Address | None:
    """Return an address, which may have a port, or None."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return address if mapped is None else mapped


def _bucket(address: Address) -> str:
    if isinstance(address, IPv4Address):
        return str(address)
    return str(IPv6Network((int(address) >> PREFIX_LENGTH << PREFIX_LENGTH, PREFIX_LENGTH)))


def _bucket_of_text(text: str) -> str:
    address = _parsed(text)
    return text if address is None else _bucket(address)
