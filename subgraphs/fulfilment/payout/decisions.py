"""What a person decides about a reward in review, or a provider that was stopped."""

from dataclasses import dataclass
from typing import Final, NamedTuple

from subgraphs.fulfilment.erasure import ERASED
from subgraphs.fulfilment.payout.unit_of_work import Desk
from subgraphs.fulfilment.repository import Attempt, Fulfilment
from subgraphs.fulfilment.state.state_machine import FulfilmentEvent, FulfilmentState

AT_ONCE: Final = 100


class CannotDecide(Exception):
    """The decision does not fit the reward."""


class RewardVersion(NamedTuple):
    """One version of a brand's reward."""

    brand: str
    reward_id: str
    version: int


@dataclass(frozen=True, slots=True)
class Decisions:
    """Carries out a person's decisions, and keeps a record of who took them."""

    desk: Desk

    async def retry(self, key: str, person: str) -> None:
        """Lets a reward be sent again, under the same key.

        Raises:
            CannotDecide: it is not in review, or nobody knows what to send.
        """
        now = self.desk.clock.now()
        async with self.desk.database.home.write() as connection:
            one = _in_review(await self.desk.ledger.repository.by_key(connection, key))
            if one.reason == ERASED:
                raise CannotDecide("its customer was erased: record what the provider says, with `credited`")
            if one.reward is None:
                raise CannotDecide("there is no reward to send: see its reason")
            await self.desk.ledger.move(
                connection, one, FulfilmentEvent.RETRIED, now, attempts=0, reason=None, next_at=now
            )
            await self.desk.ledger.note(connection, one, now, step="decision", outcome="retry", detail=person)

    async def retry_all(self, reason: str, person: str) -> int:
        """Let all rewards that are in review for a reason be sent; returns how many.

        Each is sent under its own key, as by `retry`.
        """
        sent = 0
        while True:
            async with self.desk.database.home.read() as connection:
                found = await self.desk.ledger.repository.in_review_for(connection, reason, AT_ONCE)
            if not found:
                return sent
            for one in found:
                await self.retry(one.key, person)
                sent += 1

    async def credited(self, key: str, person: str, reference: str) -> None:
        """Takes a person's word that the reward is with the customer.

        Raises:
            CannotDecide: it is not in review.
        """
        now = self.desk.clock.now()
        async with self.desk.database.home.write() as connection:
            one = _in_review(await self.desk.ledger.repository.by_key(connection, key))
            await self.desk.ledger.move(
                connection,
                one,
                FulfilmentEvent.CREDITED,
                now,
                credited_at=now,
                reference=reference[:128],
                reason=None,
                next_at=None,
            )
            await self.desk.ledger.note(
                connection, one, now, step="decision", outcome="credited", detail=f"{person}: {reference}"
            )

    async def hold(self, version: RewardVersion, person: str) -> int:
        """Keeps what was not sent yet of a version of a reward for review; returns of how many customers.

        Rewards that a provider is perhaps crediting at this moment go on: stop the provider first.
        """
        held = 0
        while some := await self._hold_some(version, person):
            held += some
        return held

    async def _hold_some(self, version: RewardVersion, person: str) -> int:
        now = self.desk.clock.now()
        async with self.desk.database.home.write() as connection:
            found = await self.desk.ledger.repository.unsent(connection, *version, AT_ONCE)
            for one in found:
                await self.desk.doubt(connection, one, "HELD")
                await self.desk.ledger.note(
                    connection, one, now, step="decision", outcome="hold", detail=person
                )
        return len(found)

    async def resume(self, provider: str, person: str) -> None:
        """Lets a provider go on that an alarm had stopped."""
        now = self.desk.clock.now()
        async with self.desk.database.home.write() as connection:
            await self.desk.alarms.resume(connection, provider)
            note = Attempt(f"provider:{provider}"[:64], now, "decision", "resume", person)
            await self.desk.ledger.repository.note(connection, note)

    async def stop(self, provider: str, person: str, reason: str) -> None:
        """Stops a provider: what is meant for it waits."""
        async with self.desk.database.home.write() as connection:
            await self.desk.alarms.stop(connection, provider, f"{person}: {reason}")


def _in_review(one: Fulfilment | None) -> Fulfilment:
    if one is None:
        raise CannotDecide("there is no such reward")
    if one.state is not FulfilmentState.REVIEW:
        raise CannotDecide(f"it is {one.state.value}, not in review")
    return one
