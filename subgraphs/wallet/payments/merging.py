"""What a notice changes of a part that is known already: its state only rises."""

from hashlib import blake2b
from typing import Any

from subgraphs.wallet.payments.payment import FOREIGN, Part
from subgraphs.wallet.payments.processor import MAX_REASON_LENGTH, Notice, PartKind, PartState, is_later


def merged(part: Part, notice: Notice) -> dict[str, Any] | None:
    """Return what a notice changes of a part; None if that is nothing.

    Its state only rises. What a notice of the same state adds, such as a reason or an address, is kept.
    """
    rises = is_later(part.kind, notice.state, part.state)
    if not rises and notice.state is not part.state:
        return {"reference": notice.reference} if notice.reference and not part.reference else None
    columns: dict[str, Any] = {
        "state": notice.state.value,
        "reference": _later(part.reference, notice.reference, rises=rises),
        "reason": notice.reason[:MAX_REASON_LENGTH] or ("" if rises else part.reason),
        "url": notice.url or part.url,
        "fee_minor": part.fee_minor if notice.fee is None else notice.fee,
    }
    if rises and notice.state is PartState.DONE:
        columns |= {"moved_at": notice.at, "amount_minor": _moved(part, notice)}
    known = {name: getattr(part, name) for name in columns} | {"state": part.state.value}
    return None if known == columns else columns


def _later(known: str, said: str, *, rises: bool) -> str:
    """Return the processor's id of a part: some give another one when the money moves."""
    return (said or known) if rises else (known or said)


def _moved(part: Part, notice: Notice) -> int:
    """Return what has moved: of a charge what was paid, of all others what we asked for."""
    return notice.amount if part.kind is PartKind.CHARGE else part.amount_minor


def foreign_id(processor: str, notice: Notice) -> str:
    """Return the id of a part that somebody else has made: the same for each notice about it."""
    named = f"{processor}\n{notice.kind}\n{notice.reference}".encode()
    return f"{FOREIGN}{blake2b(named, digest_size=15).hexdigest()}"
