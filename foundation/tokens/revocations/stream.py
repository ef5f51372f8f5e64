"""The stream of revocations in Valkey: processes follow it, issuers and operators write it."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import orjson
import structlog

from foundation.token_settings import Revocations
from foundation.tokens.compact import read_object
from foundation.tokens.revocations.revocation_list import Mark, RevocationList

if TYPE_CHECKING:
    from redis.asyncio import Redis


log = structlog.get_logger(__name__)

BLOCK_SECONDS: Final = 1.0
ANSWER_SECONDS: Final = 2.0
PAUSE_SECONDS: Final = 1.0
CANCEL_SECONDS: Final = 0.1
BATCH: Final = 1_000
FIELD: Final = b"claims"
WARN_SECONDS: Final = 60.0

Entry: TypeAlias = tuple[bytes, Mapping[bytes, bytes]]


class RevocationFollower:
    """Keeps a list of revocations up to date in a background task.

    Args:
        settings: Where revocations are stored.
        kept_seconds: How long a revocation is remembered: longer than any token lives.
        now: Returns the time in seconds since the epoch.
        on_revoked: Called with new revocations.
        on_stale: Called when the list has not been read for too long.
    """

    def __init__(
        self,
        settings: Revocations,
        kept_seconds: float,
        now: Callable[[], float],
        *,
        on_revoked: Callable[[Iterable[Mark]], None],
        on_stale: Callable[[], None],
    ) -> None:
        self.list = RevocationList(settings.claims, kept_seconds, settings.most)
        self.read = self.failed = 0
        self._settings = settings
        self._kept_seconds = kept_seconds
        self._now = now
        self._on_revoked = on_revoked
        self._on_stale = on_stale
        self._last_id: bytes | None = None
        self._fresh_until = self._warn_at = 0.0
        self._task: asyncio.Task[None] | None = None
        self._first_read = asyncio.Event()

    @property
    def is_fresh(self) -> bool:
        """Whether the list was read recently, so that a token that is not in it is not revoked."""
        return self._now() < self._fresh_until

    async def start(self) -> None:
        """Follow the stream from now on; return when it has been read, or after a short wait."""
        self.keep_following()
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._first_read.wait()
        except TimeoutError:
            return

    def keep_following(self) -> None:
        """Begin to follow the stream, unless this was done before on this event loop."""
        running = asyncio.get_running_loop()
        if self._task is None or self._task.done() or self._task.get_loop() is not running:
            self._first_read = asyncio.Event()
            self._task = running.create_task(self._follow())

    async def close(self) -> None:
        """Stop."""
        task, self._task = self._task, None
        while task is not None and not task.done():
            # The client can swallow a cancellation while it checks whether a connection is still open.
            task.cancel()
            await asyncio.wait({task}, timeout=CANCEL_SECONDS)

    async def _follow(self) -> None:
        # Importing the client takes 0.1 s, and most processes do not need it.
        from redis.asyncio import Redis  # noqa: PLC0415
        from redis.asyncio.retry import Retry  # noqa: PLC0415
        from redis.backoff import NoBackoff  # noqa: PLC0415
        from redis.exceptions import RedisError  # noqa: PLC0415

        client = Redis.from_url(
            self._settings.url,
            socket_timeout=BLOCK_SECONDS + ANSWER_SECONDS,
            socket_connect_timeout=ANSWER_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        try:
            while True:
                try:
                    await self._read(client)
                except (RedisError, OSError, ValueError) as error:
                    self._note_failure(error)
                    await asyncio.sleep(PAUSE_SECONDS)
        finally:
            await client.aclose()

    async def _read(self, client: "Redis") -> None:
        """Read new entries; wait briefly if there are none."""
        if self._last_id is None:
            seconds, _ = await client.time()
            self._last_id = b"%d" % max(0, int((seconds - self._kept_seconds) * 1000))
        block = int(BLOCK_SECONDS * 1000) if self._first_read.is_set() else None
        answer = await client.xread({self._settings.stream: self._last_id}, count=BATCH, block=block)
        entries = _entries(answer)
        if entries:
            self._apply(entries)
        if len(entries) < BATCH:
            # Everything that was there has been read.
            self._fresh_until = self._now() + self._settings.away_seconds
            self._warn_at = 0.0
            self._first_read.set()

    def _apply(self, entries: Iterable[Entry]) -> None:
        marks = []
        for entry_id, fields in entries:
            self._last_id = entry_id
            mark = self.list.add(_claims(fields), int(entry_id.partition(b"-")[0]) / 1000)
            if mark is None:
                log.error("token_revocation_not_understood", id=entry_id.decode())
            else:
                self.read += 1
                marks.append(mark)
        self._on_revoked(marks)

    def _note_failure(self, error: Exception) -> None:
        self.failed += 1
        if not self.is_fresh:
            self._on_stale()
        if self._now() >= self._warn_at:
            self._warn_at = self._now() + WARN_SECONDS
            log.warning("token_revocations_not_read", error=type(error).__name__, is_stale=not self.is_fresh)


def _entries(answer: Any) -> list[Entry]:
    """Return the entries of the one stream that was read, in either version of the protocol."""
    if not answer:
        return []
    if isinstance(answer, dict):
        (batches,) = answer.values()
        return [entry for batch in batches for entry in batch]
    ((_, entries),) = answer
    return list(entries)


def _claims(fields: Mapping[bytes, bytes]) -> Mapping[str, Any]:
    try:
        return read_object(fields.get(FIELD, b""))
    except ValueError:
        return {}


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
