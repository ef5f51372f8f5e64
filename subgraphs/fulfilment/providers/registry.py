"""The providers by name, built from their configuration, and which of them pays what."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from storage.clock import Clock
from subgraphs.fulfilment.providers.bonus_provider import BonusProvider
from subgraphs.fulfilment.providers.games import GAMES
from subgraphs.fulfilment.providers.provider import Provider
from subgraphs.fulfilment.providers.provider_client import Line, Sign, open_client
from subgraphs.fulfilment.providers.settings import FulfilmentSettings, ProviderConfig
from subgraphs.fulfilment.providers.signing import Signer
from subgraphs.fulfilment.providers.sportsbook import SPORTSBOOK
from subgraphs.fulfilment.providers.wallet import WalletProvider, answer_check
from subgraphs.fulfilment.state.reward import Credit
from subgraphs.kit.mutations.circuit_breaker import Breaker


@dataclass(frozen=True, slots=True)
class Registered:
    """A provider with its configuration.

    Attributes:
        signer: signs and checks with its secret; its callbacks are checked by it.
    """

    config: ProviderConfig
    provider: Provider
    breaker: Breaker
    signer: Signer


class Registry:
    """All providers, in the order of the configuration."""

    def __init__(self, registered: Iterable[Registered]) -> None:
        self._by_name = {one.config.name: one for one in registered}

    @classmethod
    def open(cls, settings: FulfilmentSettings, clock: Clock) -> "Registry":
        """The configured providers; nothing is connected yet.

        Raises:
            ProviderConfigError: the configuration cannot be used.
        """
        return cls.of(settings.read_providers(), settings, clock)

    @classmethod
    def of(cls, configs: Iterable[ProviderConfig], settings: FulfilmentSettings, clock: Clock) -> "Registry":
        """The providers of configurations."""
        return cls(
            _register(config, settings.secrets[config.secret].get_secret_value().encode(), clock)
            for config in configs
        )

    def __iter__(self) -> Iterator[Registered]:
        return iter(self._by_name.values())

    def find(self, name: str | None) -> Registered | None:
        """A provider by its name."""
        return self._by_name.get(name) if name is not None else None

    def payer(self, credit: Credit) -> Registered | None:
        """The first provider that pays a credit; None where nobody does."""
        return next((one for one in self._by_name.values() if one.config.pays(credit)), None)

    async def close(self) -> None:
        """Closes all connections."""
        for one in self._by_name.values():
            await one.provider.close()


def _register(config: ProviderConfig, secret: bytes, clock: Clock) -> Registered:
    breaker = Breaker(config.breaker_failures, config.breaker_rest_seconds)
    signer, client = Signer(secret), open_client(config)
    if config.adapter == "wallet":
        wallet = Line(config, client, breaker, _signed(signer, clock), answer_check(signer))
        return Registered(config, WalletProvider(wallet), breaker, signer)
    bearer = {"Authorization": f"Bearer {secret.decode()}"}
    form = SPORTSBOOK if config.adapter == "sportsbook" else GAMES
    bonus = BonusProvider(Line(config, client, breaker, lambda *_: bearer), form)
    return Registered(config, bonus, breaker, signer)


def _signed(signer: Signer, clock: Clock) -> Sign:
    machine = clock.machine  # providers check it against their own
    return lambda method, target, body: signer.request(method, target, body, machine.now())
