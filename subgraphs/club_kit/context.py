"""The request context of the club's subgraphs: brands' rules and customers' accounts."""

from subgraphs.club_kit.domain.accounts import Account, unknown_account
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.club_kit.domain.schemes import Brand
from subgraphs.club_kit.reads.brand_rules import BrandRules, SharedReads
from subgraphs.kit.domain.errors import BadInput, Forbidden, UnknownBrand
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.graphql.context import RequestContext, choose_locale


class RulesContext(RequestContext, kw_only=True, eq=False):
    """The base of the contexts of the club's subgraphs.

    Attributes:
        shared: Brand rules and lookups that all requests of the subgraph share.
    """

    shared: SharedReads

    async def rules(self, brand: str) -> BrandRules:
        """Return the rules of a brand.

        Raises:
            UnknownBrand: The brand has not been loaded.
        """
        cache = self.shared.rules
        rules = cache.get_fresh(brand, self.identity.now) or await cache.get(brand)
        if rules is None:
            raise UnknownBrand(f"brand {brand} has not been loaded: see `furlong load`")
        return rules

    async def account(self, owner: Owner, brand: Brand) -> Account:
        """Read a customer's account as it counts now; without a message, that of an unknown customer."""
        known = await self.read(self.shared.accounts, owner)
        return known.account_at(unknown_account(brand), self.identity.now)

    def locale(self, brand: Brand) -> str:
        """Return the language of the response: the visitor's first choice among those the brand offers."""
        wanted = self.identity.accept_language
        return choose_locale(wanted, brand.locales, brand.default_locale) if wanted else brand.default_locale

    def owned(self, opaque_id: object) -> ClubKey:
        """Return the key of a club that belongs to the viewer.

        Raises:
            BadInput: Not the id of a club.
            Forbidden: It is another customer's club, or nobody is signed in.
        """
        if not isinstance(opaque_id, str):
            raise BadInput("a club is found by its id")
        key = ClubKey.decode(opaque_id)
        viewer = self.identity.viewer
        if viewer is None or viewer.customer != key.customer or viewer.brand != key.brand:
            raise Forbidden("this club belongs to another customer")
        return key
