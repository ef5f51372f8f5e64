"""The issuer's public keys, fetched from its JSON Web Key Set and cached."""

import asyncio
import json
from datetime import datetime, timedelta

import httpx
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from storage.clock import Clock
from subgraphs.kit.domain.errors import Unauthenticated

log = structlog.get_logger(__name__)
MAX_BYTES = 256 * 1024
REFRESH_AFTER = timedelta(minutes=10)
UNKNOWN_KID_PAUSE = timedelta(seconds=30)
KEEP_AT_MOST = timedelta(hours=24)


class RemoteKeySet:
    """Keys by URL: refreshed every ten minutes, and for an unknown key id at most twice a minute.

    While the URL does not answer, the last good keys are used for up to 24 hours; then tokens are refused.
    """

    algorithms: tuple[str, ...] = ("ES256", "RS256")

    def __init__(self, url: str, clock: Clock, client: httpx.AsyncClient | None = None) -> None:
        self._url = url
        self._clock = clock
        self._client = client or httpx.AsyncClient(timeout=2.0, follow_redirects=False)
        self._keys = KeySet([])
        self._fetched: datetime | None = None
        self._tried: datetime | None = None
        self._lock = asyncio.Lock()

    async def find(self, kid: str | None) -> KeySet:
        """Return the key set that has the key with that id.

        Raises:
            Unauthenticated: there is no such key, or no key set that is fresh enough.
        """
        if self._due(kid):
            async with self._lock:
                if self._due(kid):
                    await self._refresh()
        if not self._serves(kid):
            raise Unauthenticated("the session token is signed with a key that is not known")
        return self._keys

    def get_cached(self, kid: str | None) -> KeySet | None:
        """Return the key set if it has the key and needs no refresh, or a refresh has just failed."""
        return None if self._due(kid) or not self._serves(kid) else self._keys

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def _serves(self, kid: str | None) -> bool:
        if self._fetched is None or self._clock.now() - self._fetched > KEEP_AT_MOST:
            return False
        return self._has(kid)

    def _has(self, kid: str | None) -> bool:
        return kid is not None and any(key.kid == kid for key in self._keys)

    def _due(self, kid: str | None) -> bool:
        now = self._clock.now()
        if self._tried is not None and now - self._tried < UNKNOWN_KID_PAUSE:
            return False
        return self._fetched is None or now - self._fetched > REFRESH_AFTER or not self._has(kid)

    async def _refresh(self) -> None:
        self._tried = self._clock.now()
        try:
            keys = KeySet.import_key_set(json.loads(await self._download()))
        except (httpx.HTTPError, JoseError, ValueError, KeyError, TypeError, RecursionError) as error:
            log.warning("key set not refreshed", url=self._url, error=repr(error))
            return
        if keys:
            if _identities(keys) != _identities(self._keys):
                self._keys = keys
            self._fetched = self._tried

    async def _download(self) -> bytes:
        async with self._client.stream("GET", self._url, headers={"Accept-Encoding": "identity"}) as answer:
            answer.raise_for_status()
            content = b""
            async for chunk in answer.aiter_bytes():
                content += chunk
                if len(content) > MAX_BYTES:
                    raise ValueError("the key set is too large")
            return content


def _identities(keys: KeySet) -> set[tuple[str | None, str]]:
    """Return what identifies a key set: the ids of its keys, and the keys themselves."""
    return {(key.kid, key.thumbprint()) for key in keys}
