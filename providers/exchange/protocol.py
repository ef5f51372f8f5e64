"""The messages of Betfair's Exchange Stream API that an adapter reads, strictly; unknown fields are ignored.

The names are the protocol's own, as its public specification has them.
"""

from datetime import datetime
from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta

MarketId: TypeAlias = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"\A[0-9]+\.[0-9]+\Z")]
ProviderId: TypeAlias = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"\A[!-9;-~]+\Z")]
Clock: TypeAlias = Annotated[str, Meta(max_length=1024)]
Size: TypeAlias = Annotated[float, Meta(ge=0, le=1e12)]
Price: TypeAlias = Annotated[float, Meta(ge=0, le=1e6)]
"""Odds, or the line of a market whose prices are lines."""

Figure: TypeAlias = Annotated[float, Meta(ge=0)]
Level: TypeAlias = Annotated[int, Meta(ge=0, le=1000)]

ByPrice: TypeAlias = tuple[tuple[Price, Size], ...]
ByLevel: TypeAlias = tuple[tuple[Level, Price, Size], ...]


class RunnerDefinition(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A runner of a market."""

    id: int
    status: str = "ACTIVE"
    hc: float = 0.0
    sort_priority: int = 0


class MarketDefinition(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, kw_only=True):
    """What a market is; a new one replaces all of the one before.

    Attributes:
        betting_type: What its prices are: lines, such as runs, if it is LINE or RANGE.
        each_way_divisor: Such as 5 if the place part of a bet pays a fifth of the odds; only if each way.
        open_date: When the sports event starts; of a meeting, its first race.
    """

    event_id: ProviderId
    event_type_id: ProviderId
    market_time: Annotated[datetime, Meta(tz=True)]
    status: Literal["INACTIVE", "OPEN", "SUSPENDED", "CLOSED"]
    market_type: Annotated[str, Meta(max_length=64)] = ""
    betting_type: Annotated[str, Meta(max_length=64)] = "ODDS"
    in_play: bool = False
    country_code: Annotated[str, Meta(max_length=8)] = ""
    number_of_winners: int = 1
    each_way_divisor: float | None = None
    open_date: Annotated[datetime, Meta(tz=True)] | None = None
    runners: tuple[RunnerDefinition, ...] = ()


class RunnerChange(msgspec.Struct, frozen=True, omit_defaults=True):
    """What changed of a runner: figures that are given, and levels, of which one with the size 0 is gone."""

    id: int
    hc: float | None = None
    ltp: Figure | None = None
    tv: Figure | None = None
    atb: ByPrice | None = None
    atl: ByPrice | None = None
    trd: ByPrice | None = None
    batb: ByLevel | None = None
    batl: ByLevel | None = None
    bdatb: ByLevel | None = None
    bdatl: ByLevel | None = None


LADDERS: Final = ("atb", "atl", "trd", "batb", "batl", "bdatb", "bdatl")
FIGURES: Final = ("ltp", "tv")


class MarketChange(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What changed of a market; an image (`img`) is all of it."""

    id: MarketId
    img: bool = False
    market_definition: MarketDefinition | None = None
    tv: Figure | None = None
    rc: tuple[RunnerChange, ...] = ()


class Message(msgspec.Struct, frozen=True, rename="camel"):
    """A message of any kind: `connection`, `status`, or `mcm` (a market change message).

    Attributes:
        pt: When the exchange published it, in milliseconds since 1970.
        status: Of an `mcm`, 503 while the exchange's data are behind.
    """

    op: Literal["connection", "status", "mcm"]
    id: int | None = None
    status_code: Literal["SUCCESS", "FAILURE"] | None = None
    error_code: str | None = None
    error_message: str | None = None
    connection_closed: bool | None = None
    ct: Literal["SUB_IMAGE", "RESUB_DELTA", "HEARTBEAT"] | None = None
    segment_type: Literal["SEG_START", "SEG", "SEG_END"] | None = None
    initial_clk: Clock | None = None
    clk: Clock | None = None
    pt: Annotated[int, Meta(ge=0, le=2**53 - 1)] | None = None
    status: int | None = None
    mc: tuple[MarketChange, ...] = ()


MESSAGES: Final = msgspec.json.Decoder(Message)
IMAGES: Final = msgspec.json.Decoder(MarketChange)
