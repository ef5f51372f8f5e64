"""Writes revocations, as an issuer or an operator does."""

from collections.abc import Mapping
from typing import Final

import orjson

from foundation.tokens.revocations.settings import Revocations

SECONDS: Final = 5.0


async def revoke(settings: Revocations, claims: Mapping[str, str], kept_seconds: int) -> None:
    """Revoke all tokens that were issued until now and have these claims.

    Args:
        settings: Where revocations are stored.
        claims: Names and values, among them `iss`.
        kept_seconds: How long tokens live at most; older revocations are removed from the stream.

    Raises:
        ValueError: Tokens are not revoked by these claims.
        OSError: Valkey did not accept it.
    """
    from redis.asyncio import Redis  # noqa: PLC0415 - takes 0.1 s to import
    from redis.exceptions import RedisError  # noqa: PLC0415

    shapes = {frozenset(names) for names in settings.claims}
    if not claims.get("iss") or frozenset(claims) - {"iss"} not in shapes:
        raise ValueError("tokens are not revoked by these claims")
    try:
        async with Redis.from_url(
            settings.url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS
        ) as client:
            seconds, _ = await client.time()
            oldest = (seconds - kept_seconds) * 1000
            await client.xadd(settings.stream, {"claims": orjson.dumps(dict(claims))}, minid=oldest)
    except RedisError as error:
        raise OSError(f"the revocation was not written: {type(error).__name__}") from error
