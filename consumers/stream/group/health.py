"""The present problems of a consumer, the only source of its health and metrics."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Health:
    """The health of a consumer.

    Attributes:
        live: Whether its loop is running; if not, it has to be restarted.
        consuming: Whether it has its partitions and applies records as they arrive.
        kafka: Whether the brokers answer.
        database: Whether the database accepts writes.
        lag: How many records of its partitions are not applied yet.
        detail: What is wrong, in words; `consuming` if nothing is.
    """

    live: bool
    consuming: bool
    kafka: bool
    database: bool
    lag: int
    detail: str


@dataclass(slots=True)
class HealthState:
    """What the parts of a consumer report; an empty text means that nothing is wrong.

    Attributes:
        ended: Why nothing is consumed any more.
        phase: What has to be done before anything can be consumed.
        kafka: What is wrong with the brokers.
        database: What is wrong with the database.
    """

    ended: str = ""
    phase: str = "starting"
    kafka: str = ""
    database: str = ""

    @property
    def problem(self) -> str:
        """Return the first thing that is wrong."""
        return self.ended or self.kafka or self.database or self.phase
