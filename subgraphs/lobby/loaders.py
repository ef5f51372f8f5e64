"""The context of a request to the lobby: who asks, from where, and what their brand shows there."""

from typing import Final, NamedTuple

from foundation.storage.clock import Clock
from subgraphs.club_kit.context import RulesContext
from subgraphs.club_kit.domain.accounts import Account
from subgraphs.club_kit.domain.schemes import Brand
from subgraphs.kit.auth import Viewer
from subgraphs.kit.graphql.context import choose_locale
from subgraphs.kit.reads.stale_cache import StaleCache
from subgraphs.lobby.catalogue.catalogue import EMPTY, Catalogue
from subgraphs.lobby.catalogue.games import Place
from subgraphs.lobby.catalogue.lobbies import Group, Section
from subgraphs.lobby.catalogue.reader import PLATFORM
from subgraphs.lobby.catalogue.views import LobbyView, LobbyViews
from subgraphs.lobby.launching import Launcher

ANY_DEVICE: Final = None


class Visitor(NamedTuple):
    """Who asks.

    Attributes:
        viewer, account: The customer; None for an anonymous visitor.
        locale: One of the brand's languages.
    """

    brand: Brand
    viewer: Viewer | None
    account: Account | None
    place: Place
    locale: str


class LobbyContext(RulesContext, kw_only=True, eq=False):
    """The context of one request.

    Attributes:
        catalogues: The games, in memory.
        views: The games as brands show them.
        launcher: Opens games.
        machine: The clock by which addresses of games end.
    """

    catalogues: StaleCache[Catalogue]
    views: LobbyViews
    launcher: Launcher
    machine: Clock

    async def catalogue(self) -> Catalogue:
        """Return the games as they are now."""
        fresh = self.catalogues.get_fresh(PLATFORM, self.identity.now)
        return fresh or await self.catalogues.get(PLATFORM) or EMPTY

    async def visitor(self, brand: str) -> Visitor:
        """Return who asks, and where they are.

        A customer is where the account says. Anybody else is where the request comes from; if that is not
        known, at the home of the brand.

        Raises:
            UnknownBrand: The brand has not been loaded.
            Forbidden: The session is another brand's.
        """
        viewer, territory = self.of_brand(brand), self.territory
        known = (await self.rules(brand)).brand
        account = None if viewer is None else await self.account(viewer.owner, known)
        where = (territory or known.default_jurisdiction) if account is None else account.jurisdiction
        place = Place(where if where in known.jurisdictions else None, territory)
        return Visitor(known, viewer, account, place, self.locale(known))

    async def view(self, visitor: Visitor, device: str | None = ANY_DEVICE) -> LobbyView:
        """Return the lobby as the brand shows it to a visitor on a device."""
        catalogue = await self.catalogue()
        return self.views.of(catalogue, visitor.brand.id, visitor.place, device, self.now)

    def name(self, of: Section | Group, brand: Brand) -> str:
        """Return the name of something in the visitor's language, or else in the brand's."""
        names = of.names
        if not names:
            return of.id
        usual = choose_locale(brand.default_locale, tuple(names), next(iter(names)))
        return names[choose_locale(self.identity.accept_language, tuple(names), usual)]
