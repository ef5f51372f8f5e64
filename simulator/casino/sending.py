"""Tells the wallet of wins and rollbacks until it answers, also after the simulator was killed."""

import asyncio
from dataclasses import dataclass, field
from typing import Final

from foundation.storage.clock import Clock
from simulator.casino.records import Message
from simulator.casino.store import Store
from simulator.casino.wallet_client import WalletAnswer, WalletClient

MAX_PAUSE_SECONDS: Final = 60.0
MAX_DOUBLINGS: Final = 10
"""After how many attempts the pauses grow no more."""


@dataclass(slots=True)
class Sender:
    """Sends a provider's messages.

    Attributes:
        first_pause_seconds: How long after the first attempt a message is sent again.
    """

    provider: str
    store: Store
    wallet: WalletClient
    clock: Clock
    first_pause_seconds: float
    _sending: set[str] = field(default_factory=set)

    async def send_due(self) -> None:
        """Send what is due."""
        now = self.clock.now().timestamp()
        await asyncio.gather(*(self.send(message) for message in self.store.due_messages(self.provider, now)))

    async def send(self, message: Message) -> WalletAnswer | None:
        """Send a message now, unless that is being done; return the wallet's answer."""
        if message.id in self._sending:
            return None
        self._sending.add(message.id)
        try:
            answer = await self.wallet.ask(message.path, message.body)
        finally:
            self._sending.discard(message.id)
        status = "" if answer is None else answer.status
        with self.store.transaction():
            is_over = answer is not None and answer.is_final
            self.store.attempted(message, None if is_over else self._next(message), status)
        return answer

    def _next(self, message: Message) -> float:
        pause = self.first_pause_seconds * 2.0 ** min(message.attempts, MAX_DOUBLINGS)
        return self.clock.now().timestamp() + min(pause, MAX_PAUSE_SECONDS)
