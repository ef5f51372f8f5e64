"""Batched reads of the club subgraph, made anew for every request."""

from strawberry.dataloader import DataLoader

from subgraphs.club.membership import MembershipEvent
from subgraphs.club.repository import MembershipRepository
from subgraphs.club.service import ClubService
from subgraphs.club.view import ClubView
from subgraphs.kit.circumstances import ReferenceLoaders
from subgraphs.kit.context import RequestContext, Visit
from subgraphs.kit.database import Database
from subgraphs.kit.intents import IntentRepository
from subgraphs.kit.loading import loader_by_owner
from subgraphs.kit.owners import Owner
from subgraphs.kit.reference import ReferenceRepository
from subgraphs.kit.weeks import Week


class MembershipLoaders:
    """Membership events and pending changes by customer."""

    def __init__(
        self, database: Database, memberships: MembershipRepository, intents: IntentRepository
    ) -> None:
        self.events: DataLoader[Owner, list[MembershipEvent]] = loader_by_owner(
            database, memberships.events, list
        )
        self.pending: DataLoader[Owner, bool] = loader_by_owner(database, intents.pending, bool)

    def forget(self) -> None:
        """Drops what was read, after a mutation has changed it."""
        self.events.clear_all()
        self.pending.clear_all()


class ClubContext(RequestContext):
    """What the club's resolvers know of their request."""

    def __init__(
        self, visit: Visit, reference: ReferenceLoaders, memberships: MembershipLoaders, service: ClubService
    ) -> None:
        super().__init__(visit, reference)
        self.memberships = memberships
        self.service = service

    async def view(self, owner: Owner, week: Week | None = None) -> ClubView:
        """A customer's club, in the current week or another.

        Raises:
            UnknownBrand: the brand has not been loaded.
        """
        rules = await self.rules(owner.brand)
        account = await self.reference.accounts.load(owner)
        return ClubView.of(owner, rules, account, week or rules.week_at(self.now), self.now)


class ContextFactory:
    """Makes the context of each request from what all requests share."""

    def __init__(
        self,
        database: Database,
        reference: ReferenceRepository,
        memberships: MembershipRepository,
        intents: IntentRepository,
        service: ClubService,
    ) -> None:
        self._database = database
        self._reference = reference
        self._memberships = memberships
        self._intents = intents
        self._service = service

    def __call__(self, visit: Visit) -> ClubContext:
        """The context of one request."""
        return ClubContext(
            visit,
            ReferenceLoaders(self._database, self._reference),
            MembershipLoaders(self._database, self._memberships, self._intents),
            self._service,
        )
