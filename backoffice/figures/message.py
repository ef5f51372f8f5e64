"""The message on the topic of cells that carries the figures of a week: what one cell has counted."""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from backoffice.figures.week_figures import WeekFigures
from consumers.acknowledgements.message import SCHEMA, CellRange
from consumers.messages.fields import EventId, IsoWeek
from consumers.messages.reader import Envelope, Reader
from consumers.stream.records import Record

KIND: Final = "figures"


class CellFigures(Envelope, frozen=True, kw_only=True):
    """What a cell has counted of one week of a brand: absolute, never a difference.

    Of several messages about one week of one cell, that of the greatest `number` is valid.

    Attributes:
        number: Microseconds of the clock of the cell's database when the count began.
        cell: The cell, with the partitions whose customers were counted.
        finished: Whether nothing of the week can change any more.
    """

    event_id: EventId
    kind: Literal["figures"] = "figures"
    number: Annotated[int, Meta(ge=1, le=2**63 - 1)]
    cell: CellRange
    iso_week: IsoWeek
    finished: bool
    figures: WeekFigures

    def __post_init__(self) -> None:
        """Refuse figures of another week or brand than the message's."""
        if (self.figures.brand, self.figures.week.iso) != (self.brand_id, self.iso_week):
            raise ValueError("the figures are of another week")

    @property
    def key(self) -> str:
        """Return the record's key."""
        return f"{self.cell.name}:{self.kind}:{self.brand_id}:{self.iso_week}"


def message_of(
    cell: CellRange, figures: WeekFigures, *, number: int, finished: bool, event_id: str
) -> CellFigures:
    """Return the message of a counted week."""
    return CellFigures(
        schema=SCHEMA,
        event_id=event_id,
        brand_id=figures.brand,
        number=number,
        cell=cell,
        iso_week=figures.week.iso,
        finished=finished,
        figures=figures,
    )


_READER: Final = Reader("club.cells", msgspec.json.Decoder(CellFigures), lambda each: each.key)


def decode_figures(record: Record) -> CellFigures:
    """Return the figures in a record.

    Raises:
        Poison: The record has none.
    """
    return _READER.read(record)
