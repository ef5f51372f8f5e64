"""Which corrections a person has to learn of."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeAlias

from sqlalchemy.ext.asyncio import AsyncConnection

from subgraphs.kit.funds import Correction, Outcome, Status

NoteCorrection: TypeAlias = Callable[[AsyncConnection, Correction, Outcome, datetime], Awaitable[None]]
"""Notes what became of a correction at an instant of the machine's clock, in a write transaction."""


def concerns_people(correction: Correction, outcome: Outcome) -> bool:
    """Return whether something was not moved, or may have been paid that was not before."""
    return bool(outcome.owed or correction.owed or outcome.status is Status.REFUSED)
