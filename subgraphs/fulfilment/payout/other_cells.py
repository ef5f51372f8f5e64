"""Passes callbacks about other cells' rewards on: a provider has one address to call, and no cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from ssl import SSLContext
from typing import Final

import httpx
import structlog

from subgraphs.fulfilment.providers.signing import SIGNATURE, TIMESTAMP

log = structlog.get_logger(__name__)
PASSED_ON: Final = "X-Furlong-Passed-On"
"""Marks a callback that a worker of another cell passed on: it is not passed on again."""

SECONDS: Final = 5.0
UNKNOWN_KEY, AGAIN = 404, 503
DECIDED: Final = frozenset({204, 409, 422})


@dataclass(frozen=True, slots=True)
class OtherCells:
    """The fulfilment workers of the other cells, by their URLs."""

    urls: Sequence[str] = ()

    async def receive(self, target: str, headers: Mapping[str, str], body: bytes) -> int:
        """Pass a callback on to one cell after another until one knows its key; return the status to respond.

        Each checks the provider's signature itself. 404 means that no cell knows the key; 503 that one could
        not say so, and that the provider has to call again.
        """
        if not self.urls or PASSED_ON in headers:
            return UNKNOWN_KEY
        signed = {name: headers[name] for name in (TIMESTAMP, SIGNATURE) if name in headers}
        statuses = []
        async with httpx.AsyncClient(verify=_authorities(), timeout=SECONDS, trust_env=False) as client:
            for url in self.urls:
                status = await _status(client, url.rstrip("/") + target, signed | {PASSED_ON: "1"}, body)
                if status in DECIDED:
                    return status
                statuses.append(status)
        return UNKNOWN_KEY if set(statuses) == {UNKNOWN_KEY} else AGAIN


@cache
def _authorities() -> SSLContext:
    """Return what all clients verify certificates with; loading it for each callback would take 30 ms."""
    return httpx.create_ssl_context(trust_env=False)


async def _status(client: httpx.AsyncClient, url: str, headers: Mapping[str, str], body: bytes) -> int:
    try:
        return (await client.post(url, content=body, headers=headers)).status_code
    except httpx.HTTPError as fault:
        log.warning("callback_not_passed_on", url=url, fault=repr(fault))
        return AGAIN
