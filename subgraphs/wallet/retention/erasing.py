"""What an erasure does in the wallet beside the rules of its tables.

An exclusion or break that still runs stays under the customer's id until it ends: whoever returns has to be
stopped by it. Everything else that is kept is under the pseudonym, until its term is over.
"""

from typing import Final

from sqlalchemy import exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.cells.division import ByCustomer
from foundation.storage.columns import upsert
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.records.erasure import ErasedPerson
from subgraphs.kit.records.table_rules import erasure_rules
from subgraphs.wallet.limits.records import of_owner
from subgraphs.wallet.models import ERASED_CUSTOMER, LIMITS, OPERATORS, REFERENCE
from subgraphs.wallet.table_rules import TABLE_RULES

_KEPT: Final = tuple(
    rule
    for rule in erasure_rules([rule for rule in TABLE_RULES if isinstance(rule.rows, ByCustomer)])
    if rule.kept
)
"""The rules of tables whose rows name their customer, and are kept."""


async def note_term(connection: AsyncConnection, person: ErasedPerson) -> None:
    """Note where a customer was whose rows will be kept, and take the customer out of what is kept."""
    owner = person.owner
    is_known = or_(*(exists().where(rule.theirs(owner)) for rule in _KEPT))
    if not await connection.scalar(select(is_known)):
        return
    row = {
        "brand_id": owner.brand,
        "customer_id": person.pseudonym,
        "jurisdiction": await _jurisdiction(connection, person),
        "erased_at": person.at,
    }
    await connection.execute(upsert(connection.dialect.name, ERASED_CUSTOMER, [row]))
    change, check = LIMITS.change, LIMITS.check
    by_themselves = of_owner(change, owner), change.c.who == owner.customer
    await connection.execute(update(change).where(*by_themselves).values(who=person.pseudonym))
    await connection.execute(update(check).where(of_owner(check, owner)).values(finding=None))
    await _forget_at_operator(connection, owner)


async def _forget_at_operator(connection: AsyncConnection, owner: Owner) -> None:
    """Forget who the customer was at an operator, but where something is still to be sent there."""
    bet, win = OPERATORS.bet, OPERATORS.win
    due = win.c.next_at.is_not(None), win.c.reservation_id == bet.c.reservation_id
    is_done = bet.c.next_at.is_(None), ~exists().where(*due)
    await connection.execute(
        update(bet).where(of_owner(bet, owner), *is_done).values(operator_user="", token="")
    )


async def _jurisdiction(connection: AsyncConnection, person: ErasedPerson) -> str:
    """Return where a customer was; without an account message, what the brand assumes."""
    account, brand = REFERENCE.account, REFERENCE.brand
    query = select(account.c.jurisdiction).where(of_owner(account, person.owner))
    found: str | None = await connection.scalar(query)
    if found is None:
        assumed = select(brand.c.default_jurisdiction).where(brand.c.brand_id == person.owner.brand)
        found = await connection.scalar(assumed)
    return found or ""
