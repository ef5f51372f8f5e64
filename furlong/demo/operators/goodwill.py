"""Gives the demo's brands a goodwill budget, by two people, as an operator's risk team would."""

from datetime import timedelta
from typing import Final

from backoffice.access import Actor, Role
from backoffice.approvals import repository as proposals
from backoffice.base import Base
from backoffice.identity import users
from backoffice.support.area import SupportArea
from backoffice.support.goodwill import repository
from backoffice.support.goodwill.budget import EVERY_WEEK, GoodwillBudgetKey, GoodwillLimits
from subgraphs.kit.domain.keys import ALL_BRANDS

LIMITS: Final = GoodwillLimits(amount_minor=50_000, customer_minor=2_000, agent_minor=20_000)
SUPPORT: Final = Actor(
    "os:demo", "demo", "The demo", "demo", "local", {ALL_BRANDS: frozenset({Role.SUPPORT})}
)
RISK: Final = ("risk@demo.example", "risk-2@demo.example")


async def set_goodwill_budgets(base: Base) -> None:
    """Set a budget for each brand and currency that never had one, and close the base."""
    parts = SupportArea(base)
    try:
        raises, approves = [await _actor(base, user) for user in RISK]
        for brand in await parts.customers.brands(SUPPORT):
            async with base.database.read() as connection:
                known = {one.key.currency for one in await repository.set_budgets(connection, brand.id)}
            for currency in sorted(set(brand.currencies) - known):
                key = GoodwillBudgetKey(brand.id, currency, EVERY_WEEK)
                proposal = await parts.goodwill_budgets.set(raises, key, LIMITS, "the demo's budget")
                if proposal is not None:
                    await _approve(base, approves, proposal)
    finally:
        await parts.close()
        await base.database.close()


async def _actor(base: Base, login: str) -> Actor:
    """Return somebody of risk who has just stepped up."""
    async with base.database.read() as connection:
        found = await users.with_login(connection, login)
    if found is None:
        raise LookupError(f"the demo has no account {login}")
    until = base.clock.machine.now() + timedelta(minutes=1)
    roles = {ALL_BRANDS: frozenset({Role.RISK})}
    return Actor(found.user_id, found.person, found.name, "demo", "local", roles, stepped_up_until=until)


async def _approve(base: Base, actor: Actor, proposal_id: str) -> None:
    async with base.database.read() as connection:
        found = await proposals.find(connection, proposal_id)
    if found is not None:
        await base.approvals.approve(actor, found.proposal_id, found.content_hash, base.clock.machine.now())
