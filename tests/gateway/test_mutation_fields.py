"""How many mutations an operation may bring is a limit; where there are more, none is carried out."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from gateway import GatewaySettings, create_gateway
from tests.gateway.worlds import atlas

ONE = 'rename(code: "p", name: "x") { item { name } }'
OTHER = 'weigh(code: "p", weight: 1) { item { weight } }'

TOO_MANY = [
    f"mutation {{ {ONE} {OTHER} }}",
    f"mutation {{ a: {ONE} b: {ONE} }}",
    f"mutation {{ ...Both }} fragment Both on Mutation {{ {ONE} ... {{ {OTHER} }} }}",
    f"mutation($no: Boolean = false) {{ {ONE} other: {OTHER.replace(' {', ' @skip(if: $no) {', 1)} }}",
]
FEW_ENOUGH = [
    f"mutation {{ {ONE} }}",
    f"mutation {{ __typename {ONE} }}",
    f"mutation {{ {ONE} ...Same }} fragment Same on Mutation {{ {ONE} }}",
    f"mutation($no: Boolean = true) {{ {ONE} other: {OTHER.replace(' {', ' @skip(if: $no) {', 1)} }}",
    '{ a: item(code: "p") { name } b: item(code: "p") { weight } }',
]


async def answer_of(document: str, **settings: Any) -> tuple[dict[str, Any], list[str]]:
    """What a client gets, and the subgraphs that were asked for it."""
    federation = atlas()
    app = create_gateway(federation.sdl, federation.transports(), GatewaySettings(**settings))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://gateway.test"
    ) as client:
        answer = await client.post("/graphql", json={"query": document})
    return answer.json(), [name for name, _ in federation.asked]


@pytest.mark.parametrize("document", TOO_MANY)
async def test_more_mutations_than_are_allowed_are_refused_before_any(document: str) -> None:
    """Whether they stand there by other names or in fragments: no subgraph hears of them."""
    answer, calls = await answer_of(document, mutation_fields=1)
    assert calls == []
    assert "data" not in answer
    assert answer["errors"][0]["extensions"]["code"] == "TOO_MANY_MUTATIONS"
    assert "has 2 mutation fields, but may have only 1" in answer["errors"][0]["message"]


@pytest.mark.parametrize("document", FEW_ENOUGH)
async def test_what_is_one_mutation_in_the_end_is_carried_out(document: str) -> None:
    """Fields that are merged or left out are not counted, nor are queries."""
    answer, calls = await answer_of(document, mutation_fields=1)
    assert calls != [], answer
    assert "errors" not in answer


async def test_any_number_is_carried_out_where_nothing_is_set() -> None:
    """The gateway by itself keeps to the specification."""
    answer, _ = await answer_of(TOO_MANY[0])
    assert answer["data"].keys() == {"rename", "weigh"}
