"""Lock-out with growing delay, of those who guess and of nobody else.

A password is counted by login and network, whether or not the account exists, and by network; a code at
sign-in by account, because its password was right; what a session confirms later by the session alone, so
that nobody outside it can lock it out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.identity.models import THROTTLE
from backoffice.identity.secrets import Keys
from foundation.storage.columns import upsert

FREE: Final[Mapping[str, int]] = {"login": 5, "code": 5, "session": 5, "provider": 10, "network": 30}
"""How many failures have no consequence: behind one address there may be an office. `provider`: what an
OpenID provider is asked about."""

IPV6_NETWORK: Final = 64
"""One customer of a provider has that many leading bits of an IPv6 address, and all addresses below."""

FIRST_DELAY: Final = timedelta(seconds=2)
MAX_DELAY: Final = timedelta(minutes=15)
FORGOTTEN_AFTER: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What an attempt is counted by, under names from which nobody learns a login or an address.

    Attributes:
        network: Where it came from; None if the failures of others there do not matter.
    """

    key: str
    network: str | None

    @classmethod
    def by_login(cls, keys: Keys, login: str, address: str) -> "Attempt":
        """Return an attempt to sign in by password, by somebody who may be anybody."""
        network = network_of(address)
        return cls(keys.attempt_key("login", f"{login}\n{network}"), keys.attempt_key("network", network))

    @classmethod
    def by_code(cls, keys: Keys, user_id: str, address: str) -> "Attempt":
        """Return an attempt to give the second factor, by somebody who knew the password."""
        return cls(keys.attempt_key("code", user_id), keys.attempt_key("network", network_of(address)))

    @classmethod
    def by_session(cls, keys: Keys, session_id: str) -> "Attempt":
        """Return an attempt to confirm password or code again, by somebody who is signed in."""
        return cls(keys.attempt_key("session", session_id), None)

    @classmethod
    def at_provider(cls, keys: Keys, session_id: str, address: str) -> "Attempt":
        """Return what the identity provider is asked about, for a session or else from an address."""
        return cls(keys.attempt_key("provider", session_id or network_of(address)), None)


async def blocked_seconds(connection: AsyncConnection, keys: list[str], now: datetime) -> int:
    """Return for how many seconds more attempts under any of the keys are refused."""
    query = select(THROTTLE.c.blocked_until).where(THROTTLE.c.throttle_key.in_(keys))
    ends = (await connection.execute(query)).scalars().all()
    left = max((end - now for end in ends), default=timedelta(0))
    return max(0, -(-int(left.total_seconds() * 1000) // 1000))


async def count_failure(connection: AsyncConnection, key: str, now: datetime) -> None:
    """Count a failure under a key, and block it for longer each time."""
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


async def charge(connection: AsyncConnection, attempt: Attempt, now: datetime) -> int:
    """Count an attempt before its outcome is known, unless it is refused.

    The row of its key is locked first, so that of many attempts at once each sees those before.

    Returns:
        For how many seconds attempts are refused; 0 if this one was counted.
    """
    present = {"throttle_key": attempt.key, "failures": 0, "failed_at": now, "blocked_until": now}
    await connection.execute(upsert(connection.dialect.name, THROTTLE, [present], add=["failures"]))
    keys = [key for key in (attempt.key, attempt.network) if key is not None]
    seconds = await blocked_seconds(connection, keys, now)
    if not seconds:
        await count_failure(connection, attempt.key, now)
    return seconds


async def refund(connection: AsyncConnection, attempt: Attempt, now: datetime) -> None:
    """Undo a failure that was counted before the attempt succeeded."""
    c = THROTTLE.c
    await connection.execute(
        THROTTLE.update()
        .where(c.throttle_key == attempt.key, c.failures > 0)
        .values(failures=c.failures - 1, blocked_until=now)
    )


async def forget_old(connection: AsyncConnection, now: datetime) -> None:
    """Forget failures that are a day old; not while somebody signs in, for it locks ranges of rows."""
    await connection.execute(delete(THROTTLE).where(THROTTLE.c.failed_at < now - FORGOTTEN_AFTER))


async def forget(connection: AsyncConnection, *attempts: Attempt) -> None:
    """Forget failures before attempts that were right; those of the network stay."""
    keys = [attempt.key for attempt in attempts]
    await connection.execute(delete(THROTTLE).where(THROTTLE.c.throttle_key.in_(keys)))


def network_of(address: str) -> str:
    """Return what attempts from an address are counted by: itself, or the network of an IPv6 address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv4Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or ip_network((int(parsed), IPV6_NETWORK), strict=False))


def delay(failures: int, free: int) -> timedelta:
    """Return how long to wait after a number of failures: doubled each time, up to a quarter of an hour."""
    if failures < free:
        return timedelta(0)
    doublings: int = min(failures - free, 20)
    return min(MAX_DELAY, FIRST_DELAY * (1 << doublings))
