"""Gateways share responses in Valkey; without it, subgraphs are asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from gateway.features.response_cache.stores import StoreUnavailable
from gateway.features.response_cache.valkey_store import ValkeyStore
from gateway.pipeline.cache_control.cacheable_fields import written_tag
from tests.gateway.features.response_cache.cached_shop import Clock, Shop
from tools.private_valkey import PrivateValkey, start_valkey

STOCK = "{ products { upc stock } }"
PATIENCE_SECONDS = 180.0


@asynccontextmanager
async def shop_at(url: str, clock: Clock | None = None) -> AsyncIterator[tuple[Shop, ValkeyStore]]:
    """A shop behind a gateway of its own, which shares responses."""
    store = ValkeyStore.at(url, PATIENCE_SECONDS, 3600)
    if clock is not None:
        store.client.now = clock
    try:
        yield Shop(store), store
    finally:
        await store.close()


async def kept(store: ValkeyStore) -> None:
    """Wait until everything is kept."""
    await asyncio.gather(*store._keeping)


async def test_what_one_gateway_fetched_another_serves(valkey: PrivateValkey) -> None:
    """Until it is invalidated at either of them."""
    async with shop_at(valkey.url) as (one, first), shop_at(valkey.url) as (two, second):
        await first.invalidate(["subgraph:stock"])
        await one.query(STOCK)
        await kept(first)
        await two.query(STOCK)
        assert ("stock", ["1", "2", "3"]) in one.calls
        assert two.calls == [("list", [])]
        one.stock["2"] = two.stock["2"] = 21
        await second.invalidate([written_tag("stock", "product-2")])
        answer = await one.query(STOCK)
        assert [each["stock"] for each in answer["data"]["products"]] == [10, 21, 30]
        assert one.calls[-1] == ("stock", ["2"])


@pytest.mark.usefixtures("valkey_installed")
async def test_without_valkey_subgraphs_are_asked(tmp_path_factory: pytest.TempPathFactory) -> None:
    """An invalidation fails in words; after a pause, Valkey is used again."""
    server, clock = start_valkey(tmp_path_factory.mktemp("valkey")), Clock()
    try:
        async with shop_at(server.url, clock) as (shop, store):
            await shop.query(STOCK)
            await kept(store)
            server.stop()
            for _ in range(2):
                answer = await shop.query(STOCK)
                assert [each["stock"] for each in answer["data"]["products"]] == [10, 20, 30]
            assert store.client.failures == 1
            with pytest.raises(StoreUnavailable, match="try again"):
                await store.invalidate(["any"])
            assert shop.calls.count(("stock", ["1", "2", "3"])) == 3
    finally:
        server.stop()
