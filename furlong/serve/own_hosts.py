"""The host names of a server on the loopback: a page whose name leads here is another origin's."""

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from gateway.http.server import ClientLimits
from gateway.settings import GatewaySettings

LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")


def own_names(further: Collection[str] = ()) -> frozenset[bytes]:
    """Return the names that `Host` may have: the loopback's, and further ones.

    Its port may be any: a proxy of a frontend's development server passes on its own.
    """
    return frozenset(name.lower().encode() for name in (*LOOPBACK, *further))


def own_names_only(further: Collection[str] = ()) -> ClientLimits:
    """Return the limits for clients of a server on the loopback, which must ask for one of its own names."""
    return replace(ClientLimits.of(GatewaySettings()), names=own_names(further))
