"""Recovery of the club's changes: who may still change something, and whose record is followed."""

from collections.abc import Awaitable, Callable, Collection

from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.clock import Clock
from foundation.storage.database import Database
from subgraphs.club_kit.domain.accounts import Account, ineligible_reason
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.kit.mutations.intents import Intent
from subgraphs.kit.mutations.recovery import Follow, StillAllowed

Compare = Callable[[Intent, Account], Awaitable[object]]


def allowed_while_eligible(
    reference: ReferenceRepository, clock: Clock, always: Collection[str] = ()
) -> StillAllowed:
    """Return a function that tells whether a change may still be sent.

    Args:
        reference: The accounts and brands of the block's database.
        clock: Product time, by which breaks and exclusions end.
        always: The operations that excluded customers may make, too.
    """

    async def still_allowed(connection: AsyncConnection, intent: Intent) -> bool:
        if intent.operation in always:
            return True
        owner = intent.owner
        at = await clock.at(connection)
        account = (await reference.accounts_in_force(connection, [owner], at)).get(owner)
        brand = (await reference.brands(connection, [owner.brand])).get(owner.brand)
        if account is None or brand is None:
            return False
        schemes = (await reference.schemes(connection, [owner.brand]))[owner.brand]
        products = {
            scheme.qualifying_product
            for scheme in schemes
            if (scheme.jurisdiction, scheme.currency) == (account.jurisdiction, account.currency)
        }
        if not products.isdisjoint(account.on_break):
            return False
        return ineligible_reason(account, brand, currencies={account.currency}) is None

    return still_allowed


def following(database: Database, reference: ReferenceRepository, clock: Clock, compare: Compare) -> Follow:
    """Return a function that compares the record of an intent's customer, whose account is known."""

    async def follow(intent: Intent) -> None:
        async with database.read() as connection:
            at = await clock.at(connection)
            accounts = await reference.accounts_in_force(connection, [intent.owner], at)
            account = accounts.get(intent.owner)
        if account:
            await compare(intent, account)

    return follow
