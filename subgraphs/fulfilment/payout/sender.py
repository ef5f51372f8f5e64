"""Pays one reward: written down, sent, and what came of it written down; a crash anywhere costs nothing.

    leased ─▶ begun ─▶ sending ─▶ answered ─▶ settling ─▶ settled

Before the provider is called, "sent" is on record; who finds that on record asks the provider first. All
attempts are made under one key, and only who holds the newest lease writes.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.fulfilment.payout.unit_of_work import Desk
from subgraphs.fulfilment.providers.provider import PAID, Answer, Verdict
from subgraphs.fulfilment.providers.registry import Registered
from subgraphs.fulfilment.repository import Fulfilment
from subgraphs.fulfilment.state.state_machine import PERHAPS_SENT, UNSENT, FulfilmentState

log = structlog.get_logger(__name__)
SETTLING_ATTEMPTS, SETTLING_PAUSE_SECONDS = 4, 0.1
Step = Callable[[str], None]
"""Is told of each step as it is reached."""


def unwatched(_step: str) -> None:
    """Nobody is told."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Has rewards paid whose provider is known."""

    desk: Desk
    on_step: Step

    async def begin(self, registered: Registered, leased: Sequence[Fulfilment]) -> list[Fulfilment]:
        """Writes down that rewards are sent, in one transaction.

        Returns:
            How those stood before that are to be sent now.
        """
        async with self.desk.writing(leased[0]) as connection:
            cleared = await self.desk.cleared(connection, leased)
            first_time = [one for one in cleared if one.state in UNSENT]
            doubtful = await self.desk.perhaps_sent_before(connection, first_time, registered.config)
            begun = [
                one for one in cleared if one.club not in doubtful and await self.desk.sent(connection, one)
            ]
        self.on_step("begun")
        return begun

    async def finish(self, registered: Registered, begun: Fulfilment) -> None:
        """Sends a reward, or finds out what became of it, and writes that down."""
        answer = await self._ask(registered, begun)
        self.on_step("answered")
        await self._settle_surely(registered, begun, answer)
        self.on_step("settled")

    async def _ask(self, registered: Registered, begun: Fulfilment) -> Answer:
        if begun.sent_at is not None:
            self.on_step("inquiring")
            answer = await registered.provider.inquire(begun.credit)
            if answer.verdict is not Verdict.ABSENT:
                return answer
            if self.desk.clock.now() - begun.sent_at >= timedelta(hours=registered.config.key_hours):
                # The provider may have forgotten the key: sent again, it could credit a second time.
                return Answer(Verdict.REFUSED, code="KEY_WINDOW_PASSED")
        if not self._lease_covers(registered, begun):
            return Answer(Verdict.UNKNOWN, code="LEASE_TOO_SHORT")
        self.on_step("sending")
        return await registered.provider.credit(begun.credit)

    async def _settle_surely(self, registered: Registered, begun: Fulfilment, answer: Answer) -> None:
        """Writes down what came of it, again where the database had another transaction in the way.

        Even a commit of which nobody knows may be repeated: what is settled is not settled twice.
        """
        for attempt in range(1, SETTLING_ATTEMPTS):
            try:
                await self._settle(registered, begun, answer)
            except DBAPIError as fault:
                log.warning("a reward is settled again", key=begun.key, fault=repr(fault.orig))
                await asyncio.sleep(SETTLING_PAUSE_SECONDS * attempt)
            else:
                return
        await self._settle(registered, begun, answer)

    async def _settle(self, registered: Registered, begun: Fulfilment, answer: Answer) -> None:
        """Writes down what came of it; nothing, where somebody else has taken over meanwhile."""
        async with self.desk.writing(begun) as connection:
            one = await self.desk.held(connection, begun)
            if one is None:
                return
            await self.desk.note(connection, one, "credit", answer)
            if one.state in PERHAPS_SENT:
                await self._apply(connection, registered, one, answer)
            self.on_step("settling")

    async def _apply(
        self, connection: AsyncConnection, registered: Registered, one: Fulfilment, answer: Answer
    ) -> None:
        desk, code = self.desk, answer.code or answer.verdict.name
        match answer.verdict:
            case verdict if verdict in PAID:
                await desk.credited(connection, registered.config, one, answer)
            case _ if one.state is not FulfilmentState.FULFILLING:
                await desk.wait(connection, one, desk.clock.now(), one.reason)  # it is cancelled next
            case Verdict.MISMATCH:
                await desk.doubt(connection, one, code)
                await desk.alarms.stop(connection, registered.config.name, code)
            case Verdict.DENIED:
                await desk.again(connection, one, code)
                await desk.alarms.stop(connection, registered.config.name, f"credentials refused: {code}")
            case Verdict.REFUSED | Verdict.CANCELLED | Verdict.CONFLICT:
                await desk.doubt(connection, one, code)
            case _:
                await desk.again(connection, one, code)

    def _lease_covers(self, registered: Registered, begun: Fulfilment) -> bool:
        """Whether the call will surely end while nobody else may have the reward."""
        reserve = timedelta(seconds=registered.config.longest_credit_seconds)
        return begun.leased_until is not None and self.desk.clock.machine.now() + reserve < begun.leased_until
