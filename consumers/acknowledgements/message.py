"""The message on the topic of cells: what one part of a node has applied of the global topic."""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from consumers.messages.fields import Count, EventId, Instant, PlatformId, require_utc
from consumers.messages.reader import BrandEnvelope, Reader
from consumers.stream.records import Record
from subgraphs.kit.domain.keys import ALL_BRANDS
from subgraphs.kit.records.global_state import GlobalOrder

CELLS_PARTITION: Final = 0
"""The topic has one partition; the embedded broker gives it more, of which this is used."""

SCHEMA: Final = "club.cells/1"
_Key = Annotated[str, Meta(max_length=255)]
_Number = Annotated[int, Meta(ge=0, le=2**53 - 1)]


class RefusedMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A global message that the node could not apply: it is a dead letter there.

    Attributes:
        epoch: 0 if it could not be read.
        number: The same.
    """

    key: _Key
    epoch: _Number = 0
    number: _Number = 0
    reason: Annotated[str, Meta(max_length=500)]


class UnknownMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A global message of a kind that the node does not know: it waits for a newer version."""

    key: _Key
    epoch: _Number
    number: _Number
    kind: Annotated[str, Meta(max_length=64)]


class ProviderHealth(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker of the node knows about a provider of rewards.

    Attributes:
        worker: The process; empty if no worker of the node reports at present.
        revision: The revision of the configuration in use; 0 for the file's, or if there is none.
        problem: Why the newest configuration cannot be used; never the value of a secret.
        calls: Those running.
        due: The rewards of the node that are due at the provider.
        error: The last failure in words, such as `no answer in time` or `status 503`.
        credited_at: The last credit, in product time.
    """

    provider: Annotated[str, Meta(max_length=64)]
    worker: Annotated[str, Meta(max_length=128)] = ""
    revision: Count = 0
    problem: Annotated[str, Meta(max_length=500)] | None = None
    circuit: Literal["closed", "open", "half_open", "none"] = "none"
    calls: Count = 0
    due: Count = 0
    succeeded_at: Instant | None = None
    failed_at: Instant | None = None
    error: Annotated[str, Meta(max_length=64)] | None = None
    credited_at: Instant | None = None

    def __post_init__(self) -> None:
        """Refuse an instant that is not in UTC."""
        require_utc(succeeded_at=self.succeeded_at, failed_at=self.failed_at, credited_at=self.credited_at)


class BudgetReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a cell has used of a budget's week.

    Attributes:
        share: How many of its customers may choose the reward; None if it has no share.
        used: How many have chosen it, or wait for the upstream's answer.
        asked: How many requests were refused because the share was used up.
    """

    brand: Annotated[str, Meta(max_length=64)]
    reward_id: Annotated[str, Meta(max_length=64)]
    iso_week: Annotated[str, Meta(max_length=8)]
    share: _Number | None
    used: _Number
    asked: _Number


class CellRange(msgspec.Struct, frozen=True, kw_only=True):
    """The partitions of the cell that the node is, of the topics that are keyed by customer."""

    name: PlatformId
    first: _Number
    last: _Number
    of: _Number

    def __post_init__(self) -> None:
        """Refuse partitions that there are not."""
        if not self.first <= self.last < self.of:
            raise ValueError("the cell's partitions must be among all, the first not after the last")


class Acknowledgement(BrandEnvelope, frozen=True, kw_only=True):
    """What a part of a node has applied: everything up to a message, except for those listed.

    Of several acknowledgements of one part, that of the latest `reported_at` is valid.

    Attributes:
        brand_id: Always `*`.
        node: The node's name.
        part: The subgraph whose database it is.
        process: The process that reports, such as `host:4711`.
        epoch: With `number` the order of the last applied message; both 0 before the first.
        providers: What the node's workers know about providers; only of the part `fulfilment`.
        budgets: What a cell has used of the allotted budgets; only of the part `rewards`.
        cell: The cell that the node is; None without cells.
        every_seconds: How often the process reports.
        reported_at: By the machine's clock.
    """

    event_id: EventId
    kind: Literal["acknowledgement"] = "acknowledgement"
    node: PlatformId
    part: PlatformId
    process: Annotated[str, Meta(max_length=128)]
    epoch: _Number
    number: _Number
    refused: tuple[RefusedMessage, ...] = ()
    kept: tuple[UnknownMessage, ...] = ()
    providers: tuple[ProviderHealth, ...] = ()
    budgets: tuple[BudgetReport, ...] = ()
    cell: CellRange | None = None
    every_seconds: Annotated[float, Meta(ge=0, le=86_400)]
    reported_at: Instant

    def __post_init__(self) -> None:
        """Refuse an instant that is not in UTC, and a single brand."""
        require_utc(reported_at=self.reported_at)
        if self.brand_id != ALL_BRANDS:
            raise ValueError(f"an acknowledgement is of all brands, `{ALL_BRANDS}`")

    @property
    def order(self) -> GlobalOrder:
        """Return the order of the last applied message."""
        return GlobalOrder(self.epoch, self.number)

    @property
    def key(self) -> str:
        """Return the record's key."""
        return f"{self.node}:{self.kind}:{self.part}"


_READER: Final = Reader(
    "club.cells", msgspec.json.Decoder(Acknowledgement), lambda acknowledgement: acknowledgement.key
)


def decode_acknowledgement(record: Record) -> Acknowledgement:
    """Return the acknowledgement in a record.

    Raises:
        Poison: The record is not one.
    """
    return _READER.read(record)
