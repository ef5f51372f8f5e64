"""People's decisions: about a reward in review, a version of a reward, or a provider."""

from dataclasses import dataclass
from typing import Final, NamedTuple

from subgraphs.fulfilment.errors import InvalidDecision
from subgraphs.fulfilment.payout.unit_of_work import UnitOfWork
from subgraphs.fulfilment.state.fulfilment import Attempt, Fulfilment
from subgraphs.fulfilment.state.reasons import ERASED, HELD
from subgraphs.fulfilment.state.state_machine import FulfilmentEvent, FulfilmentState

BATCH: Final = 100


class RewardVersion(NamedTuple):
    """One version of a brand's reward."""

    brand: str
    reward_id: str
    version: int


@dataclass(frozen=True, slots=True)
class Decisions:
    """Carries out decisions, and records who took them."""

    uow: UnitOfWork

    async def retry(self, key: str, person: str, revision: int | None = None) -> None:
        """Send a reward again, under the same key.

        Args:
            key: The reward's.
            person: Who decides.
            revision: The revision that the person has seen; None decides about any.

        Raises:
            InvalidDecision: It is not in review, the reward to send is unknown, or its revision is another.
        """
        async with self.uow.database.write() as connection:
            now = await self.uow.clock.at(connection)
            uow, reward = await self.uow.owning(connection, key)
            fulfilment = require_sendable(reward)
            if revision not in {None, fulfilment.revision}:
                raise InvalidDecision("it has changed since the decision")
            await uow.lifecycle.transition(
                connection, fulfilment, FulfilmentEvent.RETRIED, now, attempts=0, reason=None, next_at=now
            )
            await self.uow.lifecycle.record_attempt(
                connection, fulfilment, now, step="decision", outcome="retry", detail=person
            )

    async def retry_all(self, reason: str, person: str) -> int:
        """Send all rewards again that are in review for a reason, each under its own key; return how many."""
        sent = 0
        while True:
            async with self.uow.database.read() as connection:
                found = [
                    fulfilment
                    for uow in self.uow.each_origin()
                    for fulfilment in await uow.lifecycle.repository.in_review_for(connection, reason, BATCH)
                ]
            if not found:
                return sent
            for fulfilment in found:
                await self.retry(fulfilment.key, person)
                sent += 1

    async def credited(self, key: str, person: str, reference: str) -> None:
        """Record, on a person's word, that the customer has the reward.

        Raises:
            InvalidDecision: It is not in review.
        """
        async with self.uow.database.write() as connection:
            now = await self.uow.clock.at(connection)
            uow, reward = await self.uow.owning(connection, key)
            fulfilment = require_in_review(reward)
            await uow.lifecycle.transition(
                connection,
                fulfilment,
                FulfilmentEvent.CREDITED,
                now,
                credited_at=now,
                reference=reference[:128],
                reason=None,
                next_at=None,
            )
            detail = f"{person}: {reference}"
            await self.uow.lifecycle.record_attempt(
                connection, fulfilment, now, step="decision", outcome="credited", detail=detail
            )

    async def hold(self, version: RewardVersion, person: str) -> int:
        """Send all unsent rewards of a version to review, and return how many.

        Rewards that a provider may be crediting at this moment are not held: stop the provider first.
        """
        held = 0
        for uow in self.uow.each_origin():
            while batch := await _hold_batch(uow, version, person):
                held += batch
        return held

    async def resume(self, provider: str, person: str) -> None:
        """Resume a provider that an alarm or a person had stopped."""
        async with self.uow.database.write() as connection:
            now = await self.uow.clock.at(connection)
            await self.uow.provider_holds.resume(connection, provider)
            decision = Attempt(f"provider:{provider}"[:64], now, "decision", "resume", person)
            await self.uow.lifecycle.repository.record_attempt(connection, decision)

    async def stop(self, provider: str, person: str, reason: str) -> None:
        """Stop a provider: its rewards wait."""
        async with self.uow.database.write() as connection:
            await self.uow.provider_holds.stop(connection, provider, f"{person}: {reason}")


async def _hold_batch(uow: UnitOfWork, version: RewardVersion, person: str) -> int:
    async with uow.database.write() as connection:
        unsent = await uow.lifecycle.repository.unsent_of_version(connection, *version, BATCH)
        now = await uow.clock.at(connection)
        for fulfilment in unsent:
            await uow.send_to_review(connection, fulfilment, HELD)
            await uow.lifecycle.record_attempt(
                connection, fulfilment, now, step="decision", outcome="hold", detail=person
            )
    return len(unsent)


def require_sendable(fulfilment: Fulfilment | None) -> Fulfilment:
    """Return a reward that can be sent again.

    Raises:
        InvalidDecision: It is not in review, or there is nothing to send.
    """
    reviewed = require_in_review(fulfilment)
    if reviewed.reason == ERASED:
        raise InvalidDecision("its customer was erased: record what the provider says, with `credited`")
    if reviewed.reward is None:
        raise InvalidDecision("there is no reward to send: see its reason")
    return reviewed


def require_in_review(fulfilment: Fulfilment | None) -> Fulfilment:
    """Return a reward in review.

    Raises:
        InvalidDecision: There is none, or it is in another state.
    """
    if fulfilment is None:
        raise InvalidDecision("there is no such reward")
    if fulfilment.state is not FulfilmentState.REVIEW:
        raise InvalidDecision(f"the reward is {fulfilment.state.value}, not in review")
    return fulfilment
