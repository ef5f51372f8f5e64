"""What a report and our own books differ in: pure functions of both."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from msgspec import Struct

from subgraphs.wallet.payments.payment import Part
from subgraphs.wallet.payments.processor import PartKind, PartState, ReportLine
from subgraphs.wallet.payments.records.cases import CaseKind


class Report(Struct, frozen=True):
    """What a processor or bank says that has moved on a day."""

    processor: str
    day: date
    lines: Sequence[ReportLine]


class Compared(Struct, frozen=True):
    """What became of a comparison: counts."""

    lines: int
    matched: int
    different: int


class Reported(Struct, frozen=True):
    """What all reports have said of a part.

    Attributes:
        minor: What has moved by them, less what came back; positive if we got it.
        currencies: Those of the lines.
        lines: How many there are.
    """

    minor: int = 0
    currencies: frozenset[str] = frozenset()
    lines: int = 0


class Difference(Struct, frozen=True, kw_only=True):
    """Something for a person.

    Attributes:
        part: The part that it is about; None if there is none.
        line: The line that it is about; None if the report lacks one.
        expected_minor: What our books say that has moved.
        reported_minor: What the reports say.
    """

    kind: CaseKind
    part: Part | None
    line: ReportLine | None
    expected_minor: int
    reported_minor: int
    currency: str


def expected_of(part: Part) -> int:
    """Return what has moved of a part by our books; positive if we got it."""
    match part.kind, part.state:
        case PartKind.CHARGE, PartState.DONE:
            return part.amount_minor
        case ((PartKind.REFUND | PartKind.PAYOUT), PartState.DONE):
            return -part.amount_minor
        case PartKind.DISPUTE, PartState.OPEN | PartState.PROCESSING | PartState.DONE:
            return -part.amount_minor
        case _:
            return 0


def part_of_line(line: ReportLine, parts: Iterable[Part]) -> Part | None:
    """Return the part that a line is of: by our id, else by the processor's."""
    for part in parts:
        is_named = line.part == part.part_id if line.part else line.reference == part.reference != ""
        if is_named and part.kind is line.kind:
            return part
    return None


def differences(
    lines: Sequence[ReportLine],
    parts: Sequence[Part],
    reported: Mapping[str, Reported],
    due: Iterable[Part],
) -> list[Difference]:
    """Return what differs on a day.

    Args:
        lines: The report's.
        parts: Those that may be meant by it.
        reported: What all reports have said so far, by part.
        due: The parts that have moved and must be in a report by now.
    """
    found: list[Difference] = []
    touched: dict[str, tuple[Part, ReportLine]] = {}
    for line in lines:
        if line.odd:
            continue
        part = part_of_line(line, parts)
        if part is None:
            found.append(_difference(CaseKind.UNKNOWN, None, line, 0, line.amount))
        else:
            touched[part.part_id] = (part, line)
    for part, line in touched.values():
        said = reported.get(part.part_id, Reported())
        if said.minor != expected_of(part) or said.currencies != {part.currency}:
            found.append(_difference(CaseKind.DIFFERENT, part, line, expected_of(part), said.minor))
    missing = [part for part in due if expected_of(part) and not _is_reported(part, reported)]
    return found + [_difference(CaseKind.MISSING, part, None, expected_of(part), 0) for part in missing]


def _is_reported(part: Part, reported: Mapping[str, Reported]) -> bool:
    return reported.get(part.part_id, Reported()).lines > 0


def _difference(
    kind: CaseKind, part: Part | None, line: ReportLine | None, expected: int, said: int
) -> Difference:
    currency = line.currency if line is not None else part.currency if part is not None else ""
    return Difference(
        kind=kind,
        part=part,
        line=line,
        expected_minor=expected,
        reported_minor=said,
        currency=currency,
    )
