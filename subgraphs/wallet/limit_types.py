"""Limits, breaks and prompts in the graph, and what customers ask of them."""

from datetime import datetime
from enum import StrEnum
from typing import Final, TypeVar

import strawberry
from strawberry import ID, UNSET, Private
from strawberry.federation.schema_directives import ListSize

from subgraphs.kit.domain.products import Product
from subgraphs.kit.graphql.descriptions import described, fields_described
from subgraphs.kit.graphql.money import MinorUnits, Money, money
from subgraphs.kit.graphql.platform_errors import PlatformError
from subgraphs.kit.graphql.schema_building import assumed_size
from subgraphs.wallet.limits.changes import Wanted
from subgraphs.wallet.limits.overview import ShownLimit
from subgraphs.wallet.limits.prompts import Prompt

V = TypeVar("V")
USUAL_LIMITS: Final = 8
SEVERAL: Final[ListSize] = assumed_size(USUAL_LIMITS)


@described
@strawberry.enum(name="LimitKind")
class ShownKind(StrEnum):
    """What is limited, or how the customer has stopped."""

    DEPOSIT_DAY = "DEPOSIT_DAY"
    DEPOSIT_WEEK = "DEPOSIT_WEEK"
    DEPOSIT_MONTH = "DEPOSIT_MONTH"
    LOSS_DAY = "LOSS_DAY"
    STAKE_BET = "STAKE_BET"
    SESSION_MINUTES = "SESSION_MINUTES"
    BREAK = "BREAK"
    EXCLUSION = "EXCLUSION"


strawberry.enum(
    Prompt,
    name="LimitPrompt",
    description="What a customer is asked or told. FIRST_DEPOSIT: set a deposit limit before you pay in; "
    "REVIEW: look at what you spent; NO_LIMIT: you have no limit, do you want one?",
)


@described
@strawberry.type
class Limit:
    """A limit that holds, a break or a self-exclusion: money for the limits of money, minutes for sessions.

    Attributes:
        shown: The limit.
        locale: The language in which amounts are written.
    """

    shown: Private[ShownLimit]
    locale: Private[str]

    @strawberry.field
    def kind(self) -> ShownKind:
        """Return what is limited."""
        return ShownKind(self.shown.kind)

    @strawberry.field
    def amount(self) -> Money | None:
        """Return the limit in money."""
        return self._money(self.shown.amount_minor, self.shown.currency)

    @strawberry.field
    def used(self) -> Money | None:
        """What counts against it until `until`; null for a limit of one stake."""
        return self._money(self.shown.used_minor, self.shown.currency)

    @strawberry.field
    def minutes(self) -> int | None:
        """After so many minutes of a session, and each multiple of them, the customer is reminded."""
        return self.shown.minutes

    @strawberry.field
    def used_minutes(self) -> int | None:
        """How long this session has lasted; null if its token does not say when it began."""
        return self.shown.used_minutes

    @strawberry.field
    def pending(self) -> Money | None:
        """A higher limit that waits: asked for once more from `pendingFrom` on, it holds."""
        return self._money(self.shown.pending_minor, self.shown.pending_currency)

    @strawberry.field
    def pending_minutes(self) -> int | None:
        """The same in minutes."""
        return self.shown.pending_minutes

    @strawberry.field
    def pending_from(self) -> datetime | None:
        """From when on the change can be confirmed; with neither amount nor minutes, it ends the limit."""
        return self.shown.pending_from

    @strawberry.field
    def pending_until(self) -> datetime | None:
        """From when on it cannot be confirmed any more."""
        return self.shown.pending_until

    @strawberry.field
    def until(self) -> datetime | None:
        """When what is used begins anew, or when the break or exclusion ends."""
        return self.shown.until

    @strawberry.field
    def product(self) -> Product | None:
        """What a break is of; null for everything."""
        return self.shown.product

    def _money(self, minor: int | None, currency: str) -> Money | None:
        return None if minor is None else money(minor, currency, self.locale)


@described
@strawberry.type
class LimitPayload:
    """The limits after a mutation; `errors` is empty if it was done.

    Attributes:
        limits: As `Wallet.limits`; empty without a session of the brand.
        prompts: As `Wallet.prompts`.
    """

    limits: list[Limit] = strawberry.field(directives=[SEVERAL])
    prompts: list[Prompt] = strawberry.field(directives=[SEVERAL])
    errors: list[PlatformError] = strawberry.field(directives=[assumed_size(1)])


def given(value: V | None) -> V | None:
    """Return a value of an input; None for one that was left out."""
    return None if value is UNSET else value


@fields_described
@strawberry.input
class SetLimitInput:
    """Asks for a limit.

    Attributes:
        amount_minor: For limits of money. Without amount and minutes, that the limit ends.
        minutes: For sessions.
        currency: That of the account.
    """

    brand: ID
    kind: ShownKind
    currency: str
    idempotency_key: ID
    amount_minor: MinorUnits | None = UNSET
    minutes: int | None = UNSET

    @property
    def wanted(self) -> Wanted:
        """Return the limit that is asked for.

        Raises:
            BadInput: It is no limit that can be set.
        """
        return Wanted.of(self.kind.value, given(self.amount_minor), given(self.minutes), self.currency)


@fields_described
@strawberry.input
class TakeBreakInput:
    """Asks for a break from now on.

    Attributes:
        product: What to take a break of; null for everything.
    """

    brand: ID
    until: datetime
    idempotency_key: ID
    product: Product | None = UNSET


@strawberry.input
class SelfExcludeInput:
    """Asks for a self-exclusion from everything, from now on."""

    brand: ID
    months: int
    idempotency_key: ID


@strawberry.input
class DeclineLimitInput:
    """Says that the customer wants no limit."""

    brand: ID
    idempotency_key: ID


@strawberry.input
class AcknowledgePromptInput:
    """Says that the customer has seen a prompt."""

    brand: ID
    prompt: Prompt
    idempotency_key: ID
