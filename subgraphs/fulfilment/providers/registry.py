"""The configured providers by name, and which of them pays which credit; they change while workers run."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from foundation.signatures import FixedKeys
from foundation.storage.clock import Clock
from subgraphs.fulfilment.errors import ProviderConfigError
from subgraphs.fulfilment.providers.adapter import Authentication
from subgraphs.fulfilment.providers.provider import Provider
from subgraphs.fulfilment.providers.provider_client import (
    CallRecord,
    ProviderClient,
    Sign,
    open_client,
    response_check,
)
from subgraphs.fulfilment.providers.settings import FulfilmentSettings, ProviderConfig
from subgraphs.fulfilment.providers.signing import Signer
from subgraphs.fulfilment.state.reward import Credit
from subgraphs.kit.money_over_http.http_credits import AUDIENCE
from subgraphs.kit.mutations.circuit_breaker import Breaker
from subgraphs.kit.signed_endpoint import keys_of_secret, signed_headers, signer_of


@dataclass(frozen=True, slots=True)
class RegisteredProvider:
    """A provider with its configuration.

    Attributes:
        signer: Signs and checks messages with the provider's secret; it also checks the provider's callbacks.
        secret: The value, to find out whether another one has replaced it.
    """

    config: ProviderConfig
    provider: Provider
    breaker: Breaker
    signer: Signer
    calls: CallRecord
    secret: bytes

    def __repr__(self) -> str:
        """Return the name alone: a log must not hold the secret."""
        return f"RegisteredProvider({self.config.name})"


class ProviderRegistry:
    """All providers, in the order of their positions.

    A provider that is replaced finishes the calls that have begun, and is closed then.
    """

    def __init__(self, registered: Iterable[RegisteredProvider] = ()) -> None:
        self._by_name = {provider.config.name: provider for provider in registered}
        self._uses: Counter[int] = Counter()
        self._replaced: list[RegisteredProvider] = []

    @classmethod
    def of(
        cls, configs: Iterable[ProviderConfig], settings: FulfilmentSettings, clock: Clock
    ) -> "ProviderRegistry":
        """Return the providers of configurations, without connecting to them.

        Raises:
            subgraphs.fulfilment.errors.ProviderConfigError: A secret is missing.
        """
        return cls(register(config, settings.secret_of(config), clock) for config in configs)

    def __iter__(self) -> Iterator[RegisteredProvider]:
        return iter(sorted(self._by_name.values(), key=lambda provider: provider.config.position))

    def find(self, name: str | None) -> RegisteredProvider | None:
        """Return the provider of a name; None if there is none."""
        return self._by_name.get(name) if name is not None else None

    def provider_for(self, credit: Credit) -> RegisteredProvider | None:
        """Return the first provider that pays a credit; None if no provider does."""
        return next((provider for provider in self if provider.config.pays(credit)), None)

    def add(self, registered: RegisteredProvider) -> None:
        """Add a provider, or replace the one of its name, which still finishes the calls that have begun."""
        before = self._by_name.get(registered.config.name)
        self._by_name[registered.config.name] = registered
        if before is not None:
            self._replaced.append(before)

    async def put(self, registered: RegisteredProvider) -> None:
        """Add a provider, and close those that were replaced and are not used any more."""
        self.add(registered)
        await self._close_unused()

    @asynccontextmanager
    async def using(self, registered: RegisteredProvider) -> AsyncIterator[None]:
        """Keep a provider open for the duration of the block."""
        self._uses[id(registered)] += 1
        try:
            yield
        finally:
            self._uses[id(registered)] -= 1
            await self._close_unused()

    async def close(self) -> None:
        """Close all connections."""
        for registered in (*self._by_name.values(), *self._replaced):
            await registered.provider.close()
        self._replaced.clear()

    async def _close_unused(self) -> None:
        unused = [provider for provider in self._replaced if not self._uses[id(provider)]]
        self._replaced = [provider for provider in self._replaced if self._uses[id(provider)]]
        for registered in unused:
            del self._uses[id(registered)]
            await registered.provider.close()


def register(config: ProviderConfig, secret: bytes, clock: Clock) -> RegisteredProvider:
    """Return a provider with its configuration, without connecting to it.

    Raises:
        subgraphs.fulfilment.errors.ProviderConfigError: The secret is not what the adapter needs.
    """
    adapter, endpoint = config.adapter.declaration, config.endpoint
    breaker = Breaker(config.breaker_failures, config.breaker_rest_seconds)
    signer, http, calls = Signer(secret), open_client(endpoint), CallRecord(clock.machine.now)
    client = partial(ProviderClient, endpoint, http, breaker)
    match adapter.authentication:
        case Authentication.BEARER:
            bearer = {"Authorization": f"Bearer {secret.decode()}"}
            connected = client(lambda *_: bearer, calls)
        case Authentication.HMAC:
            connected = client(_signed(signer, clock), calls, response_check(signer))
        case Authentication.SIGNATURES:
            connected = client(_signatures(config, secret), calls)
    return RegisteredProvider(config, adapter.create(connected), breaker, signer, calls, secret)


def _signed(signer: Signer, clock: Clock) -> Sign:
    machine = clock.machine  # providers compare the timestamp with their own clock
    return lambda method, target, body: signer.sign_request(method, target, body, machine.now())


def _signatures(config: ProviderConfig, secret: bytes) -> Sign:
    address = urlsplit(config.url)
    try:
        keys = FixedKeys(keys_of_secret(secret))
    except ValueError as error:
        raise ProviderConfigError(f"{config.name} cannot use the secret {config.secret!r}: {error}") from None
    if keys().signing is None:
        raise ProviderConfigError(f"{config.name} cannot sign with {config.secret!r}: its keys are public")

    def sign(_method: str, target: str, body: bytes) -> Mapping[str, str]:
        return signed_headers(signer_of(keys, AUDIENCE, address.netloc, target), body)

    return sign
