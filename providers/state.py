"""The state of an adapter, kept outside its process: a seam with two implementations."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from foundation.valkey import ValkeyClient

SECONDS: Final = 5.0
"""How long Valkey may take for an answer: a whole state is some megabytes."""


class StateAway(Exception):
    """The state can neither be read nor written now."""


class StateStore(Protocol):
    """Keeps the entries of one adapter. Each call is done wholly, or not at all.

    An update counts only on top of what this very store replaced: after a loss, or once another process has
    replaced the entries, it changes nothing. Otherwise a part would be taken for the whole.
    """

    async def load(self) -> Mapping[str, bytes]:
        """Return all entries; none if nothing was kept.

        Raises:
            StateAway: The state cannot be read.
        """

    async def replace(self, entries: Mapping[str, bytes]) -> None:
        """Keep these entries and no others.

        Raises:
            StateAway: The state cannot be written.
        """

    async def update(self, changed: Mapping[str, bytes], removed: frozenset[str]) -> bool:
        """Change some entries; return False, with nothing changed, if what was replaced is no longer there.

        Raises:
            StateAway: The state cannot be written.
        """

    async def close(self) -> None:
        """Close the connections."""


@dataclass(slots=True)
class Shelf:
    """What memory keeps of an adapter; it ends with the process."""

    entries: dict[str, bytes] = field(default_factory=dict)
    writer: str = ""


@dataclass(slots=True)
class MemoryState:
    """Keeps entries in this process: after its end, the provider is asked for everything."""

    shelf: Shelf = field(default_factory=Shelf)
    _writer: str = field(default_factory=lambda: uuid.uuid4().hex)

    async def load(self) -> Mapping[str, bytes]:
        """Return all entries."""
        return dict(self.shelf.entries)

    async def replace(self, entries: Mapping[str, bytes]) -> None:
        """Keep these entries and no others."""
        self.shelf.entries, self.shelf.writer = dict(entries), self._writer

    async def update(self, changed: Mapping[str, bytes], removed: frozenset[str]) -> bool:
        """Change some entries, if they are those of this store."""
        if self.shelf.writer != self._writer:
            return False
        self.shelf.entries.update(changed)
        for name in removed:
            self.shelf.entries.pop(name, None)
        return True

    async def close(self) -> None:
        """Do nothing: the shelf stays."""


_WRITER: Final = b"\x00writer"
"""The field with the writer's id; no entry has such a name."""

_UPDATE: Final = """
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
local changed = tonumber(ARGV[3])
for at = 4, 3 + 2 * changed, 2 do redis.call('HSET', KEYS[1], ARGV[at], ARGV[at + 1]) end
for at = 4 + 2 * changed, #ARGV do redis.call('HDEL', KEYS[1], ARGV[at]) end
return 1
"""


class ValkeyState:
    """Keeps entries in a hash of Valkey or Redis, which may lose them at any time."""

    def __init__(self, client: ValkeyClient, adapter: str) -> None:
        self._client, self._key = client, f"furlong:provider:{adapter}"
        self._writer = uuid.uuid4().hex

    @classmethod
    def at(cls, url: str, adapter: str) -> ValkeyState:
        """Return the state of an adapter on a server, such as `redis://127.0.0.1:6379/0`."""
        from foundation.valkey import ValkeyClient  # noqa: PLC0415 - only where Valkey is configured

        return cls(ValkeyClient.at(url, SECONDS), adapter)

    async def load(self) -> Mapping[str, bytes]:
        """Return all entries."""
        entries = await self._ask("HGETALL", self._key)
        pairs = (
            entries.items() if isinstance(entries, dict) else zip(entries[::2], entries[1::2], strict=True)
        )
        return {name.decode(): value for name, value in pairs if name != _WRITER}

    async def replace(self, entries: Mapping[str, bytes]) -> None:
        """Keep these entries and no others."""
        pairs = [part for pair in entries.items() for part in pair]

        async def call() -> None:
            async with self._client.redis.pipeline(transaction=True) as pipeline:
                pipeline.delete(self._key)
                pipeline.execute_command("HSET", self._key, _WRITER, self._writer, *pairs)
                await pipeline.execute()

        await self._guarded(call)

    async def update(self, changed: Mapping[str, bytes], removed: frozenset[str]) -> bool:
        """Change some entries, if they are those of this store."""
        pairs = [part for pair in changed.items() for part in pair]
        arguments = (_WRITER, self._writer, len(changed), *pairs, *removed)
        return bool(await self._ask("EVAL", _UPDATE, 1, self._key, *arguments))

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _ask(self, *command: Any) -> Any:
        redis: Any = self._client.redis  # its method has no types
        return await self._guarded(lambda: redis.execute_command(*command))

    async def _guarded(self, call: Callable[[], Awaitable[Any]]) -> Any:
        from foundation.valkey import ValkeyAway  # noqa: PLC0415 - as above

        try:
            return await self._client.ask(call)
        except ValkeyAway as fault:
            raise StateAway(f"Valkey does not answer: {fault}") from fault
