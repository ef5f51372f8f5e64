"""`GET /brands/{brand}/betslip`: the endpoint that a good engineer would write by hand."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated

import orjson
from fastapi import FastAPI, Header, HTTPException, Response
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine

from bench.peers.rest_sqlalchemy.answer import betslip
from bench.peers.rest_sqlalchemy.public import BrandData, read_public
from bench.peers.rest_sqlalchemy.reads import Reads
from bench.peers.rest_sqlalchemy.sessions import Tokens
from bench.peers.rest_sqlalchemy.settings import RestSettings

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
