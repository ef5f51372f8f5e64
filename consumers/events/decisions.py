"""What events apply of the global topic: what people decided about offers, and the boards of brands."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.messages.global_events.event_states import BoardState, MatchState
from consumers.messages.global_events.reducer import Decision, GlobalReducer
from foundation.storage.clock import Clock
from subgraphs.events.matching.offers import OfferKey
from subgraphs.events.models import GLOBAL_STATE
from subgraphs.events.records.catalogue_version import raise_version
from subgraphs.events.records.matches import decide, match_sports
from subgraphs.kit.records.global_state import GlobalKind, GlobalStateRepository

_IS_SAME: Final = {"same": True, "different": False, "open": None}


@dataclass(frozen=True, slots=True)
class EventDecisions:
    """Applies decisions."""

    clock: Clock

    @property
    def reducer(self) -> GlobalReducer:
        """Return the reducer of the global topic."""
        return GlobalReducer(
            GlobalStateRepository(GLOBAL_STATE), {GlobalKind.MATCH: self.match, GlobalKind.BOARD: self.board}
        )

    async def match(self, connection: AsyncConnection, decision: Decision[MatchState]) -> None:
        """Join two offers, separate them, or forget what was decided; their sports are matched again."""
        state = decision.state
        version = await raise_version(connection)
        sports = await decide(
            connection,
            OfferKey(state.first.provider, state.first.sports_event_id),
            OfferKey(state.second.provider, state.second.sports_event_id),
            is_same=_IS_SAME[state.verdict],
            aliases=state.aliases,
            at=decision.decided_at,
        )
        await match_sports(connection, sports, self.clock.now(), version)

    async def board(self, connection: AsyncConnection, _: Decision[BoardState]) -> None:
        """Let readers see that a board has changed, which is stored with its message."""
        await raise_version(connection)
