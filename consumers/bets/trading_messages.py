"""The messages by which traders decide about customers, and two people about single bets."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from consumers.messages.fields import CustomerId, Instant, require_utc
from consumers.messages.reader import Body, Reader
from consumers.stream.records import Record
from subgraphs.bets.trading.decided import BetVoid, CustomerFactor, Decided
from subgraphs.kit.domain.keys import Owner

_Id = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"\A[!-~]+\Z")]
_Words = Annotated[str, Meta(min_length=1, max_length=500)]
_Person = Annotated[str, Meta(min_length=1, max_length=200)]
_Milli = Annotated[int, Meta(ge=0, le=1000)]


class FactorDecided(Body, frozen=True, kw_only=True):
    """A trader has decided which part of what others may stake a customer may."""

    customer_id: CustomerId
    decision_id: _Id
    factor_milli: _Milli
    reason: _Words
    decided_by: _Person
    decided_at: Instant

    def __post_init__(self) -> None:
        """Validate what the field types cannot."""
        require_utc(decided_at=self.decided_at)

    def factor(self) -> CustomerFactor:
        """Return it in the subgraph's form."""
        decided = Decided(
            decision_id=self.decision_id,
            reason=self.reason,
            decided_by=self.decided_by,
            decided_at=self.decided_at,
        )
        return CustomerFactor(Owner(self.brand_id, self.customer_id), self.factor_milli, decided)


class BetVoided(Body, frozen=True, kw_only=True):
    """Two people have declared a bet void."""

    customer_id: CustomerId
    bet_id: _Id
    decision_id: _Id
    reason: _Words
    proposed_by: _Person
    approved_by: _Person
    decided_at: Instant

    def __post_init__(self) -> None:
        """Validate what the field types cannot."""
        require_utc(decided_at=self.decided_at)

    def void(self) -> BetVoid:
        """Return it in the subgraph's form."""
        decided = Decided(
            decision_id=self.decision_id,
            reason=self.reason,
            decided_by=f"{self.proposed_by}, {self.approved_by}"[:400],
            decided_at=self.decided_at,
        )
        return BetVoid(self.bet_id, Owner(self.brand_id, self.customer_id), decided)


def _customer(body: FactorDecided | BetVoided) -> str:
    return f"{body.brand_id}:{body.customer_id}"


_FACTOR: Final = Reader("bet.factor", msgspec.json.Decoder(FactorDecided), _customer)
_VOID: Final = Reader("bet.void", msgspec.json.Decoder(BetVoided), _customer)


def decode_factor(record: Record) -> FactorDecided:
    """Return a customer's factor in a record.

    Raises:
        Poison: The record is not such a message.
    """
    return _FACTOR.read(record)


def decode_void(record: Record) -> BetVoided:
    """Return a bet that is void, in a record.

    Raises:
        Poison: The record is not such a message.
    """
    return _VOID.read(record)
