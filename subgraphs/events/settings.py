"""The settings of events: whom to believe, and when no longer."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from subgraphs.events.trust import TrustLimits


class EventsSettings(BaseSettings):
    """Which providers come first, and when a provider is not believed."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_EVENTS_", frozen=True)

    preferred: tuple[str, ...] = Field(
        default=(),
        description='Providers that lead where they are trusted, as JSON such as ["feed","exchange"]; after '
        "them come the others by name",
    )
    silence_seconds: float = Field(
        default=15.0,
        gt=0,
        le=600,
        description="How long an adapter may say nothing before its markets are suspended; three times "
        "FURLONG_PROVIDERS_STATUS_SECONDS",
    )
    delay_seconds: float = Field(
        default=10.0,
        gt=0,
        le=600,
        description="How late a provider's messages may come before it loses the lead",
    )

    @property
    def trust_limits(self) -> TrustLimits:
        """Return when a provider is not to be believed."""
        return TrustLimits(timedelta(seconds=self.silence_seconds), timedelta(seconds=self.delay_seconds))
