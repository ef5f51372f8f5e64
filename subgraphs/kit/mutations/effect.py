"""Where changes take effect: another system, which makes each under a key and tells what is on record."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Final, Protocol

from subgraphs.kit.mutations.refusals import Refusal


class Verdict(Enum):
    """The outcome of a call."""

    CONFIRMED = "confirmed"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """What another system says of a change.

    Attributes:
        verdict: UNKNOWN if it is not known whether the change was made.
        code: For REFUSED, the other system's own code.
        recorded: For CONFIRMED, the record that shows the change.
        wait: For UNKNOWN, how long it asks not to be called again; None if it does not.
    """

    verdict: Verdict
    code: str | None = None
    recorded: Mapping[str, Any] = field(default_factory=dict, compare=False)
    wait: timedelta | None = field(default=None, compare=False)


SUPERSEDED: Final = Answer(Verdict.REFUSED, "SUPERSEDED")
"""The change is not made, or no longer holds, because something newer is on record."""


async def _never_refused(_recorded: Mapping[str, Any]) -> Answer | None:
    return None


@dataclass(frozen=True, slots=True)
class Repetition:
    """What decides whether a change that was perhaps requested before may be requested again.

    Attributes:
        begun_at: When the change began: an answer that was recorded earlier repeats an older outcome.
        before: Whether it may have been requested before this call.
        refused: Returns why it must not be requested again, given a record without it; None if it may be.
    """

    begun_at: datetime | None = None
    before: bool = False
    refused: Callable[[Mapping[str, Any]], Awaitable[Answer | None]] = _never_refused

    def predates(self, recorded: Mapping[str, Any]) -> bool:
        """Return whether a record is older than the change."""
        at = recorded_at(recorded)
        return at is not None and self.begun_at is not None and at < self.begun_at


FIRST: Final = Repetition()
"""A change that was never requested before."""


@dataclass(frozen=True, slots=True)
class Refusals:
    """What customers are told of changes that are not made, in a block's own codes and words.

    Attributes:
        unconfirmed: The outcome is not known yet.
        in_the_way: An earlier change of the same slot is not confirmed yet.
        reused: The key was used for another request.
        superseded: Something newer is on record.
        refused: The other system refuses it, for a reason that is none of `by_code`.
        by_code: Why it is refused, by the codes of the other system.
    """

    unconfirmed: Refusal
    in_the_way: Refusal
    reused: Refusal
    superseded: Refusal
    refused: Refusal
    by_code: Mapping[str, Refusal] = field(default_factory=dict)

    def of(self, answer: Answer) -> Refusal | None:
        """Return what the customer is told of a change whose outcome is known; None for a confirmed one."""
        if answer.verdict is Verdict.CONFIRMED:
            return None
        if answer == SUPERSEDED:
            return self.superseded
        return self.by_code.get(answer.code or "", self.refused)


class Effect(Protocol):
    """Where the changes of a block are made."""

    @property
    def refusals(self) -> Refusals:
        """Return what customers are told of changes that are not made."""
        ...

    async def put(
        self, path: str, body: Mapping[str, Any], key: str, repetition: Repetition = FIRST
    ) -> Answer:
        """Request a change, under a key, so that it can be requested again.

        Args:
            path: Names the record that is changed.
            body: The requested state.
            key: The idempotency key.
            repetition: What is known about earlier requests.
        """
        ...

    async def read_record(self, path: str, names: Collection[str]) -> Mapping[str, Any] | None:
        """Return the state on record: empty if there is none, None if it cannot be determined now.

        Args:
            path: As for `put`.
            names: The fields that a record must have.
        """
        ...

    def room(self, most: int) -> int:
        """Return how many changes may be requested at once now, at most `most`; 0 while it is left alone."""
        ...


def shows(recorded: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    """Return whether a record has a state."""
    return all(name in recorded and recorded[name] == value for name, value in body.items())


def revision_of(recorded: Mapping[str, Any]) -> int | None:
    """Return how often the other system has changed a record; None if it does not say."""
    revision = recorded.get("revision")
    return revision if type(revision) is int else None


def recorded_at(recorded: Mapping[str, Any]) -> datetime | None:
    """Return when the other system recorded a state, by its own clock; None if it does not say."""
    try:
        at = datetime.fromisoformat(str(recorded.get("recorded_at")))
    except ValueError:
        return None
    return None if at.tzinfo is None else at
