"""`GET /brands/{brand}/betslip`: the endpoint that a good engineer would write by hand."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import orjson
from fastapi import FastAPI, Header, HTTPException, Response
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine

from bench.peers.rest_sqlalchemy.public import BrandData, money, read_public
from bench.peers.rest_sqlalchemy.reads import Found, Reads
from bench.peers.rest_sqlalchemy.sessions import Customer, RestSettings, Tokens
from subgraphs.club.membership.membership import MembershipEvent, MembershipKind, MembershipState, fold
from subgraphs.club_kit.domain.accounts import Account, ineligible_reason, unknown_account
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.club_kit.domain.schemes import Scheme, currencies_in
from subgraphs.progress.qualification.club_state import StateFacts, club_state
from subgraphs.rewards.menu.options import StoredChoice, locked


def betslip(customer: Customer, found: Found, public: BrandData, now: datetime) -> dict[str, Any]:
    """Return a customer's bet-slip for the current week."""
    week, row = public.week, found.account
    account = _account(row) if row else unknown_account(public.rules.brand)
    own = public.rules.scheme(account.jurisdiction, account.currency, week)
    scheme = own or public.rules.default_scheme(week)
    currencies = currencies_in(account.jurisdiction, public.rules.served)
    reason = ineligible_reason(account, public.rules.brand, currencies=currencies)
    membership = _membership(found)
    total = (row.total_minor or 0) if row else 0
    week_state = scheme.state_of(week, now)
    facts = StateFacts(
        eligible=reason is None,
        week=week_state,
        opted_in=membership.opted_in,
        reached=reason is None and total >= scheme.target_minor,
        reached_when_leaving=False,
    )
    return {
        "club": {
            "id": ClubKey(customer.brand, week.iso, customer.id).encode(),
            "state": club_state(facts).name,
            "week": {
                "id": f"{customer.brand}:{week.iso}",
                "isoWeek": week.iso,
                "endsAt": week.ends_at,
                "state": week_state.name,
            },
            "terms": {"version": scheme.terms.version, "url": scheme.terms.url},
            "membership": {
                "optedIn": membership.opted_in,
                "pending": bool(found.pending.membership),
                "version": membership.version,
                "canOptIn": not (membership.opted_in or reason),
                "blockedReason": reason.name if reason else None,
            },
            "progress": None if reason else _progress(found, scheme, public),
            "options": [] if reason else public.offer(scheme).options,
            "choice": None if reason else _choice(found, scheme, public, now),
        }
    }


def _account(row: Any) -> Account:
    return Account(
        row.jurisdiction, row.currency, row.status, row.verified, row.rg_state, row.promo_restricted
    )


def _membership(found: Found) -> MembershipState:
    return fold([MembershipEvent(row.version, MembershipKind(row.kind), row.at) for row in found.events])


def _progress(found: Found, scheme: Scheme, public: BrandData) -> dict[str, Any]:
    row, target, currency = found.account, scheme.target_minor, scheme.currency
    total = (row.total_minor or 0) if row else 0
    locale = public.rules.brand.default_locale
    return {
        "staked": money(total, currency, locale),
        "target": money(target, currency, locale),
        "remaining": money(max(0, target - total), currency, locale),
        "percent": min(100, total * 100 // target),
        "qualified": total >= target,
        "countedBets": (row.counted_bets or 0) if row else 0,
        "asOf": row.as_of if row else None,
    }


def _choice(found: Found, scheme: Scheme, public: BrandData, now: datetime) -> dict[str, Any] | None:
    row = found.account
    stored = None
    if row and row.reward_id is not None:
        stored = StoredChoice(row.reward_id, row.config_version, row.choice_version, row.chosen_at)
    choice = public.offer(scheme).menu.choice(stored)
    if choice is None:
        return None
    return {
        "version": choice.version,
        "locked": locked(scheme, public.week, now),
        "locksAt": scheme.locks_at(public.week),
        "isDefault": choice.is_default,
        "notice": choice.notice.name if choice.notice else None,
        "pending": bool(found.pending.choice),
        "option": {"id": str(choice.option.id), "title": choice.option.content.title},
    }


KEPT = timedelta(seconds=10)


def create_app() -> FastAPI:
    """Return the service, configured from the environment."""
    settings = RestSettings()
    engine = _engine(settings, "club", settings.rest_pool_size)
    rewards = _engine(settings, "rewards", 1)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    reads, tokens = Reads(settings.database_url), Tokens(settings)
    kept: dict[str, BrandData] = {}
    reading = asyncio.Lock()

    async def public_data(brand: str, now: datetime) -> BrandData:
        if _is_fresh(kept.get(brand), now):
            return kept[brand]
        async with reading:  # one request reads, the others wait
            if not _is_fresh(kept.get(brand), now):
                kept[brand] = await read_public(engine, rewards, brand)
            return kept[brand]

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await engine.dispose()
        await rewards.dispose()

    app = FastAPI(title="Bet-slip, by hand", lifespan=lifespan)

    @app.get("/brands/{brand}/betslip")
    async def get_betslip(brand: str, authorization: Annotated[str | None, Header()] = None) -> Response:
        customer = tokens.customer(authorization)
        if customer.brand != brand:
            raise HTTPException(403, "the token is of another brand")
        now = datetime.now(UTC)
        public = await public_data(brand, now)
        async with sessions() as session:
            found = await reads.customer(session, customer, public.week.iso)
        body = orjson.dumps(betslip(customer, found, public, now))
        return Response(body, media_type="application/json")

    return app


def _is_fresh(data: BrandData | None, now: datetime) -> bool:
    return data is not None and now - data.read_at < KEPT and now < data.week.ends_at


def _engine(settings: RestSettings, subgraph: str, pool_size: int) -> AsyncEngine:
    url = f"{settings.database_url}_{subgraph}?charset=utf8mb4"
    return create_async_engine(url, pool_size=pool_size, max_overflow=0, pool_recycle=3600)
