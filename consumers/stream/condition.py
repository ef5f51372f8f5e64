"""What holds a consumer up at the moment: the one thing that health and metrics are read from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Health:
    """How a consumer is.

    Attributes:
        live: its loop is running; if not, it is to be started anew.
        consuming: it has its partitions, and applies what comes.
        kafka: the brokers answer.
        database: the database takes what it is given.
        lag: records not applied yet, of its partitions.
        detail: in words.
    """

    live: bool
    consuming: bool
    kafka: bool
    database: bool
    lag: int
    detail: str


@dataclass(slots=True)
class Condition:
    """What the parts of a consumer notice; an empty text means that nothing is wrong.

    Attributes:
        ended: why nothing is consumed any more.
        phase: what is done before anything can be consumed.
        kafka: what is wrong with the brokers.
        database: what is wrong with the database.
    """

    ended: str = ""
    phase: str = "starting"
    kafka: str = ""
    database: str = ""

    @property
    def trouble(self) -> str:
        """The first thing that is wrong."""
        return self.ended or self.kafka or self.database or self.phase
