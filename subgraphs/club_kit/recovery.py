"""Recovery of the club's changes: who may still change something, and whose record is followed."""

from collections.abc import Awaitable, Callable, Collection

from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.database import Database
from subgraphs.club_kit.domain.accounts import Account, ineligible_reason
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.kit.mutations.intents import Intent
from subgraphs.kit.mutations.recovery import Follow, StillAllowed

Compare = Callable[[Intent, Account], Awaitable[object]]


def allowed_while_eligible(reference: ReferenceRepository, always: Collection[str] = ()) -> StillAllowed:
    """Return a function that tells whether a change may still be sent.

    Args:
        reference: The accounts and brands of the block's database.
        always: The operations that excluded customers may make, too.
    """

    async def still_allowed(connection: AsyncConnection, intent: Intent) -> bool:
        if intent.operation in always:
            return True
        owner = intent.owner
        account = (await reference.accounts(connection, [owner])).get(owner)
        brand = (await reference.brands(connection, [owner.brand])).get(owner.brand)
        if account is None or brand is None:
            return False
        return ineligible_reason(account, brand, currencies={account.currency}) is None

    return still_allowed


def following(database: Database, reference: ReferenceRepository, compare: Compare) -> Follow:
    """Return a function that compares the record of an intent's customer, whose account is known."""

    async def follow(intent: Intent) -> None:
        async with database.read() as connection:
            account = (await reference.accounts(connection, [intent.owner])).get(intent.owner)
        if account:
            await compare(intent, account)

    return follow
