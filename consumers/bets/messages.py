"""What became of markets: the block of events tells it, as `contracts/event.result.v1.schema.json` says."""

from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from consumers.messages.fields import Instant, require_utc
from consumers.messages.reader import PlatformBody, Reader
from consumers.stream.records import Record
from subgraphs.bets.records.results import ToldResult
from subgraphs.bets.settlement.results import MarketResult, Runner, VoidPeriod

_Market = Annotated[str, Meta(pattern=r"\A[a-z0-9-]{1,16}\Z")]
_Selection = Annotated[str, Meta(pattern=r"\A[a-z0-9-]{1,32}\Z")]
_Revision = Annotated[int, Meta(ge=1, le=2**53 - 1)]


class RunnerTold(msgspec.Struct, frozen=True, kw_only=True):
    """A selection of a market, as far as it decides what is paid."""

    selection_id: _Selection
    status: Annotated[str, Meta(max_length=32)]
    dead_heat_milli: Annotated[int, Meta(ge=1, le=1000)] | None = None
    deduction_milli: Annotated[int, Meta(ge=0, le=1000)] | None = None
    void_milli: Annotated[int, Meta(ge=1, le=999)] | None = None


class PeriodTold(msgspec.Struct, frozen=True, kw_only=True):
    """A time whose bets are void; without a beginning or an end it is open there."""

    starts_at: Instant | None
    ends_at: Instant | None

    def __post_init__(self) -> None:
        """Validate what the field types cannot."""
        known = {"starts_at": self.starts_at, "ends_at": self.ends_at}
        require_utc(**{name: at for name, at in known.items() if at is not None})


class ResultTold(PlatformBody, frozen=True, kw_only=True):
    """A market that has results, or had them."""

    market_id: _Market
    revision: _Revision
    kind: Annotated[str, Meta(max_length=64)]
    status: Literal["open", "suspended", "closed", "settled", "cancelled"]
    runners: Annotated[tuple[RunnerTold, ...], Meta(max_length=1000)]
    void_periods: tuple[PeriodTold, ...]
    occurred_at: Instant

    def __post_init__(self) -> None:
        """Validate what the field types cannot."""
        require_utc(occurred_at=self.occurred_at)

    def result(self) -> ToldResult:
        """Return it in the subgraph's form."""
        runners = tuple(Runner(**_fields(runner)) for runner in self.runners)
        periods = tuple(VoidPeriod(**_fields(period)) for period in self.void_periods)
        market = MarketResult(
            kind=self.kind,
            status=self.status,
            runners=runners,
            void_periods=periods,
            known_at=self.occurred_at,
        )
        return ToldResult(self.market_id, self.revision, market)


def _fields(told: msgspec.Struct) -> dict[str, Any]:
    return msgspec.structs.asdict(told)


_RESULTS: Final = Reader("event.result", msgspec.json.Decoder(ResultTold), lambda told: told.market_id)


def decode_result(record: Record) -> ResultTold | None:
    """Return the result in a record; None of a null value, after which what is known stays.

    Raises:
        Poison: The record is no result.
    """
    return None if record.value is None else _RESULTS.read(record)
