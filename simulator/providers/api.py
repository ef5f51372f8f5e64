"""What the simulated API of a provider declares, and the accounts that wallets have."""

from collections.abc import Callable
from dataclasses import dataclass, field

from fastapi import FastAPI

from simulator.providers.handler import ProviderHandler
from simulator.world import World, load_world
from subgraphs.club_kit.domain.reward_kinds.kind import Payer


@dataclass(frozen=True, slots=True)
class WalletAccounts:
    """The wallet's accounts: one for every customer, in the currency that the world says, with exceptions.

    Attributes:
        world: The brands and customers with their currencies.
        currency: The currency of the customers of brands that the world does not have.
        missing: Customers without an account.
        in_currency: The currency of accounts in another one, by customer.
    """

    world: World = field(default_factory=load_world)
    currency: str = "GBP"
    missing: frozenset[str] = frozenset()
    in_currency: dict[str, str] = field(default_factory=dict)

    def currency_of(self, brand: str, customer: str) -> str | None:
        """Return the currency of a customer's account; None if there is no account."""
        if customer in self.missing:
            return None
        known = self.world.brand(brand)
        default = self.currency if known is None else known.currency_of(customer)
        return self.in_currency.get(customer, default)


@dataclass(frozen=True, slots=True)
class SimulatedApi:
    """The API of a provider.

    Attributes:
        payer: The sort of company that has it.
        create: Returns the application, from what answers its requests, the secret, and the accounts. Call
            `handler.faults.hanging.release()` before its server is stopped.
    """

    payer: Payer
    create: Callable[[ProviderHandler, str, WalletAccounts], FastAPI]
