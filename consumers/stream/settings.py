"""Settings of the stream."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class StreamSettings(BaseSettings):
    """Where Kafka is, and how it is read."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_KAFKA_")

    bootstrap: str = Field(
        default="127.0.0.1:9092", description="Addresses of brokers, HOST:PORT, separated by commas"
    )
    generation: str | None = Field(
        default=None,
        max_length=64,
        description="Names the broker's history, to which stored positions belong; by default the id of the "
        "cluster. A new name makes every topic be read from its start",
    )
    batch_records: int = Field(
        default=500, ge=1, le=1500, description="Most records that one transaction applies"
    )
    poll_seconds: float = Field(default=0.5, gt=0, description="How long a poll waits for records")
    attempts: int = Field(
        default=5, ge=1, description="Runs of a transaction that meets a deadlock, before it counts as failed"
    )
    retry_seconds: float = Field(
        default=0.5, gt=0, description="First pause after a failure; it doubles with each further one"
    )
    retry_limit_seconds: float = Field(default=15.0, gt=0, description="Longest pause after a failure")
    hint_seconds: float = Field(
        default=5.0, gt=0, description="How often positions are told to Kafka too, for its lag tools"
    )
    stalled_seconds: float = Field(
        default=30.0, gt=0, description="A partition with records waiting this long unread counts as stalled"
    )
