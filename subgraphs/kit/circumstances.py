"""What a club week is judged by: the brand's rules and the customer's account, loaded in batches."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection
from strawberry.dataloader import DataLoader

from subgraphs.kit.accounts import Account
from subgraphs.kit.database import Database
from subgraphs.kit.loading import loader_by_owner, loader_of_brands, nothing
from subgraphs.kit.owners import Owner
from subgraphs.kit.reference import ReferenceRepository
from subgraphs.kit.schemes import Brand, Scheme, scheme_of_week
from subgraphs.kit.weeks import Week, week_at, week_named


@dataclass(frozen=True, slots=True)
class BrandRules:
    """A brand and all its schemes."""

    brand: Brand
    schemes: tuple[Scheme, ...]

    def week_at(self, instant: datetime) -> Week:
        """The brand's week that an instant lies in."""
        return week_at(instant, self.brand.time_zone)

    def week_named(self, iso: str) -> Week:
        """The brand's week of a name such as `2026-W13`.

        Raises:
            BadInput: no such week.
        """
        return week_named(iso, self.brand.time_zone)

    def scheme(self, jurisdiction: str, currency: str, week: Week) -> Scheme | None:
        """The scheme that customers of a jurisdiction and currency play a week by."""
        served = (s for s in self.schemes if (s.jurisdiction, s.currency) == (jurisdiction, currency))
        return scheme_of_week(served, week)

    def default_scheme(self, week: Week) -> Scheme:
        """What the club looks like to a customer for whom there is no scheme of their own."""
        brand = self.brand
        chosen = self.scheme(brand.default_jurisdiction, brand.default_currency, week)
        found = chosen or scheme_of_week(self.schemes, week)
        if found is None:  # a brand arrives with its first scheme, in one message
            raise LookupError(f"brand {brand.id} has no scheme")
        return found


class ReferenceLoaders:
    """Loads rules by brand and accounts by customer; one SELECT a table, however many are asked for."""

    def __init__(self, database: Database, repository: ReferenceRepository) -> None:
        async def rules(connection: AsyncConnection, brands: list[str]) -> dict[str, BrandRules]:
            known = await repository.brands(connection, brands)
            schemes = await repository.schemes(connection, list(known))
            return {name: BrandRules(brand, tuple(schemes[name])) for name, brand in known.items()}

        self.rules: DataLoader[str, BrandRules | None] = loader_of_brands(database, rules, nothing)
        self.accounts: DataLoader[Owner, Account | None] = loader_by_owner(
            database, repository.accounts, nothing
        )
