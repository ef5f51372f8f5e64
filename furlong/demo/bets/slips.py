"""The bet-slips that pages send, and what is answered."""

from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from simulator.kafka.messages import Leg
from subgraphs.kit.domain.graph_ids import MAX_ID, GraphId

MAX_STAKE_MINOR: Final = 100_000_00


class Body(BaseModel):
    """A body of the demo's routes, with names as JavaScript writes them."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


class PlacedSlip(Body):
    """A bet-slip to place.

    Attributes:
        odds_milli: The odds as the customer saw them.
        selection_id: What is bet on, by its id in the graph; without it, the odds are taken as they are.
        bet_id: Made by the page; a slip that comes again under it is the same bet of the customer.
        free_bet: The id of the credit in the wallet that pays the stake; "" for the customer's own money.
    """

    stake_minor: Annotated[int, Field(ge=1, le=MAX_STAKE_MINOR, strict=True)]
    odds_milli: Annotated[int, Field(ge=1001, le=1_000_000, strict=True)]
    bet_type: Literal["single", "multiple", "system"]
    selection_id: Annotated[str, Field(max_length=MAX_ID)] | None = None
    bet_id: UUID | None = None
    free_bet: Annotated[str, Field(max_length=64)] = ""

    @property
    def legs(self) -> tuple[Leg, ...]:
        """Return what the bet is on: its selection by the platform's own id, if the slip has one."""
        if self.selection_id is None:
            return ()
        return (Leg(GraphId.parse(self.selection_id).own, self.odds_milli),)


class TakenOdds(Body):
    """Odds in thousandths, and as the customer writes them."""

    milli: int
    display: str


class Placed(Body):
    """The bet that a slip became.

    Attributes:
        odds: Those of a selection; never worse than the customer saw them.
        is_counting: Whether it is counted now; if not, the consumer has ended, and is being started again.
    """

    bet_id: str
    is_counting: bool = True
    odds: TakenOdds | None = None


class RefusedSlip(Body):
    """Why a slip is refused; `odds` are the present ones if those that were seen are no longer offered."""

    code: str
    detail: str
    odds: TakenOdds | None = None
