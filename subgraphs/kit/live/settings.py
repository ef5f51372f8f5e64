"""Settings of live updates, and of the Valkey or Redis server that carries notices between processes."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class RedisSettings(BaseSettings):
    """The Valkey or Redis server that the product's processes share."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_REDIS_", hide_input_in_errors=True)

    url: SecretStr | None = Field(
        default=None,
        description="URL of the Valkey or Redis server that carries notices of changes between processes, "
        "such as redis://127.0.0.1:6379/0; without it, changes of other processes take up to "
        "FURLONG_LIVE_REREAD_SECONDS to appear",
    )


class LiveSettings(BaseSettings):
    """Settings of the live updates of clubs."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_LIVE_")

    channel: str = Field(
        default="furlong:live:1",
        min_length=1,
        description="Channel of the notices; installations that share a server need different channels",
    )
    interval_seconds: float = Field(
        default=0.2,
        ge=0,
        le=60,
        description="Minimum time between two events of a stream; changes in between are merged",
    )
    spread_per_second: int = Field(
        default=1_000,
        ge=1,
        description="Number of customers per second who are notified of a change that concerns everyone: the "
        "end of a week, a paused reward, a lost connection",
    )
    reread_seconds: float = Field(
        default=10.0,
        gt=0,
        description="Interval of rereading each watched customer if FURLONG_REDIS_URL is not set and no "
        "notices of other processes arrive",
    )
    check_seconds: float = Field(
        default=300.0,
        gt=0,
        description="Interval of rereading each watched customer if notices do arrive, in case one was lost",
    )
    rereads_per_second: int = Field(
        default=1_000, ge=1, description="Maximum number of customers reread per second"
    )
    session_check_seconds: float = Field(
        default=300.0, gt=0, description="Interval of session checks on streams without events"
    )
