"""What a customer is shown of their limits: the contract's `Limit`."""

from dataclasses import dataclass
from datetime import datetime

from subgraphs.kit.domain.products import Product
from subgraphs.wallet.limits.breaks import BreakKind
from subgraphs.wallet.limits.decision import Snapshot, Usage
from subgraphs.wallet.limits.limit import Limit, LimitKind
from subgraphs.wallet.limits.sessions import SessionTime


@dataclass(frozen=True, slots=True)
class ShownLimit:
    """A limit as it is shown. Money for the limits of money, minutes for sessions.

    Attributes:
        kind: A kind of limit, or BREAK or EXCLUSION.
        amount_minor: In minor units of `currency`.
        used_minor: What is used in the frame; a day that was won has used nothing.
        pending_from: From when a raise can be confirmed. Without a pending amount or minutes, it removes the
            limit.
        until: When the frame, the break or the exclusion ends.
        pending_until: From when on a raise cannot be confirmed any more.
        product: What a break is of; None for everything.
    """

    kind: str
    currency: str = ""
    amount_minor: int | None = None
    used_minor: int | None = None
    minutes: int | None = None
    used_minutes: int | None = None
    pending_minor: int | None = None
    pending_currency: str = ""
    pending_minutes: int | None = None
    pending_from: datetime | None = None
    until: datetime | None = None
    pending_until: datetime | None = None
    product: Product | None = None


def shown_limits(
    snapshot: Snapshot, at: datetime, session: SessionTime | None = None
) -> tuple[ShownLimit, ...]:
    """Return a customer's limits in the order of the contract, then the breaks that hold, longest first.

    A break holds from when it is stored: an instant before that is of a request that began earlier, or of a
    clock that is behind.
    """
    order = list(LimitKind)
    limits = sorted(snapshot.limits.values(), key=lambda limit: order.index(limit.kind))
    holding = [chosen for chosen in snapshot.breaks if at < chosen.until]
    longest = sorted(holding, key=lambda chosen: chosen.until, reverse=True)
    breaks = [
        ShownLimit(kind.value, until=chosen.until, product=chosen.product)
        for kind in BreakKind
        for chosen in longest
        if chosen.kind is kind
    ]
    return (*(_shown(limit.at(at), snapshot.usage.get(limit.kind), session) for limit in limits), *breaks)


def _shown(limit: Limit, usage: Usage | None, session: SessionTime | None) -> ShownLimit:
    pending = limit.pending
    due, wanted, lapses = (pending.due, pending.amount, pending.lapses) if pending else (None, None, None)
    if limit.kind is LimitKind.SESSION_MINUTES:
        return ShownLimit(
            limit.kind.value,
            minutes=limit.amount,
            used_minutes=session.minutes if session else None,
            pending_minutes=wanted,
            pending_from=due,
            pending_until=lapses,
        )
    return ShownLimit(
        limit.kind.value,
        limit.currency,
        amount_minor=limit.amount,
        used_minor=max(usage.minor, 0) if usage else None,
        pending_minor=wanted,
        pending_currency=pending.currency if pending else "",
        pending_from=due,
        until=usage.span.end if usage else None,
        pending_until=lapses,
    )
