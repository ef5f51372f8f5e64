"""What the club's subgraphs have stored of customers' current weeks, for live updates."""

from collections.abc import Awaitable, Callable, Sequence

from foundation.storage.clock import Clock
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.club_kit.reads.brand_rules import BrandRules
from subgraphs.kit.live.rereading import ReadStates
from subgraphs.kit.live.watches import owner_of
from subgraphs.kit.reads.stale_cache import StaleCache


def states_of_weeks(
    load: Callable[[ClubKey], Awaitable[object]], rules: StaleCache[BrandRules], clock: Clock
) -> ReadStates:
    """Return a reader of what a subgraph has stored of watched customers' clubs in the current week.

    Args:
        load: Starts to read the data of a club.
        rules: The rules of brands, which have their weeks.
        clock: The product's clock.
    """

    async def read(watched: Sequence[bytes]) -> list[object]:
        now = clock.now()
        pending: list[Awaitable[object] | None] = []
        for owner in map(owner_of, watched):
            known = None if owner is None else await rules.get(owner.brand)
            if owner is None or known is None:
                pending.append(None)
                continue
            pending.append(load(ClubKey(owner.brand, known.week_at(now).iso, owner.customer)))
        return [None if state is None else await state for state in pending]

    return read
