"""What the club's resolvers know of their request, and read."""

from dataclasses import dataclass

from subgraphs.club.membership import MembershipEvent
from subgraphs.club.service import ClubService
from subgraphs.club.view import ClubView
from subgraphs.kit.batching import Answer
from subgraphs.kit.circumstances import Circumstances
from subgraphs.kit.context import RequestContext, Visit
from subgraphs.kit.owners import Owner
from subgraphs.kit.points import PointReader
from subgraphs.kit.weeks import Week


@dataclass(frozen=True, slots=True)
class ClubReads:
    """What is read of customers, for all requests together."""

    events: PointReader[Owner, tuple[MembershipEvent, ...]]
    pending: PointReader[Owner, bool]


class ClubContext(RequestContext):
    """What the club's resolvers know of their request."""

    def __init__(
        self, visit: Visit, circumstances: Circumstances, reads: ClubReads, service: ClubService
    ) -> None:
        super().__init__(visit, circumstances)
        self.service = service
        self._reads = reads

    def events(self, owner: Owner) -> Answer[Owner, tuple[MembershipEvent, ...]]:
        """A customer's membership events, oldest first."""
        return self.read(self._reads.events, owner)

    def pending(self, owner: Owner) -> Answer[Owner, bool]:
        """Whether a customer has a change under way."""
        return self.read(self._reads.pending, owner)

    async def view(self, owner: Owner, week: Week | None = None) -> ClubView:
        """A customer's club, in the current week or another.

        Raises:
            UnknownBrand: the brand has not been loaded.
        """
        account = self.account(owner)
        if "membership" in self.visit.fields:  # what it needs is read at the same time
            self.events(owner)
            self.pending(owner)
        rules = await self.rules(owner.brand)
        return ClubView.of(owner, rules, await account, week or rules.week_at(self.now), self.now)


@dataclass(frozen=True, slots=True)
class ContextFactory:
    """Makes the context of each request from what all requests share."""

    circumstances: Circumstances
    reads: ClubReads
    service: ClubService

    def __call__(self, visit: Visit) -> ClubContext:
        """The context of one request."""
        return ClubContext(visit, self.circumstances, self.reads, self.service)
