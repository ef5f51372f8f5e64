"""The host names of a server on the loopback: a page whose name leads here is another origin's."""

from collections.abc import Collection
from dataclasses import replace
from socket import socket
from typing import Final

from gateway.http.server import ClientLimits
from gateway.settings import GatewaySettings

LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")


def own_hosts(port: int, further: Collection[str] = ()) -> frozenset[bytes]:
    """Return what `Host` may be: the loopback's names with the port, and further ones, also as given."""
    named = [name.lower() for name in further]
    hosts = (*named, *(f"{name}:{port}" for name in (*LOOPBACK, *named)))
    return frozenset(host.encode() for host in hosts)


def own_names_only(listener: socket, further: Collection[str] = ()) -> ClientLimits:
    """Return the limits for clients of a listening socket, which must ask for one of its own names."""
    limits = ClientLimits.of(GatewaySettings())
    return replace(limits, hosts=own_hosts(listener.getsockname()[1], further))
