"""Work that a block does in the background: round after round, in a process of its own."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from foundation.storage.clock import Clock
from foundation.storage.settings import DatabaseSettings
from subgraphs.kit.given_settings import GivenSettings
from subgraphs.kit.live.event_bus import CustomersChanged
from subgraphs.kit.neighbours import NOT_GIVEN, Neighbours


class WorkerParts(NamedTuple):
    """What a worker of a block is built from.

    Attributes:
        changed: Called with the keys of customers whose data a commit has changed; None if nobody follows.
        given: Settings of blocks that do not come from the environment.
        neighbours: Where blocks find one another.
    """

    database: DatabaseSettings
    clock: Clock
    changed: CustomersChanged | None = None
    given: GivenSettings = GivenSettings()
    neighbours: Neighbours = NOT_GIVEN


class Rounds(Protocol):
    """Work in rounds; several nodes may do it at the same time, and a round may end at any point."""

    async def round(self) -> Mapping[str, int]:
        """Do what is due now; return how many records still wait, by what they wait for.

        Raises:
            SQLAlchemyError: The database cannot be reached; the round is repeated.
            OSError: The same.
            ClockDiffers: This node's clock is wrong.
        """

    async def close(self) -> None:
        """Close all connections."""
