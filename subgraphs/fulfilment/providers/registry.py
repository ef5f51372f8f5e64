"""The configured providers by name, and which of them pays which credit."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from storage.clock import Clock
from subgraphs.fulfilment.providers.bonus_provider import BonusProvider
from subgraphs.fulfilment.providers.games import GAMES
from subgraphs.fulfilment.providers.provider import Provider
from subgraphs.fulfilment.providers.provider_client import ProviderClient, Sign, open_client
from subgraphs.fulfilment.providers.settings import FulfilmentSettings, ProviderConfig
from subgraphs.fulfilment.providers.signing import Signer
from subgraphs.fulfilment.providers.sportsbook import SPORTSBOOK
from subgraphs.fulfilment.providers.wallet import WalletProvider, response_check
from subgraphs.fulfilment.state.reward import Credit
from subgraphs.kit.mutations.circuit_breaker import Breaker


@dataclass(frozen=True, slots=True)
class RegisteredProvider:
    """A provider with its configuration.

    Attributes:
        signer: Signs and checks messages with the provider's secret; it also checks the provider's callbacks.
    """

    config: ProviderConfig
    provider: Provider
    breaker: Breaker
    signer: Signer


class ProviderRegistry:
    """All providers, in the order of the configuration."""

    def __init__(self, registered: Iterable[RegisteredProvider]) -> None:
        self._by_name = {one.config.name: one for one in registered}

    @classmethod
    def open(cls, settings: FulfilmentSettings, clock: Clock) -> "ProviderRegistry":
        """Return the configured providers, without connecting to them.

        Raises:
            subgraphs.fulfilment.errors.ProviderConfigError: the configuration cannot be used.
        """
        return cls.of(settings.read_providers(), settings, clock)

    @classmethod
    def of(
        cls, configs: Iterable[ProviderConfig], settings: FulfilmentSettings, clock: Clock
    ) -> "ProviderRegistry":
        """Return the providers of configurations."""
        return cls(
            _register(config, settings.secrets[config.secret].get_secret_value().encode(), clock)
            for config in configs
        )

    def __iter__(self) -> Iterator[RegisteredProvider]:
        return iter(self._by_name.values())

    def find(self, name: str | None) -> RegisteredProvider | None:
        """Return the provider of a name."""
        return self._by_name.get(name) if name is not None else None

    def provider_for(self, credit: Credit) -> RegisteredProvider | None:
        """Return the first provider that pays a credit; None if no provider does."""
        return next((one for one in self._by_name.values() if one.config.pays(credit)), None)

    async def close(self) -> None:
        """Close all connections."""
        for registered in self._by_name.values():
            await registered.provider.close()


def _register(config: ProviderConfig, secret: bytes, clock: Clock) -> RegisteredProvider:
    breaker = Breaker(config.breaker_failures, config.breaker_rest_seconds)
    signer, http = Signer(secret), open_client(config)
    if config.adapter == "wallet":
        client = ProviderClient(config, http, breaker, _signed(signer, clock), response_check(signer))
        return RegisteredProvider(config, WalletProvider(client), breaker, signer)
    bearer = {"Authorization": f"Bearer {secret.decode()}"}
    client = ProviderClient(config, http, breaker, lambda *_: bearer)
    bonus = BonusProvider(client, SPORTSBOOK if config.adapter == "sportsbook" else GAMES)
    return RegisteredProvider(config, bonus, breaker, signer)


def _signed(signer: Signer, clock: Clock) -> Sign:
    machine = clock.machine  # providers compare the timestamp with their own clock
    return lambda method, target, body: signer.sign_request(method, target, body, machine.now())
