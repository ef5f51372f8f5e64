"""The configuration of providers: what they pay, their URLs, and their limits."""

from pathlib import Path
from typing import Final, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from subgraphs.club_kit.domain.reward_kinds.registry import RewardKind
from subgraphs.fulfilment.errors import ProviderConfigError
from subgraphs.fulfilment.providers.adapters import Adapter
from subgraphs.fulfilment.providers.provider_client import ProviderEndpoint
from subgraphs.fulfilment.state.reward import Credit
from subgraphs.kit.named_secrets import NamedSecrets

POSITION_STEP: Final = 10
"""The distance of neighbours in a file, so that another provider fits between them."""


class ProviderConfig(BaseModel):
    """One provider.

    Attributes:
        name: Stored with every credit; never give it to another provider.
        adapter: The kind of API that the provider has.
        position: The place in the order in which providers are asked; by default that in the file.
        url: Without user, password and query: credentials are the secret's.
        secret: The name of the provider's secret in FURLONG_FULFILMENT_SECRETS or in the folder of secrets.
        brands: The brands that the provider serves; all brands if empty.
        kinds: The kinds of reward that the provider pays.
        currencies: The currencies in which the provider pays; all currencies if empty.
        limit_minor: A reward worth more is not sent without a person's consent.
        in_flight: The largest number of concurrent calls.
        attempts: How often a request is sent, always under the same key.
        key_hours: How long the provider remembers a key; later nothing is sent under it any more.
        learns: How use and expiry become known: by polling, or by callbacks (and one poll after the expiry).
        poll_minutes: The interval between polls.
        enabled: If false, the provider's rewards wait.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z0-9-]{1,64}$")
    position: int = Field(default=0, ge=0, le=1_000_000)
    adapter: Adapter
    url: str = Field(pattern=r"^https?://[^\s/?#@]+(/[^\s?#@]*)?$", max_length=2000)
    secret: str
    brands: tuple[str, ...] = ()
    kinds: tuple[RewardKind, ...] = Field(min_length=1)
    currencies: tuple[str, ...] = ()
    limit_minor: int = Field(default=10_000, ge=0)
    in_flight: int = Field(default=8, ge=1, le=200)
    timeout_seconds: float = Field(default=1.5, gt=0, le=30)
    attempts: int = Field(default=3, ge=1, le=5)
    pause_seconds: float = Field(default=0.1, ge=0, le=5)
    breaker_failures: int = Field(default=5, ge=1)
    breaker_rest_seconds: float = Field(default=10.0, gt=0)
    key_hours: float = Field(default=24.0, gt=0)
    learns: Literal["poll", "callback"] = "poll"
    poll_minutes: float = Field(default=60.0, gt=0)
    enabled: bool = True

    @property
    def endpoint(self) -> ProviderEndpoint:
        """Where the provider is, and the limits of calls to it."""
        return ProviderEndpoint(
            name=self.name,
            url=self.url,
            in_flight=self.in_flight,
            timeout_seconds=self.timeout_seconds,
            attempts=self.attempts,
            pause_seconds=self.pause_seconds,
        )

    @property
    def longest_seconds(self) -> float:
        """The longest time that one request takes, with all attempts and the pauses between them."""
        pauses = sum(self.pause_seconds * (1 << attempt) for attempt in range(self.attempts - 1))
        return self.attempts * self.timeout_seconds + pauses

    @property
    def longest_credit_seconds(self) -> float:
        """The longest time that a credit takes: a wallet needs two requests."""
        return 2 * self.longest_seconds

    def pays(self, credit: Credit) -> bool:
        """Return whether this provider pays a credit when it is enabled."""
        return (
            credit.reward.kind in self.kinds
            and credit.club.brand in (self.brands or (credit.club.brand,))
            and credit.reward.currency in (self.currencies or (credit.reward.currency,))
        )


class ProviderFile(BaseModel):
    """The providers' file. The first provider that pays a reward is asked for it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    providers: tuple[ProviderConfig, ...]

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [provider.name for provider in self.providers]
        if len(set(names)) < len(names):
            raise ValueError("two providers have the same name")
        return self

    @property
    def in_order(self) -> tuple[ProviderConfig, ...]:
        """Return the providers, each with its place."""
        return tuple(
            provider
            if "position" in provider.model_fields_set
            else provider.model_copy(update={"position": at * POSITION_STEP})
            for at, provider in enumerate(self.providers, start=1)
        )


class FulfilmentSettings(BaseSettings):
    """Settings of the worker that pays rewards."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_FULFILMENT_")

    providers: Path | None = Field(
        default=None, description="A YAML file that lists the providers; see docs/fulfilment.md"
    )
    secrets: dict[str, SecretStr] = Field(
        default_factory=dict, description='The providers\' secrets by name, as JSON: {"wallet":"…"}'
    )
    secret_folder: Path | None = Field(
        default=None,
        description="A folder with a file for each secret of a provider that FURLONG_FULFILMENT_SECRETS does "
        "not have; the file's name is the secret's. A replaced file is read again within seconds",
    )
    other_cells: tuple[str, ...] = Field(
        default=(),
        description="In a cell, the URLs of the other cells' fulfilment workers as JSON, such as "
        '["http://10.0.1.5:8090"]: callbacks about their rewards are passed on to them',
    )
    lease_seconds: float = Field(
        default=60.0, gt=0, description="How long a worker's lease of a reward lasts"
    )
    poll_seconds: float = Field(default=1.0, gt=0, description="How often a worker looks for rewards to pay")
    batch: int = Field(default=50, ge=1, le=500, description="Rewards that a worker leases at a time")
    retry_seconds: float = Field(
        default=15.0,
        gt=0,
        description="First pause after a failed attempt; it doubles with each further attempt",
    )
    retry_limit_seconds: float = Field(default=900.0, gt=0, description="Longest pause between attempts")
    rounds: int = Field(default=20, ge=1, description="Attempts after which a person decides")

    def read_providers(self) -> tuple[ProviderConfig, ...]:
        """Return the providers of the file; none if no file is configured.

        Raises:
            ProviderConfigError: The file cannot be read or used, or a secret is missing.
        """
        providers = self.list_providers()
        self.check(providers)
        return providers

    def list_providers(self) -> tuple[ProviderConfig, ...]:
        """Return the providers of the file for those who only show them, and need no secrets.

        Raises:
            ProviderConfigError: The file cannot be read.
        """
        if self.providers is None:
            return ()
        try:
            text = self.providers.read_text(encoding="utf-8")
            return ProviderFile.model_validate(yaml.safe_load(text)).in_order
        except (OSError, yaml.YAMLError) as error:
            raise ProviderConfigError(f"{self.providers}: {error}") from error
        except ValidationError as error:
            raise ProviderConfigError(f"{self.providers}: {in_words(error)}") from None

    def check(self, providers: tuple[ProviderConfig, ...]) -> None:
        """Check providers against the other settings.

        Raises:
            ProviderConfigError: A secret is missing, or a call may outlast the lease.
        """
        for provider in providers:
            self.secret_of(provider)
            problem = self.lease_problem(provider)
            if problem is not None:
                raise ProviderConfigError(f"{provider.name}: {problem}")

    def secret_of(self, provider: ProviderConfig) -> bytes:
        """Return a provider's secret.

        Raises:
            ProviderConfigError: This node has no secret of the name.
        """
        secrets = NamedSecrets("FURLONG_FULFILMENT_SECRETS", self.secrets, self.secret_folder)
        secret = secrets.find(provider.secret)
        if secret is None:
            raise ProviderConfigError(
                f"{provider.name} needs the secret {provider.secret!r}: {secrets.places}"
            )
        return secret

    def lease_problem(self, provider: ProviderConfig) -> str | None:
        """Return why a worker's lease of a reward does not cover the provider's calls; None if it does."""
        # A worker may make an inquiry and then a credit under one lease.
        longest = provider.longest_seconds + provider.longest_credit_seconds
        if longest < self.lease_seconds:
            return None
        return (
            f"its calls may take {longest:.0f} s, "
            f"which FURLONG_FULFILMENT_LEASE_SECONDS={self.lease_seconds:.0f} does not cover"
        )


def in_words(error: ValidationError) -> str:
    """Return what is wrong, without the values: somebody may have put a secret there."""
    return "; ".join(
        f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors(include_input=False)
    )
