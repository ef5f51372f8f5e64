"""Settings of the stream."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

_ADDRESS: Final = re.compile(r"(\[[^\]]*\]|[^:]*)(:(?P<port>[0-9]{1,5}))?|[0-9a-fA-F:]*")
_MAX_PORT: Final = 65_535


def _readable(addresses: str) -> str:
    for address in addresses.split(","):
        parts = _ADDRESS.fullmatch(address.strip())
        if parts is None or int(parts["port"] or 1) not in range(1, _MAX_PORT + 1):
            raise ValueError(f"expected HOST:PORT, with a port from 1 to {_MAX_PORT}, separated by commas")
    return addresses


class StreamSettings(BaseSettings):
    """The address of Kafka, and how it is read."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_KAFKA_")

    bootstrap: Annotated[str, AfterValidator(_readable)] = Field(
        default="127.0.0.1:9092", description="Broker addresses as HOST:PORT, separated by commas"
    )
    generation: str | None = Field(
        default=None,
        max_length=40,
        pattern="^[^/]*$",
        description="Name of the broker generation that stored positions belong to; by default the cluster "
        "id. With a new name every topic is read from its start",
    )
    batch_records: int = Field(
        default=500, ge=1, le=1500, description="Maximum number of records in one transaction"
    )
    workers: int = Field(
        default=4, ge=1, le=64, description="Maximum number of concurrent transactions; always one on SQLite"
    )
    linger_seconds: float = Field(
        default=0.1,
        ge=0,
        le=1,
        description="How long the brokers gather records for a fetch that does not fill a batch",
    )
    poll_seconds: float = Field(default=0.5, gt=0, description="How long a poll waits for records")
    session_seconds: float = Field(
        default=10.0,
        gt=0,
        description="Kafka session timeout: a member silent for this long loses its partitions",
    )
    attempts: int = Field(
        default=5,
        ge=1,
        description="How often a transaction is tried when it meets a deadlock, before it fails",
    )
    retry_seconds: float = Field(
        default=0.5, gt=0, description="First pause after a failure; it doubles with each further failure"
    )
    retry_limit_seconds: float = Field(default=15.0, gt=0, description="Longest pause after a failure")
    hint_seconds: float = Field(
        default=5.0,
        gt=0,
        description="How often positions are committed to Kafka, for its lag tools, and partition ends are "
        "read",
    )
    stalled_seconds: float = Field(
        default=30.0,
        gt=0,
        description="How long records may wait unread before the member leaves the group and joins it again",
    )
    dead_letter_limit: int = Field(
        default=200,
        ge=1,
        description="The consumer stops when a topic's dead letters exceed its share by more than this",
    )
    dead_letter_share: float = Field(
        default=0.05, ge=0, lt=1, description="Share of a topic's records that may always be dead letters"
    )
    dead_letter_topics: bool = Field(
        default=True, description="Whether dead letters are also published, to the topic's name with `.dlq`"
    )
