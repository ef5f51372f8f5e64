"""Behind a real Varnish: public answers come from it until a publication; customers' answers never stay."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.gateway.varnish_gateway import Cdn, gateway_behind, terms
from tests.support.gateway.private_varnish import PrivateVarnish, start_varnish
from tools.server_process import free_port

TOKEN = "Bearer of-alice"

pytestmark = pytest.mark.usefixtures("varnish_installed")


@pytest.fixture(scope="module")
def started(
    processes: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[PrivateVarnish, int]]:
    """A Varnish, and the port of the gateway behind it."""
    port = free_port()
    running = start_varnish(tmp_path_factory.mktemp("varnish"), port)
    yield running, port
    running.stop()


@pytest.fixture
async def cdn(started: tuple[PrivateVarnish, int]) -> AsyncIterator[Cdn]:
    """A gateway behind an empty Varnish."""
    async with gateway_behind(*started) as found:
        yield found


async def test_public_answers_are_fetched_once(cdn: Cdn) -> None:
    """Varnish answers 499 of 500 readers of one brand's terms; each language and brand is its own."""
    answers = [await cdn.ask('{ terms(brand: "northbet") }') for _ in range(500)]
    assert {terms(answer) for answer in answers} == {"terms 1 in en for nobody"}
    assert [answer.headers["x-cache"] for answer in answers] == ["miss", *["hit"] * 499]
    assert len(cdn.content.calls) == 1
    german = await cdn.ask('{ terms(brand: "northbet") }', accept_language="de")
    assert terms(german) == "terms 1 in de for nobody"
    await cdn.ask('{ terms(brand: "southbet") }')
    assert len(cdn.content.calls) == 3


async def test_a_publication_removes_what_was_kept(cdn: Cdn) -> None:
    """The first answer after the removal is the new one, in all languages; other brands' stay."""
    for language in ("en", "de"):
        await cdn.ask('{ terms(brand: "northbet") }', accept_language=language)
    await cdn.ask('{ terms(brand: "southbet") }')
    assert await cdn.publish(2, "northbet") == 200
    for language in ("en", "de"):
        answer = await cdn.ask('{ terms(brand: "northbet") }', accept_language=language)
        assert terms(answer) == f"terms 2 in {language} for nobody"
    assert (await cdn.ask('{ terms(brand: "southbet") }')).headers["x-cache"] == "hit"


@pytest.mark.parametrize("headers", [{"authorization": TOKEN}, {"cookie": "session=alice"}])
@pytest.mark.parametrize("query", ['{ terms(brand: "northbet") }', "{ mine }", "{ plain }"])
async def test_a_customers_answer_is_never_kept(cdn: Cdn, query: str, headers: dict[str, str]) -> None:
    """Not even that to a public query: the next customer and the next visitor get answers of their own."""
    first = await cdn.ask(query, **headers)
    again = await cdn.ask(query, **headers)
    assert {first.headers["x-cache"], again.headers["x-cache"]} == {"miss"}
    other = await cdn.ask(query, authorization="Bearer of-bob")
    visitor = await cdn.ask(query)
    assert "alice" not in other.text + visitor.text
    assert "of-bob" in other.text
    assert len(cdn.content.calls) == 4


async def test_a_customer_is_not_answered_with_what_was_kept(cdn: Cdn) -> None:
    """A request with a session goes to the gateway, though a visitor's answer is there."""
    await cdn.ask('{ terms(brand: "northbet") }')
    answer = await cdn.ask('{ terms(brand: "northbet") }', authorization=TOKEN)
    assert terms(answer) == f"terms 1 in en for {TOKEN}"
    assert "private" in answer.headers["cache-control"]


@pytest.mark.parametrize("query", ["{ mine }", "{ plain }"])
async def test_private_fields_are_not_kept_for_visitors_either(cdn: Cdn, query: str) -> None:
    """Only an answer that says that it is public is kept."""
    for _ in range(3):
        assert (await cdn.ask(query)).headers["x-cache"] == "miss"
    assert len(cdn.content.calls) == 3


async def test_answers_to_post_are_not_kept(cdn: Cdn) -> None:
    """A query by POST goes to the gateway each time."""
    for _ in range(2):
        answer = await cdn.client.post("/graphql", json={"query": '{ terms(brand: "northbet") }'})
        assert answer.headers["x-cache"] == "miss"
    assert len(cdn.content.calls) == 2


@pytest.mark.parametrize("text", ["", "a || obj.status == 200", 'a" || "b', "northbet\t."])
async def test_a_removal_names_a_plain_text(cdn: Cdn, text: str) -> None:
    """What is not one cannot become a part of Varnish's expression."""
    await cdn.ask('{ terms(brand: "southbet") }')
    refused = await cdn.client.request("BAN", "/", headers={"x-contains": text} if text else {})
    assert refused.status_code == 400
    assert (await cdn.ask('{ terms(brand: "southbet") }')).headers["x-cache"] == "hit"


async def test_the_gateways_own_header_is_not_shown(cdn: Cdn) -> None:
    """What Varnish notes for removals stays inside."""
    assert "x-address" not in (await cdn.ask('{ terms(brand: "northbet") }')).headers
