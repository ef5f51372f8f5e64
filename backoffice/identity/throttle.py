"""Lock-out with growing delay: by account, and by address, whether or not the account exists."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.identity.models import THROTTLE
from storage.columns import upsert

FREE: Final[Mapping[str, int]] = {"account": 5, "address": 30, "code": 10}
"""How many failures have no consequence: behind one address there may be an office. `code`: what an OpenID
provider is asked about."""

FIRST_DELAY: Final = timedelta(seconds=2)
MAX_DELAY: Final = timedelta(minutes=15)
FORGOTTEN_AFTER: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Attempts:
    """Failed attempts under a key, and until when further ones are refused."""

    failures: int
    blocked_until: datetime


async def blocked_seconds(connection: AsyncConnection, keys: list[str], now: datetime) -> int:
    """Return for how many seconds more attempts under any of the keys are refused."""
    query = select(THROTTLE.c.blocked_until).where(THROTTLE.c.throttle_key.in_(keys))
    ends = (await connection.execute(query)).scalars().all()
    left = max((end - now for end in ends), default=timedelta(0))
    return max(0, -(-int(left.total_seconds() * 1000) // 1000))


async def count_failure(connection: AsyncConnection, keys: list[str], now: datetime) -> None:
    """Count a failure under each key, and block it for longer each time."""
    for key in sorted(keys):
        first = {"throttle_key": key, "failures": 1, "failed_at": now, "blocked_until": now}
        counted = upsert(connection.dialect.name, THROTTLE, [first], add=["failures"], update=["failed_at"])
        await connection.execute(counted)
        query = select(THROTTLE.c.failures).where(THROTTLE.c.throttle_key == key)
        failures = int(await connection.scalar(query) or 1)
        await connection.execute(
            THROTTLE.update()
            .where(THROTTLE.c.throttle_key == key)
            .values(blocked_until=now + delay(failures, FREE[key.partition(":")[0]]))
        )


async def charge(connection: AsyncConnection, account: str, address: str, now: datetime) -> int:
    """Count an attempt before its outcome is known, unless it is refused.

    The row of the account is locked first, so that of many attempts at once each sees those before.

    Returns:
        For how many seconds attempts are refused; 0 if this one was counted.
    """
    present = {"throttle_key": account, "failures": 0, "failed_at": now, "blocked_until": now}
    await connection.execute(upsert(connection.dialect.name, THROTTLE, [present], add=["failures"]))
    seconds = await blocked_seconds(connection, [account, address], now)
    if not seconds:
        await count_failure(connection, [account], now)
    return seconds


async def refund(connection: AsyncConnection, key: str, now: datetime) -> None:
    """Undo a failure that was counted before its attempt succeeded."""
    c = THROTTLE.c
    await connection.execute(
        THROTTLE.update()
        .where(c.throttle_key == key, c.failures > 0)
        .values(failures=c.failures - 1, blocked_until=now)
    )


async def forget_old(connection: AsyncConnection, now: datetime) -> None:
    """Forget failures that are a day old; not while somebody signs in, for it locks ranges of rows."""
    await connection.execute(delete(THROTTLE).where(THROTTLE.c.failed_at < now - FORGOTTEN_AFTER))


async def forget(connection: AsyncConnection, key: str) -> None:
    """Forget the failures of an account after a complete sign-in; those of the address stay."""
    await connection.execute(delete(THROTTLE).where(THROTTLE.c.throttle_key == key))


def delay(failures: int, free: int) -> timedelta:
    """Return how long to wait after a number of failures: doubled each time, up to a quarter of an hour."""
    if failures < free:
        return timedelta(0)
    doublings: int = min(failures - free, 20)
    return min(MAX_DELAY, FIRST_DELAY * (1 << doublings))
