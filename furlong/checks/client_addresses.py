"""Checks whether the gateway can trust what it is told of the addresses of clients."""

from ipaddress import IPv4Network, IPv6Network
from typing import Final

from furlong.checks.finding import CheckFailed
from gateway.settings import GatewaySettings

SETTING: Final = "FURLONG_GATEWAY_TRUSTED_PROXIES"
WIDEST: Final = {4: 8, 6: 16}
"""The shortest prefix that proxies on the internet may have, by the version of IP: no company has more."""


async def client_addresses(settings: GatewaySettings) -> str:
    """Say whose word counts for the addresses of clients.

    Raises:
        CheckFailed: Clients themselves are trusted to state them.
    """
    networks = settings.addresses.trusted_proxies
    anybody = [str(network) for network in networks if _has_clients(network)]
    if anybody:
        raise CheckFailed(
            f"{SETTING} trusts {', '.join(anybody)}, which has clients too: they choose their own addresses, "
            "so that limits by address do not hold",
            f"name the addresses of your proxies alone in {SETTING}",
        )
    if not networks:
        return f"those of connections count: name a proxy in {SETTING}, or all behind it share one limit"
    proxies = ", ".join(str(network) for network in networks)
    return (
        f"proxies in {proxies} state them in {settings.addresses.forwarded_for_header}: they must replace "
        "what clients send, or add to its end"
    )


def _has_clients(network: IPv4Network | IPv6Network) -> bool:
    return not network.is_private and network.prefixlen < WIDEST[network.version]
