"""Learns that a credited reward was used or has expired: by asking the provider, or by being told."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from subgraphs.fulfilment.payout.unit_of_work import Desk
from subgraphs.fulfilment.providers.provider import Verdict
from subgraphs.fulfilment.providers.registry import Registered
from subgraphs.fulfilment.repository import Fulfilment
from subgraphs.fulfilment.state.state_machine import FulfilmentState

ENDED = {Verdict.USED: FulfilmentState.USED, Verdict.EXPIRED: FulfilmentState.EXPIRED}


class Heard(Enum):
    """What was made of a provider's call."""

    TAKEN = "taken"
    KNOWN = "known already"
    TOO_EARLY = "not credited yet: tell it again later"
    CONTRADICTED = "it had ended in another way"
    UNKNOWN_KEY = "no such key"


@dataclass(frozen=True, slots=True)
class Watcher:
    """Follows rewards after their credit."""

    desk: Desk

    async def ask(self, registered: Registered, leased: Fulfilment) -> None:
        """Asks whether a reward has ended; if not, it is asked again later."""
        answer = await registered.provider.inquire(leased.credit)
        async with self.desk.writing(leased) as connection:
            one = await self.desk.held(connection, leased)
            if one is None or one.state is not FulfilmentState.CREDITED:
                return
            if answer.verdict in ENDED:
                await self.desk.ended(connection, one, answer.verdict, answer.ended_at)
                return
            now = self.desk.clock.now()
            next_poll = self.desk.backoff.next_poll(registered.config, one.expires_at, now)
            await self.desk.wait(connection, one, next_poll, one.reason)

    async def hear(self, provider: str, key: str, verdict: Verdict, at: datetime) -> Heard:
        """Takes in what a provider tells of a key by itself; twice told is once told."""
        async with self.desk.database.home.write() as connection:
            one = await self.desk.ledger.repository.by_key(connection, key)
            if one is None or one.provider != provider:
                return Heard.UNKNOWN_KEY
            if one.state is ENDED[verdict]:
                return Heard.KNOWN
            if one.state in ENDED.values():
                return Heard.CONTRADICTED
            if one.state is not FulfilmentState.CREDITED:
                return Heard.TOO_EARLY
            await self.desk.ended(connection, one, verdict, at)
            return Heard.TAKEN
