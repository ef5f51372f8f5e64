"""Providers as configuration: which there are, what they pay, how they are reached, and their limits."""

from pathlib import Path
from typing import Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from subgraphs.fulfilment.state.reward import Credit

Kind = Literal["free_bet", "bet_boost", "free_spins", "casino_bonus", "cash"]


class ProviderConfigError(ValueError):
    """The providers' file cannot be used; the message says where."""


class ProviderConfig(BaseModel):
    """One provider.

    Attributes:
        name: kept with each credit; never give it to another provider.
        adapter: which contract it speaks.
        secret: the name of its secret in FURLONG_FULFILMENT_SECRETS.
        brands: whom it serves; all where empty.
        kinds: what it pays.
        currencies: in which; all where empty.
        limit_minor: a reward worth more is not sent without a person's consent.
        in_flight: calls at a time.
        attempts: calls for one question, all under the same key.
        key_hours: for how long it knows a key again; later nothing is sent under it any more.
        learns: how we hear of use and expiry: by asking, or by being called (and asking once at the end).
        poll_minutes: how often it is asked.
        enabled: what is meant for it waits while it is not.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z0-9-]{1,64}$")
    adapter: Literal["sportsbook", "games", "wallet"]
    url: str = Field(pattern=r"^https?://[^\s]+$")
    secret: str
    brands: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = Field(min_length=1)
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
    def longest_seconds(self) -> float:
        """The longest that one question takes, with all its attempts and the pauses between them."""
        pauses = sum(self.pause_seconds * (1 << attempt) for attempt in range(self.attempts - 1))
        return self.attempts * self.timeout_seconds + pauses

    @property
    def longest_credit_seconds(self) -> float:
        """The longest that a credit takes: a wallet is asked two questions."""
        return 2 * self.longest_seconds

    def pays(self, credit: Credit) -> bool:
        """Whether this provider is the one for a credit, whether or not it is enabled."""
        return (
            credit.reward.kind in self.kinds
            and credit.club.brand in (self.brands or (credit.club.brand,))
            and credit.reward.currency in (self.currencies or (credit.reward.currency,))
        )


class ProviderFile(BaseModel):
    """The providers, the first that pays a reward being the one that is asked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    providers: tuple[ProviderConfig, ...]

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [provider.name for provider in self.providers]
        if len(set(names)) < len(names):
            raise ValueError("two providers have the same name")
        return self


class FulfilmentSettings(BaseSettings):
    """How rewards are paid out."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_FULFILMENT_")

    providers: Path | None = Field(
        default=None, description="A YAML file that lists the providers; see docs/fulfilment.md"
    )
    secrets: dict[str, SecretStr] = Field(
        default_factory=dict, description='The providers\' secrets by name, as JSON: {"wallet":"…"}'
    )
    lease_seconds: float = Field(
        default=60.0, gt=0, description="For how long a worker keeps a reward to itself"
    )
    poll_seconds: float = Field(default=1.0, gt=0, description="How often a worker looks for rewards to pay")
    batch: int = Field(default=50, ge=1, le=500, description="Rewards that a worker takes at a time")
    retry_seconds: float = Field(
        default=15.0, gt=0, description="First pause after a failed attempt; it doubles with each further one"
    )
    retry_limit_seconds: float = Field(default=900.0, gt=0, description="Longest pause between attempts")
    rounds: int = Field(default=20, ge=1, description="Attempts after which a person decides")

    def read_providers(self) -> tuple[ProviderConfig, ...]:
        """The providers of the file; none without one.

        Raises:
            ProviderConfigError: the file cannot be read or used, or a secret is missing.
        """
        if self.providers is None:
            return ()
        try:
            text = self.providers.read_text(encoding="utf-8")
            found = ProviderFile.model_validate(yaml.safe_load(text)).providers
        except (OSError, yaml.YAMLError, ValidationError) as error:
            raise ProviderConfigError(f"{self.providers}: {error}") from error
        self.check(found)
        return found

    def check(self, providers: tuple[ProviderConfig, ...]) -> None:
        """Checks providers against the other settings.

        Raises:
            ProviderConfigError: a secret is missing, or a call may outlast the lease.
        """
        for provider in providers:
            if provider.secret not in self.secrets:
                raise ProviderConfigError(
                    f"FURLONG_FULFILMENT_SECRETS has no {provider.secret!r}, which {provider.name} needs"
                )
            # Under one lease an inquiry may be followed by a credit.
            longest = provider.longest_seconds + provider.longest_credit_seconds
            if longest >= self.lease_seconds:
                raise ProviderConfigError(
                    f"{provider.name}: its calls may take {longest:.0f} s, "
                    f"which FURLONG_FULFILMENT_LEASE_SECONDS={self.lease_seconds:.0f} does not cover"
                )
