"""What people read when something fails: a sentence, and the technical words behind it."""

import re
from dataclasses import dataclass
from typing import Final

KAFKA_AWAY: Final = "Kafka isn't answering"
"""With what follows from it; the error's name belongs to the details."""

_TECHNICAL: Final = re.compile(
    r"\b[A-Z]\w*(?:Error|Exception|Timeout|Fault|Refused)\b|\bErrno\b|\b[A-Za-z_]\w*\([^)]*\)|<[^>]*>|Traceback"
)
"""Names of classes, their representations, and what the operating system numbers."""


@dataclass(frozen=True, slots=True)
class Said:
    """What is said to a person.

    Attributes:
        sentence: Without a technical word.
        details: The words of the library or the system, for who mends it; empty if there are none.
    """

    sentence: str
    details: str = ""


def said(sentence: str, cause: str) -> Said:
    """Return a sentence with its cause: as far as that is plain; what is technical becomes the details."""
    technical = _TECHNICAL.search(cause)
    plain = cause if technical is None else cause[: technical.start()].rstrip(" :;,.([{'\"")
    whole = ": ".join(filter(None, (sentence, plain)))
    return Said(whole, "" if technical is None else cause)
