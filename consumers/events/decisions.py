"""What events apply of the global topic: what people decided about offers."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from consumers.messages.global_events.reducer import Decision, GlobalReducer
from consumers.messages.global_events.states import MatchState
from foundation.storage.clock import Clock
from subgraphs.events.matching.offers import OfferKey
from subgraphs.events.models import GLOBAL_STATE
from subgraphs.events.records.catalogue_version import raise_version
from subgraphs.events.records.matches import decide, match_sports
from subgraphs.kit.records.global_state import GlobalKind, GlobalStateRepository

_IS_SAME: Final = {"same": True, "different": False, "open": None}


@dataclass(frozen=True, slots=True)
class MatchDecisions:
    """Applies decisions about offers; the events of their sports are matched again."""

    clock: Clock

    @property
    def reducer(self) -> GlobalReducer:
        """Return the reducer of the global topic."""
        return GlobalReducer(GlobalStateRepository(GLOBAL_STATE), {GlobalKind.MATCH: self.match})

    async def match(self, connection: AsyncConnection, decision: Decision[MatchState]) -> None:
        """Join two offers, separate them, or forget what was decided about them."""
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
