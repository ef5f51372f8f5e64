"""A demo is ready when all its blocks know its brands, which each of them learns at another moment."""

import json

import httpx
import respx
from graphql import build_schema, parse, validate

from furlong.demo.first_state import AROUND, JOIN, LOOK, reach_first_state
from furlong.demo.routes import DemoSession, SessionCustomer
from tests.support.repository_files import ROOT

CLUB = {
    "terms": {"version": "1"},
    "membership": {"optedIn": False, "canOptIn": True, "blockedReason": None},
    "progress": {"staked": {"minor": 0}},
    "options": [{"id": "fb-5"}],
    "choice": {"version": 0},
}
CUSTOMER = SessionCustomer(id="c-1", brand="northbet", token="a token", note="")
UNKNOWN = {"message": "northbet has not been loaded", "extensions": {"code": "UNKNOWN_BRAND"}}
OTHERWISE = {"message": "this game is unavailable", "extensions": {"code": "METHOD_UNAVAILABLE"}}


@respx.mock
async def test_a_demo_waits_for_the_block_that_learns_of_its_brands_last() -> None:
    """Only for that: what else a block refuses is as it will be."""
    around = [{"errors": [UNKNOWN]}, {"errors": [OTHERWISE, UNKNOWN]}, {"errors": [OTHERWISE]}]

    def answer(request: httpx.Request) -> httpx.Response:
        asked = json.loads(request.content)["query"]
        return httpx.Response(200, json=around.pop(0) if asked == AROUND else {"data": {"club": CLUB}})

    respx.post("http://demo/graphql").mock(side_effect=answer)
    await reach_first_state("http://demo", DemoSession(brand="northbet", customers=(CUSTOMER,)))
    assert around == []


def test_what_a_demo_asks_is_in_the_schema() -> None:
    """A field that is renamed would be an error, which is not waited for."""
    schema = build_schema((ROOT / "schema.api.graphql").read_text(), assume_valid=True)
    assert [fault for text in (AROUND, JOIN, LOOK) for fault in validate(schema, parse(text))] == []
