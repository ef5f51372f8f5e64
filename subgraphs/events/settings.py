"""The settings of events: whom to believe, where pictures are seen, and how pages follow events."""

from datetime import timedelta

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from foundation.token_settings import MIN_SECRET_BYTES
from subgraphs.events.trust import TrustLimits
from subgraphs.events.video_addresses import AddressSigner


class EventsSettings(BaseSettings):
    """Which providers come first and are believed, where pictures are seen, how events are followed."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_EVENTS_", frozen=True, hide_input_in_errors=True)

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

    video_streams: str = Field(
        default="",
        pattern=r"^(https?://[^\s?#@]+)?$",
        description="The address below which pictures of events are seen, such as https://video.example.com; "
        "by default there are none",
    )
    video_key: SecretStr | None = Field(
        default=None,
        description="What addresses of pictures are signed with, at least 32 bytes; the pictures' servers "
        "have it, too",
    )

    book_tick_seconds: float = Field(
        default=0.2,
        gt=0,
        le=10,
        description="How often pages that follow events get what has changed; changes in between are merged",
    )
    book_keep_seconds: float = Field(
        default=30.0,
        ge=0,
        le=3_600,
        description="How long an event is followed after the last page left it, so that one that comes back "
        "within that time gets only what has changed",
    )
    book_reread_seconds: float = Field(
        default=2.0,
        gt=0,
        le=600,
        description="How often the markets of followed events are read from the database while Kafka brings "
        "none, and statistics and pictures always",
    )
    book_check_seconds: float = Field(
        default=30.0,
        gt=0,
        le=3_600,
        description="How often these markets are read while Kafka brings them, to find what it has not "
        "brought",
    )

    @model_validator(mode="after")
    def _signs_pictures(self) -> "EventsSettings":
        key = None if self.video_key is None else self.video_key.get_secret_value().encode()
        if (key is None) == bool(self.video_streams):
            raise ValueError("set FURLONG_EVENTS_VIDEO_STREAMS and FURLONG_EVENTS_VIDEO_KEY, or neither")
        if key is not None and len(key) < MIN_SECRET_BYTES:
            raise ValueError(f"FURLONG_EVENTS_VIDEO_KEY is too short: use at least {MIN_SECRET_BYTES} bytes")
        return self

    @property
    def signer(self) -> AddressSigner | None:
        """Return what signs addresses of pictures; None if there are none."""
        if self.video_key is None:
            return None
        return AddressSigner(self.video_streams, self.video_key.get_secret_value().encode())

    @property
    def trust_limits(self) -> TrustLimits:
        """Return when a provider is not to be believed."""
        return TrustLimits(timedelta(seconds=self.silence_seconds), timedelta(seconds=self.delay_seconds))
