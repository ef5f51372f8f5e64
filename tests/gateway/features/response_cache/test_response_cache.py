"""What may be cached is fetched once, until it expires or is invalidated; nobody gets another's."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.features.response_cache.stores import MemoryStore
from gateway.pipeline.cache_control.cacheable_fields import subgraph_tag, type_tag, written_tag
from tests.gateway.features.response_cache.cached_shop import Clock, Shop

STOCK = "{ products { upc stock } }"
ALL = ["1", "2", "3"]


def stocks(answer: dict[str, Any]) -> list[int | None]:
    """The stock of each product in an answer."""
    return [each["stock"] for each in answer["data"]["products"]]


async def test_entities_are_fetched_once() -> None:
    """The root field says that it must not be cached; only new products are asked for."""
    shop = Shop()
    assert stocks(await shop.query(STOCK)) == [10, 20, 30]
    assert stocks(await shop.query(STOCK)) == [10, 20, 30]
    shop.stock["4"] = 40
    assert stocks(await shop.query(STOCK)) == [10, 20, 30, 40]
    assert shop.calls == [("list", []), ("stock", ALL), ("list", []), ("list", []), ("stock", ["4"])]
    assert shop.metrics.lookups == {("stock", "hit"): 6, ("stock", "miss"): 4}


async def test_what_is_served_belongs_to_the_request() -> None:
    """A change to one answer does not reach the next."""
    shop = Shop()
    for _ in range(3):
        answer = await shop.query('{ best(kind: "a") { upc name } }')
        assert answer["data"]["best"][0]["name"] == "P1"
        answer["data"]["best"][0]["name"] = "spoiled"
    assert shop.calls == [("list", [])]


@pytest.mark.parametrize(
    "query",
    ["{ products { now } }", "{ products { stock now } }", "{ products { viewed } }"],
)
async def test_what_may_not_be_cached_is_fetched_each_time(query: str) -> None:
    """One such field makes all of its fetch uncacheable; private ones are not kept by default."""
    shop = Shop()
    await shop.query(query)
    await shop.query(query)
    assert shop.calls.count(("stock", ALL)) == 2


async def test_private_entities_are_kept_for_their_customer_alone() -> None:
    """Another customer's are fetched, and so are those of nobody."""
    shop = Shop(customer_of=lambda session: str(session) if session != "nobody" else None)
    for session in ("ann", "ann", "bob", "bob", "nobody", "nobody", None):
        await shop.query("{ products { viewed } }", session=session)
    assert shop.calls.count(("stock", ALL)) == 5


async def test_public_entities_do_not_depend_on_who_asks() -> None:
    """The token is no part of the key; the language is, and any other header that subgraphs see."""
    shop = Shop()
    for headers in (
        {"authorization": "Bearer a"},
        {"authorization": "Bearer b"},
        {"accept-language": "de"},
        {"accept-language": "de", "authorization": "Bearer a"},
        {"x-region": "de"},
    ):
        await shop.query(STOCK, headers)
    assert shop.calls.count(("stock", ALL)) == 3


async def test_arguments_and_selections_are_part_of_the_key() -> None:
    """What was selected in another way is fetched."""
    shop = Shop()
    for query in (
        '{ products { price(currency: "GBP") } }',
        '{ products { price(currency: "EUR") } }',
        "{ products { stock } }",
        'query Named { products { price(currency: "EUR") } }',
    ):
        await shop.query(query)
    assert shop.calls.count(("stock", ALL)) == 3


async def test_entries_expire() -> None:
    """An entity lives for 60 seconds, the root field for 30."""
    clock = Clock()
    shop = Shop(MemoryStore(10**6, clock))
    query = '{ best(kind: "a") { stock } }'
    fetched = []
    for clock.now in (0.0, 29.9, 30.0, 59.9, 60.0):
        shop.calls.clear()
        await shop.query(query)
        fetched.append([name for name, _ in shop.calls])
    assert fetched == [["list", "stock"], [], ["list"], [], ["list", "stock"]]


@pytest.mark.parametrize(
    ("tag", "fetched"),
    [
        (written_tag("stock", "product-2"), [("stock", ["2"])]),
        (written_tag("stock", "products"), [("stock", ALL)]),
        (written_tag("list", "best-a"), [("list", [])]),
        (type_tag("stock", "Product"), [("stock", ALL)]),
        (type_tag("list", "Query"), [("list", [])]),
        (subgraph_tag("stock"), [("stock", ALL)]),
        (written_tag("list", "best-b"), []),
        (written_tag("stock", "best-a"), []),
        (type_tag("list", "Product"), []),
    ],
)
async def test_a_tag_invalidates_what_has_it(tag: str, fetched: list[Any]) -> None:
    """And nothing else."""
    shop = Shop()
    query = '{ best(kind: "a") { stock } }'
    await shop.query(query)
    shop.calls.clear()
    await shop.store.invalidate([tag])
    await shop.query(query)
    assert shop.calls == fetched
    await shop.query(query)
    assert shop.calls == fetched


async def test_what_is_invalidated_while_it_is_fetched_is_not_served() -> None:
    """What the subgraph answered may be older than the change."""
    shop = Shop()
    invalidated: list[str] = []

    async def answering(request: Any) -> Any:
        response = await original(request)
        if not invalidated:
            invalidated.append("product-1")
            shop.stock["1"] = 11
            await shop.store.invalidate([written_tag("stock", "product-1")])
        return response

    original = shop._stock
    transports: Any = shop.executor.transports
    transports["stock"] = type(transports["stock"])(
        lambda document, name: (
            lambda variables, headers, _session: answering(_request(document, variables, name, headers))
        )
    )
    await shop.query(STOCK)
    assert stocks(await shop.query(STOCK)) == [11, 20, 30]


def _request(document: str, variables: Any, name: str | None, headers: Any) -> Any:
    from tests.federation_kit.asked import SubgraphRequest  # noqa: PLC0415

    return SubgraphRequest(document, variables, name, headers)


async def test_an_error_belongs_to_the_entity_that_it_was_given_for() -> None:
    """Its index is the one among all products, not among those that were asked for; none of them is kept."""
    shop = Shop()
    await shop.query(STOCK)
    await shop.store.invalidate([written_tag("stock", "product-2"), written_tag("stock", "product-3")])

    def failing(response: dict[str, Any]) -> dict[str, Any]:
        response["data"]["_entities"][1]["stock"] = None
        return {**response, "errors": [{"message": "no", "path": ["_entities", 1, "stock"]}]}

    shop.answer = failing
    answer = await shop.query(STOCK)
    assert stocks(answer) == [10, 20, None]
    assert [each["path"] for each in answer["errors"]] == [["products", 2, "stock"]]
    shop.answer = lambda response: response
    shop.calls.clear()
    assert stocks(await shop.query(STOCK)) == [10, 20, 30]
    assert shop.calls == [("list", []), ("stock", ["2", "3"])]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda response: {"data": {"_entities": response["data"]["_entities"] * 3}},
        lambda _: {"data": {"_entities": []}},
        lambda _: {"data": {"_entities": None}},
        lambda _: {"data": {}},
        lambda _: {"data": None, "errors": [{"message": "no"}]},
        lambda _: {"data": [], "errors": {"message": "no"}},
        lambda _: {"errors": [{"message": "no", "path": ["_entities", 99]}]},
        lambda _: {"data": {"_entities": [7]}},
    ],
)
async def test_a_response_that_does_not_fit_is_taken_for_no_other_entity(spoil: Any) -> None:
    """One product is asked for, and the subgraph answers as if it were three, or nothing that is valid."""
    shop = Shop()
    await shop.query(STOCK)
    await shop.store.invalidate([written_tag("stock", "product-2")])
    shop.answer = spoil
    answer = await shop.query(STOCK)
    assert answer["errors"]
    products = answer["data"]["products"] if answer["data"] else []
    assert all(product["stock"] in (None, 10 * int(product["upc"])) for product in products)
    assert all(each["stock"] is None for each in products if each["upc"] == "2")
    shop.answer = lambda response: response
    assert stocks(await shop.query(STOCK)) == [10, 20, 30]


async def test_memory_is_bounded() -> None:
    """The bytes of all entries stay within the limit; so do the tags that are remembered."""
    store = MemoryStore(20_000)
    shop = Shop(store)
    shop.stock = {str(number): number for number in range(500)}
    await shop.query(STOCK)
    assert 0 < store.cache.held <= 20_000
    for number in range(0, 210_000, 1_000):
        await store.invalidate([str(each) for each in range(number, number + 1_000)])
    assert len(store._generations) <= 100_000
    shop.calls.clear()
    await shop.query(STOCK)
    assert len(shop.calls[1][1]) == 500
