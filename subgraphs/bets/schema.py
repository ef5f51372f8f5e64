"""The part of bets in the graph: placing them, and how they stand."""

import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final, NamedTuple

import strawberry
from strawberry import ID, Info
from strawberry.federation.schema_directives import Cost, Tag

from subgraphs.bets.accepting.slip import Slip
from subgraphs.bets.bet_types import Bet, BetConnection, PlaceBetInput, PlaceBetPayload
from subgraphs.bets.betting.bet import Asked, BetStatus
from subgraphs.bets.betting.bet import Bet as KnownBet
from subgraphs.bets.loaders import BetsContext
from subgraphs.bets.records.store import Place
from subgraphs.kit.domain.bounds import check
from subgraphs.kit.domain.errors import BadInput, Unauthenticated
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.graphql.descriptions import fields_described
from subgraphs.kit.graphql.pages import PageInfo
from subgraphs.kit.graphql.schema_building import CUSTOMER, SubgraphSchema, build_schema, sliced_by
from subgraphs.kit.live.watches import customer_key
from subgraphs.kit.mutations.refusals import Refusal
from subgraphs.kit.settings import Execution

BetsInfo = Info[BetsContext, None]
BET_COST: Final = 10
"""What a bet costs of a request's points: it asks for offers and for money, and waits for the disk."""

MAX_PAGE: Final = 100
MAX_SLIP: Final = 30
MAX_FOLLOWED: Final = 50
RECENT: Final = timedelta(minutes=5)
"""A stream begins with the bets that have changed since so long: their end may have come before it began."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR: Final = re.compile(r"(?P<micros>\d{1,17}):(?P<id>[a-z2-7]{24})", re.ASCII)


@fields_described
@strawberry.type
class Query:
    """Reads of bets."""

    @strawberry.field(directives=[sliced_by("first", "nodes")])
    async def bets(
        self, info: BetsInfo, brand: ID, first: int = 10, after: str | None = None
    ) -> BetConnection | None:
        """The customer's bets, the newest first; null without an error for an anonymous visitor."""
        if not 1 <= first <= MAX_PAGE:
            raise BadInput(f"`first` must be 1 to {MAX_PAGE}")
        place = _place(after) if after else None
        viewer = info.context.of_brand(brand)
        if viewer is None:
            return None
        found = await info.context.opened.work.store.page(viewer.owner, first + 1, place)
        nodes = await _shown(info.context, viewer.owner, found[:first])
        cursor = _cursor(found[:first][-1]) if nodes else None
        return BetConnection(
            nodes=nodes, page_info=PageInfo(has_next_page=len(found) > first, end_cursor=cursor)
        )


@fields_described
@strawberry.type
class Mutation:
    """What a customer can ask of bets."""

    @strawberry.federation.mutation(directives=[Cost(weight=BET_COST)], tags=[CUSTOMER])
    async def place_bet(self, info: BetsInfo, input: PlaceBetInput) -> PlaceBetPayload:  # noqa: A002 - the contract's name
        """One bet for a key.

        It is refused with PRICE_CHANGED and the new odds unless `acceptChanges` takes them. PENDING while its
        end is not known: ask again by the same key, or follow `betUpdated`.
        """
        context = info.context
        actor = context.actor(input.brand)
        if isinstance(actor, Refusal):
            return PlaceBetPayload.of(actor, "en", None)
        check(input)
        brand = (await context.rules(input.brand)).brand
        account = await context.account(actor.owner, brand)
        locale, identity = context.locale(brand), context.identity
        asked = Asked(
            owner=actor.owner,
            key=str(input.idempotency_key),
            slip=_slip(input),
            jurisdiction=account.jurisdiction,
            territory=context.territory,
            language=locale,
        )
        placed = await context.opened.placing.place(asked)
        at = None if isinstance(placed, Refusal) else await _read_at(context, [placed])
        return PlaceBetPayload.of(placed, locale, identity.accept_language, at)


class _Seen(NamedTuple):
    """The bets of a customer that have changed lately, and the context in which they were read."""

    context: BetsContext
    bets: list[KnownBet]


@fields_described
@strawberry.type
class Subscription:
    """What a customer can follow of bets."""

    @strawberry.subscription(directives=[Tag(name=CUSTOMER)])
    async def bet_updated(self, info: BetsInfo, brand: ID) -> AsyncGenerator[Bet, None]:
        """Each bet of the signed-in customer that changes; at first those that have changed a moment ago."""
        viewer = info.context.of_brand(brand)
        if viewer is None:
            raise Unauthenticated("sign in first")
        context, owner = info.context, viewer.owner
        stream = context.updates.stream(context, customer_key(owner), _read, owner, _event)
        known: dict[str, KnownBet] = {}
        async with aclosing(stream) as states:
            async for seen in states:
                news = [bet for bet in seen.bets if known.get(bet.bet_id) != bet]
                known = {bet.bet_id: bet for bet in seen.bets}
                for shown in await _shown(seen.context, owner, news):
                    yield shown


async def _read(context: BetsContext, owner: Owner) -> _Seen:
    work = context.opened.work
    since = await work.now() - RECENT
    return _Seen(context, await work.store.changed_since(owner, since, MAX_FOLLOWED))


def _event(_version: int, seen: _Seen) -> _Seen:
    return seen


async def _shown(context: BetsContext, owner: Owner, bets: Sequence[KnownBet]) -> list[Bet]:
    if not bets:
        return []
    locale, at = await context.locale_of(owner.brand), await _read_at(context, bets)
    language = context.identity.accept_language
    return [Bet(known=bet, locale=locale, language=language, at=at) for bet in bets]


async def _read_at(context: BetsContext, bets: Sequence[KnownBet]) -> datetime | None:
    """Return the machine's time, which is asked for only where a bet waits."""
    waits = any(bet.status is BetStatus.PENDING for bet in bets)
    return await context.opened.work.now() if waits else None


def _slip(asked: PlaceBetInput) -> Slip:
    """Return the slip that a customer sends.

    Raises:
        BadInput: It has no leg, too many, or one twice; or something in it is out of its range.
    """
    legs = tuple(leg.leg(asked.brand) for leg in asked.legs)
    if not 1 <= len(legs) <= MAX_SLIP:
        raise BadInput(f"a slip has 1 to {MAX_SLIP} legs")
    if len({leg.selection_id for leg in legs}) < len(legs):
        raise BadInput("a slip has each selection once")
    return Slip(
        legs=legs,
        stake_minor=int(asked.stake_minor),
        each_way=asked.each_way,
        currency=asked.currency,
        changes=asked.accept_changes,
        free_bet=str(asked.free_bet_id or ""),
    )


def _cursor(bet: KnownBet) -> str:
    return f"{(bet.asked_at - _EPOCH) // timedelta(microseconds=1)}:{bet.bet_id}"


def _place(cursor: str) -> Place:
    """Return the place of a cursor.

    Raises:
        BadInput: It was not made here.
    """
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise BadInput("this cursor was not made here")
    return Place(_EPOCH + timedelta(microseconds=int(found["micros"])), found["id"])


@cache
def create_schema(execution: Execution = "compiled") -> SubgraphSchema:
    """Return the schema of bets, which the apps of this process share."""
    return build_schema(Query, Mutation, subscription=Subscription, execution=execution)
