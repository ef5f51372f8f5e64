"""Finds customers of a brand by id, by the beginning of an id, or by a bet."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor, Permission, allows, brands_with, require
from backoffice.audit.subjects import customer_subject
from backoffice.errors import Invalid, NotFound, Problem
from backoffice.subgraph_databases import SubgraphDatabases
from backoffice.support.personal_data_access import PersonalDataAccess
from foundation.storage.cells.cell import customer_key, partition_of
from foundation.storage.clock import Clock
from subgraphs.club.membership.membership import MembershipState, fold
from subgraphs.club.membership.repository import MembershipRepository
from subgraphs.club.models import ACCOUNT_CHANGE, MEMBERSHIP_EVENT, REFERENCE
from subgraphs.club_kit.domain.accounts import Account, IneligibleReason, unknown_account
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.club_kit.domain.exclusions import account_in_force
from subgraphs.club_kit.domain.schemes import Brand, Scheme
from subgraphs.club_kit.domain.weeks import Week
from subgraphs.club_kit.reads.brand_rules import BrandRules, brand_rules
from subgraphs.club_kit.records.accounts import AccountChange, AccountHistory
from subgraphs.club_kit.records.reference import NamePage, ReferenceRepository
from subgraphs.kit.domain.errors import BadInput
from subgraphs.kit.domain.keys import ALL_BRANDS, Owner
from subgraphs.progress.repository import ProgressRepository, Total
from subgraphs.rewards.models import REWARD_CHOICE
from subgraphs.rewards.repository import ChoiceRepository

MAX_ID_LENGTH: Final = 128
PAST_WEEKS: Final = 4
"""So many weeks before the current one are shown."""

REFERENCES: Final = ReferenceRepository(REFERENCE)
CHOICES: Final = ChoiceRepository(REWARD_CHOICE)


@dataclass(frozen=True, slots=True)
class CustomerWeek:
    """A week of a customer.

    Attributes:
        scheme: The rules of that week for the customer; None if there are none.
        total: What their bets of that week count; None before the first.
        reward: The id of the reward that they chose, or get if they choose none; None without any.
        is_chosen: Whether the customer chose it.
    """

    week: Week
    scheme: Scheme | None
    total: Total | None
    reward: str | None
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class CustomerView:
    """A customer, as support sees them.

    Attributes:
        account: The newest revision of the account; None if none has arrived.
        present: The brand's current week, or the one that was asked for.
        past: The weeks before it, the latest first.
    """

    owner: Owner
    brand: Brand
    account: AccountChange | None
    membership: MembershipState
    ineligible: IneligibleReason | None
    present: CustomerWeek
    past: Sequence[CustomerWeek]


@dataclass(frozen=True, slots=True)
class Matches:
    """What a short text finds.

    Attributes:
        customers: The ids of customers that begin with it, by id.
        of_bet: Who placed the bet whose id it is; None if it is none.
    """

    customers: Sequence[str]
    of_bet: str | None


@dataclass(frozen=True, slots=True)
class Customers:
    """Finds customers, and records each look."""

    databases: SubgraphDatabases
    access: PersonalDataAccess
    clock: Clock

    async def brands(self, actor: Actor) -> list[Brand]:
        """Return the brands whose customers a person may look at."""
        mine = brands_with(actor, Permission.SUPPORT_READ)
        if not mine:
            require(actor, Permission.SUPPORT_READ, None)
        async with self.databases.club.read() as connection:
            known = await REFERENCES.all_brands(connection)
        return [brand for brand in known if ALL_BRANDS in mine or brand.id in mine]

    async def search(
        self, actor: Actor, brand: str, prefix: str, size: int, after: str | None
    ) -> Sequence[str]:
        """Return the ids of a brand's customers that begin with a text.

        Raises:
            Forbidden: The actor may not look at this brand's customers.
            Invalid: The search text is empty.
        """
        require(actor, Permission.SUPPORT_READ, brand)
        wanted = prefix.strip()
        if not wanted or len(wanted) > MAX_ID_LENGTH:
            raise Invalid([Problem("search", "Type the beginning of a customer's id.")])
        await self.access.record(actor, "search", brand, f"customers:{brand}:{wanted}")
        return await self._named(brand, NamePage(wanted, after or "", size))

    async def match(self, actor: Actor, brand: str, text: str, size: int) -> Matches:
        """Return up to `size` customers whose id begins with a text, and whose bet has it as its id.

        One access is recorded for both, also if nothing is found.

        Raises:
            Forbidden: The actor may not look at this brand's customers.
        """
        require(actor, Permission.SUPPORT_READ, brand)
        await self.access.record(actor, "search", brand, f"customers:{brand}:{text}")
        async with self.databases.progress.read() as connection:
            of_bet = await ProgressRepository().customer_of_bet(connection, brand, text)
        return Matches(await self._named(brand, NamePage(text, "", size)), of_bet)

    async def _named(self, brand: str, page: NamePage) -> list[str]:
        async with self.databases.club.read() as connection:
            known = await REFERENCES.accounts_named(connection, brand, page)
        async with self.databases.progress.read() as connection:
            betting = await ProgressRepository().customers_named(connection, brand, page)
        return sorted({*known, *betting})[: page.limit]

    async def of_bet(self, actor: Actor, brand: str, bet_id: str) -> CustomerView:
        """Return the customer who placed a bet.

        Raises:
            Forbidden: The actor may not look at this brand's customers.
            NotFound: The brand has no such bet.
        """
        require(actor, Permission.SUPPORT_READ, brand)
        wanted = bet_id.strip()
        await self.access.record(actor, "bet", brand, f"bet:{brand}:{wanted}")
        async with self.databases.progress.read() as connection:
            customer = await ProgressRepository().customer_of_bet(connection, brand, wanted)
        if customer is None:
            raise NotFound(f"{brand} has no bet {wanted[:64]!r}.")
        return await self.view(actor, Owner(brand, customer))

    async def view(self, actor: Actor, owner: Owner, iso_week: str | None = None) -> CustomerView:
        """Return a customer, with a week such as `2026-W13`; the current one by default.

        Raises:
            NotFound: There is none that the actor may look at.
            Invalid: There is no such week.
        """
        await self.require_known(actor, owner)
        async with self.databases.club.read() as connection:
            rules = await _rules(connection, owner.brand)
            changes = await AccountHistory(ACCOUNT_CHANGE).of_owners(connection, [owner])
            chosen = (await REFERENCES.exclusions(connection, [owner])).get(owner, ())
            events = await MembershipRepository(MEMBERSHIP_EVENT).events(connection, [owner])
        if rules is None:
            raise _no_customer()
        account = max(changes.get(owner, ()), key=lambda change: change.revision, default=None)
        now = self.clock.now()
        week = rules.week_at(now) if iso_week is None else _week_named(rules, iso_week)
        newest = account.account if account else unknown_account(rules.brand)
        in_force = account_in_force(newest, chosen, now)
        present, *past = await self._weeks(owner, rules, in_force, week)
        return CustomerView(
            owner=owner,
            brand=rules.brand,
            account=account,
            membership=fold(events.get(owner, [])),
            ineligible=rules.evaluate(in_force, week).ineligible,
            present=present,
            past=past,
        )

    async def _weeks(
        self, owner: Owner, rules: BrandRules, account: Account, week: Week
    ) -> list[CustomerWeek]:
        """Return a week of a customer and those before it, the latest first."""
        weeks = [week]
        while len(weeks) <= PAST_WEEKS:
            weeks.append(rules.week_before(weeks[-1]))
        keys = {one: ClubKey(owner.brand, one.iso, owner.customer) for one in weeks}
        async with self.databases.progress.read() as connection:
            totals = await ProgressRepository().totals(connection, keys.values())
        async with self.databases.rewards.read() as connection:
            choices = await CHOICES.choices(connection, keys.values())
        found = []
        for one, key in keys.items():
            scheme, choice = rules.evaluate(account, one).scheme, choices.get(key)
            default = scheme.default_reward_id if scheme else None
            reward = choice.reward_id if choice else default
            found.append(CustomerWeek(one, scheme, totals.get(key), reward, is_chosen=choice is not None))
        return found

    async def require_known(
        self, actor: Actor, owner: Owner, permission: Permission = Permission.SUPPORT_READ
    ) -> None:
        """Check that a customer exists and that a person may look at them, and record the look.

        Raises:
            NotFound: There is none that the actor may look at.
        """
        if not allows(actor, permission, owner.brand):
            raise _no_customer()
        await self.access.record(actor, "customer", owner.brand, customer_subject(owner))
        if not await self.exists(owner):
            raise self._unknown(owner)

    def _unknown(self, owner: Owner) -> NotFound:
        cell = self.databases.club.fence.cell
        if cell is None or cell.has(owner.brand, owner.customer):
            return _no_customer()
        partition = partition_of(customer_key(owner.brand, owner.customer), cell.of)
        return NotFound(
            f"This back office reads the databases of cell {cell.name}. The customer belongs to the cell "
            f"with partition {partition}: run `furlong customer` with that cell's settings."
        )

    async def rules_of(self, owner: Owner) -> tuple[BrandRules, Account]:
        """Return the rules of a customer's brand, and the account as it counts now.

        Raises:
            NotFound: There is no such brand.
        """
        async with self.databases.club.read() as connection:
            rules = await _rules(connection, owner.brand)
            at = await self.clock.at(connection)
            accounts = await REFERENCES.accounts_in_force(connection, [owner], at)
        if rules is None:
            raise _no_customer()
        return rules, accounts.get(owner) or unknown_account(rules.brand)

    async def require_brand(self, brand: str) -> None:
        """Check that a brand exists.

        Raises:
            NotFound: There is none of that id.
        """
        async with self.databases.club.read() as connection:
            if not await REFERENCES.brands(connection, [brand]):
                raise NotFound(f"There is no brand {brand[:64]!r}.")

    async def exists(self, owner: Owner) -> bool:
        """Return whether anything is known of a customer."""
        async with self.databases.club.read() as connection:
            if await REFERENCES.accounts(connection, [owner]):
                return True
            events = await MembershipRepository(MEMBERSHIP_EVENT).events(connection, [owner])
            if events.get(owner):
                return True
        async with self.databases.progress.read() as connection:
            customers = await ProgressRepository().customers_named(
                connection, owner.brand, NamePage(owner.customer, "", 1)
            )
        return customers == [owner.customer]


def owner_of(customer_id: str) -> Owner:
    """Return the customer of an id such as `northbet:c-1`.

    Raises:
        NotFound: It is not such an id.
    """
    brand, colon, customer = customer_id.partition(":")
    if not (brand and colon and customer):
        raise _no_customer()
    return Owner(brand, customer)


async def _rules(connection: AsyncConnection, brand: str) -> BrandRules | None:
    brands = await REFERENCES.brands(connection, [brand])
    return await brand_rules(connection, REFERENCES, brands[brand]) if brand in brands else None


def _week_named(rules: BrandRules, iso_week: str) -> Week:
    try:
        return rules.week_named(iso_week)
    except BadInput as error:
        raise Invalid([Problem("isoWeek", str(error))]) from error


def _no_customer() -> NotFound:
    return NotFound("There is no such customer.")
