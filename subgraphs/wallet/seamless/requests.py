"""Sends what the journal says is due of a reservation, one request after the other, until one is in doubt."""

from dataclasses import dataclass

from subgraphs.wallet.seamless.bets import Bet
from subgraphs.wallet.seamless.journal import Journal
from subgraphs.wallet.seamless.operator_client import OperatorClient
from subgraphs.wallet.seamless.transitions import Step


@dataclass(frozen=True, slots=True)
class OperatorRequests:
    """The requests to one operator.

    Attributes:
        operator: Who is asked.
        journal: What is written before each request, and after its answer.
    """

    operator: OperatorClient
    journal: Journal

    async def finish(self, reservation: str, settlement: str = "") -> bool:
        """Send all that is due of a reservation; return whether all of it is done.

        Args:
            reservation: Whose requests.
            settlement: The settlement whose win is sent first, if it is due.
        """
        while True:
            step = await self.journal.claim(reservation, self.operator.lease, settlement)
            if step is None:
                return True
            _, is_decided = await self.send(step)
            if not is_decided:
                return False

    async def send(self, step: Step) -> tuple[Bet, bool]:
        """Send one request that is this process's.

        Returns:
            How its reservation stands then, and whether the answer has decided the request.
        """
        answer = await self.operator.send(step)
        return await self.journal.record(step, answer), answer.is_done or answer.why is not None
