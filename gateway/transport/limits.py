"""What a subgraph behind HTTP is allowed to take."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """What a subgraph is allowed to take.

    Attributes:
        connect_seconds: For the connection alone.
        total_seconds: From waiting for a connection to the last byte of the answer.
        answer_bytes: The largest answer that is read.
        connections: How many are open at once.
        idle_seconds: How long a connection is kept unused. Subgraphs must keep theirs for longer: what is
            sent while the other side closes is lost, and nothing is sent twice.
        authorities: A file of certificates (PEM) that are trusted beside those of the system.
    """

    connect_seconds: float = 0.3
    total_seconds: float = 1.5
    answer_bytes: int = 2 * 1024 * 1024
    connections: int = 50
    idle_seconds: float = 2.0
    authorities: Path | None = None
