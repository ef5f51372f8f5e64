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
        max_length=40,
        pattern="^[^/]*$",
        description="Names the broker's history, to which stored positions belong; by default the id of the "
        "cluster. A new name makes every topic be read from its start",
    )
    batch_records: int = Field(
        default=500, ge=1, le=1500, description="Most records that one transaction applies"
    )
    workers: int = Field(
        default=4, ge=1, le=64, description="Most transactions at the same time; on SQLite it is one"
    )
    linger_seconds: float = Field(
        default=0.02, ge=0, le=1, description="How long a batch that is not full waits for more records"
    )
    poll_seconds: float = Field(default=0.5, gt=0, description="How long a poll waits for records")
    session_seconds: float = Field(
        default=10.0, gt=0, description="After how long a silent member loses its partitions to others"
    )
    attempts: int = Field(
        default=5, ge=1, description="Runs of a transaction that meets a deadlock, before it counts as failed"
    )
    retry_seconds: float = Field(
        default=0.5, gt=0, description="First pause after a failure; it doubles with each further one"
    )
    retry_limit_seconds: float = Field(default=15.0, gt=0, description="Longest pause after a failure")
    hint_seconds: float = Field(
        default=5.0,
        gt=0,
        description="How often Kafka is told the positions, for its lag tools, and asked for the ends of "
        "partitions",
    )
    stalled_seconds: float = Field(
        default=30.0,
        gt=0,
        description="A partition with records waiting this long unread makes the group be joined anew",
    )
    dead_letter_limit: int = Field(
        default=200,
        ge=1,
        description="The consumer stops when a topic has so many dead letters more than its share",
    )
    dead_letter_share: float = Field(
        default=0.05, ge=0, lt=1, description="Share of a topic's records that may be dead letters for ever"
    )
    dead_letter_topics: bool = Field(
        default=True, description="Whether dead letters are also published, to the topic's name with `.dlq`"
    )
