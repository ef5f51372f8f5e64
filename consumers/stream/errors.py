"""What can go wrong on the stream, by what is done about it."""


class StreamError(Exception):
    """Anything the stream raises by itself."""


class Poison(StreamError):
    """A record that can never be applied: it goes to the dead letters, and the rest goes on.

    Attributes:
        reason: what is wrong with it, for a person to read.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Transient(StreamError):
    """The database does not answer, or refuses for now: the partition rests, then its batch runs again."""


class PositionMoved(StreamError):
    """Somebody else has applied records of this partition: the batch is refused.

    Either another member owns the partition by now, or an earlier commit went through although its
    answer was lost. Both go on from the stored position.

    Attributes:
        stored: the position in the database.
    """

    def __init__(self, stored: int, expected: int) -> None:
        super().__init__(f"the stored position is {stored}, the batch expected {expected}")
        self.stored = stored


class PositionOutOfRange(StreamError):
    """The broker no longer has, or does not have yet, the records at a stored position.

    Records were lost, or a topic was made anew under its old name. What to do is for a person to decide,
    so the process stops and resets nothing.
    """
