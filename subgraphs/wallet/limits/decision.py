"""May this happen now? The one answer to it, from what is known of a customer at an instant."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from subgraphs.kit.domain.products import Product
from subgraphs.wallet.limits.acts import PLAYS, Act
from subgraphs.wallet.limits.breaks import ACTIVE, AccountState, Break, stop_of
from subgraphs.wallet.limits.changes import Limits
from subgraphs.wallet.limits.frames import Span
from subgraphs.wallet.limits.limit import DEPOSITS, Limit, LimitKind
from subgraphs.wallet.limits.rules import Rules


@dataclass(frozen=True, slots=True)
class Usage:
    """What counts against a limit in its frame.

    Attributes:
        minor: Deposits, or the net loss; a win makes that negative.
        span: The frame.
    """

    minor: int
    span: Span


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is known of a customer at an instant.

    Attributes:
        currency: That of the account.
        rules: What is in force where the customer is.
        usage: Of each limit that counts something.
    """

    currency: str
    rules: Rules
    account: AccountState = ACTIVE
    limits: Limits = field(default_factory=dict)
    breaks: Sequence[Break] = ()
    usage: Mapping[LimitKind, Usage] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether an act may happen now.

    Attributes:
        code: Why it may not, as the platform's errors name it; None if it may.
        kind: Which limit is in the way.
        left_minor: The most that the limits allow now; None if none of them concerns the act. Never negative.
        until: From when on it may be otherwise; None if nobody knows.
    """

    code: str | None = None
    kind: LimitKind | None = None
    left_minor: int | None = None
    until: datetime | None = None

    @property
    def allowed(self) -> bool:
        """Return whether the act may happen."""
        return self.code is None


ALLOWED = Decision()


def decide(
    snapshot: Snapshot, act: Act, at: datetime, *, amount_minor: int = 0, product: Product | None = None
) -> Decision:
    """Return whether an act may happen now.

    Args:
        snapshot: What is known of the customer at `at`.
        act: What is about to happen; one that nothing stops is always allowed.
        at: The current time.
        amount_minor: What is paid in or staked, in minor units of the account's currency.
        product: What it is of; None for all of them.
    """
    if amount_minor < 0:
        raise ValueError("an amount is not negative")
    if stop := stop_of(snapshot.breaks, snapshot.account, act, product, at):
        return Decision(stop.code, until=stop.until)
    if act is Act.DEPOSIT or act in PLAYS:
        return _of_money(snapshot, act, amount_minor)
    return ALLOWED


def _of_money(snapshot: Snapshot, act: Act, amount_minor: int) -> Decision:
    limits = snapshot.limits
    if snapshot.rules.deposits.required and not any(kind in limits for kind in DEPOSITS):
        return Decision("NOT_ALLOWED_HERE")
    concerned = list(_concerned(limits, act))
    for limit in concerned:
        if limit.currency != snapshot.currency:
            return Decision("WRONG_CURRENCY", limit.kind)
    if not concerned:
        return ALLOWED
    tightest = min(concerned, key=lambda limit: _left(snapshot, limit))
    left = max(_left(snapshot, tightest), 0)
    if amount_minor <= left:
        return Decision(left_minor=left)
    usage = snapshot.usage.get(tightest.kind)
    return Decision("LIMIT_REACHED", tightest.kind, left, usage.span.end if usage else None)


def _concerned(limits: Limits, act: Act) -> Iterator[Limit]:
    kinds = DEPOSITS if act is Act.DEPOSIT else (LimitKind.STAKE_BET, LimitKind.LOSS_DAY)
    return (limits[kind] for kind in kinds if kind in limits)


def _left(snapshot: Snapshot, limit: Limit) -> int:
    usage = snapshot.usage.get(limit.kind)
    return limit.amount - (usage.minor if usage else 0)
