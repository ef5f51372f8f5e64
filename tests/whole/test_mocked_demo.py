"""`furlong demo --mock`: plausible answers from the schema alone."""

import asyncio
import json
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from graphql import GraphQLSchema, build_schema, get_named_type, parse, validate
from starlette.applications import Starlette
from starlette.routing import Mount
from typer.testing import CliRunner

from furlong.cli import app as furlong
from furlong.demo.mock.execution import MockedGraph
from furlong.demo.mock.server import PATH, MountedMock, mocked_app, session_of
from furlong.demo.mock.supergraph import supergraph_of
from gateway.supergraph.load import load_supergraph

ROOT: Final = Path(__file__).resolve().parents[2]
BETSLIP: Final = (ROOT / "contracts" / "betslip.graphql").read_text()
UPDATES: Final = (ROOT / "contracts" / "updates.graphql").read_text()
NORTHBET: Final[dict[str, Any]] = {"brand": "northbet"}
PETS: Final = """
type Query { pet(id: ID!): Pet pets(first: Int): [Pet!]! any: Thing }
interface Pet { id: ID! name: String! }
type Cat implements Pet { id: ID! name: String! lives: Int! born: DateTime! }
type Dog implements Pet { id: ID! name: String! size: Size! }
union Thing = Dog | Cat
enum Size { SMALL LARGE }
scalar DateTime
"""


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    """Return the schema that customers' clients see."""
    return load_supergraph((ROOT / "schema.public.graphql").read_text()).public


def ask(
    schema: GraphQLSchema, query: str, seed: int = 1, headers: dict[str, str] | None = None, **variables: Any
) -> Any:
    """Return the answer of the mocked graph."""
    call = MockedGraph(schema, seed).prepare(query, None)

    async def answered() -> Any:
        return await call(variables, headers or {}, None)

    return asyncio.run(answered())


def test_the_bet_slip_is_complete(schema: GraphQLSchema) -> None:
    """The client's query has an answer without errors, whose amounts and ids fit together."""
    answer = ask(schema, BETSLIP, **NORTHBET)
    assert "errors" not in answer
    club = answer["data"]["club"]
    assert 0 <= club["progress"]["percent"] <= 100
    staked = club["progress"]["staked"]
    assert staked["display"] == f"£{staked['minor'] / 100:.2f}"
    assert len({option["id"] for option in club["options"]}) == 3
    assert club["choice"]["option"] == {key: club["options"][0][key] for key in ("id", "title")}


def test_answers_depend_on_the_seed_and_the_question_alone(schema: GraphQLSchema) -> None:
    """The same seed gives the same answer in another process; another seed or brand gives another one."""
    assert ask(schema, BETSLIP, **NORTHBET) == ask(schema, BETSLIP, **NORTHBET)
    assert ask(schema, BETSLIP, **NORTHBET) != ask(schema, BETSLIP, seed=2, **NORTHBET)
    one, other = (ask(schema, BETSLIP, brand=brand)["data"]["club"]["id"] for brand in ("northbet", "eirbet"))
    assert one != other


def test_an_object_is_the_same_wherever_it_is_asked_for(schema: GraphQLSchema) -> None:
    """A club has the same fields in a query, a change and an event."""
    fields = "{ id state terms { version url } progress { percent staked { minor } } }"
    asked = ask(schema, f'{{ club(brand: "northbet") {fields} }}')["data"]["club"]
    changed = ask(
        schema,
        f"mutation ($input: OptOutInput!) {{ optOut(input: $input) {{ club {fields} errors {{ code }} }} }}",
        input={"brand": "northbet", "idempotencyKey": "k-1"},
    )["data"]["optOut"]
    assert changed == {"club": asked, "errors": []}


def test_every_state_can_be_asked_for(schema: GraphQLSchema) -> None:
    """The header `x-mock` sets any field; so does the token of each customer of the mocked session."""
    states = get_named_type(schema.type_map["ClubState"]).values  # type: ignore[attr-defined]
    for state in states:
        values = {"Club.state": state, "Progress.percent": 7, "Club.choice": None, "Club.options": []}
        club = ask(schema, BETSLIP, headers={"x-mock": json.dumps(values)}, **NORTHBET)["data"]["club"]
        assert (club["state"], club["progress"]["percent"]) == (state, 7)
        assert (club["choice"], club["options"]) == (None, [])
    for customer in session_of(schema).customers:
        signed_in = {"authorization": f"Bearer {customer.token}"}
        club = ask(schema, BETSLIP, headers=signed_in, **NORTHBET)["data"]["club"]
        assert customer.note == f"Mocked: {club['state']}"
    assert len(session_of(schema).customers) == len(states)


@pytest.mark.parametrize("header", ["MISSED", "[]", '{"Club.colour": "red"}', '{"Clubb.state": "MISSED"}'])
def test_a_wrong_wish_is_refused(header: str, schema: GraphQLSchema) -> None:
    """A misspelt type or field is an error instead of having no effect."""
    answer = ask(schema, BETSLIP, headers={"x-mock": header}, **NORTHBET)
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"Club.state": "WON"}, "one of NOT_OPTED_IN, "),
        ({"Club.state": ["MISSED"]}, "ClubState, one of NOT_OPTED_IN, "),
        ({"Progress.percent": None}, "Int!"),
        ({"Progress.percent": "much"}, "Int!"),
        ({"Club.choice": {"locked": True}}, "set the fields of RewardChoice, or null"),
        ({"Club.week": None}, "set the fields of ClubWeek"),
        ({"Club.options": [{}]}, "set the fields of RewardOption, or null"),
    ],
    ids=str,
)
def test_a_value_that_a_type_does_not_have_is_refused(
    wanted: dict[str, object], said: str, schema: GraphQLSchema
) -> None:
    """The error repeats the value, and says what the field can be."""
    error = ask(schema, BETSLIP, headers={"x-mock": json.dumps(wanted)}, **NORTHBET)["errors"][0]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    ((coordinate, value),) = wanted.items()
    assert f"sets {coordinate} to {json.dumps(value)}" in error["message"]
    assert said in error["message"]


async def test_events_are_numbered_and_move(schema: GraphQLSchema) -> None:
    """Each event of a subscription has the next version of the same club, whose progress moves."""
    subscribe = MockedGraph(schema, event_seconds=0).prepare_subscription(UPDATES, None)
    events = await subscribe(NORTHBET, {}, None)
    first, second = [(await anext(events))["data"]["clubUpdated"] for _ in range(2)]
    await events.aclose()
    assert (first["version"], second["version"]) == (1, 2)
    assert first["club"]["id"] == second["club"]["id"]
    assert first["club"]["progress"]["percent"] != second["club"]["progress"]["percent"]


def test_any_schema_is_mocked() -> None:
    """Interfaces, unions and arguments are respected: ids that are asked for, and lengths of lists."""
    pets = build_schema(PETS)
    query = '{ pet(id: "p-7") { __typename id } pets(first: 2) { id } any { ... on Dog { size } } }'
    assert validate(pets, parse(query)) == []
    answer = ask(pets, query)
    assert answer["data"]["pet"]["id"] == "p-7"
    assert len(answer["data"]["pets"]) == 2
    assert answer["data"]["any"]["size"] in {"SMALL", "LARGE"}
    served = load_supergraph(supergraph_of(pets)).public
    assert set(pets.type_map) - {"Float"} <= set(served.type_map)


async def test_the_gateway_serves_it(schema: GraphQLSchema) -> None:
    """Over HTTP there are the graph with introspection, and the customers for the page."""
    app = mocked_app(schema)
    transport = httpx.ASGITransport(app)
    betslip = {"query": BETSLIP, "variables": NORTHBET}
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", timeout=60) as client,
    ):
        wanted = {"x-mock": '{"Club.state": "MISSED"}'}
        asked = await client.post("/graphql", json=betslip, headers=wanted)
        assert asked.json()["data"]["club"]["state"] == "MISSED"
        types = await client.post("/graphql", json={"query": "{ __schema { types { name } } }"})
        assert {"name": "Club"} in types.json()["data"]["__schema"]["types"]
        wrong = await client.post("/graphql", json=betslip, headers={"x-mock": "?"})
        assert "x-mock is not a JSON object" in wrong.json()["errors"][0]["message"]
        session = (await client.get("/demo/session")).json()
    assert session["brand"] == "northbet"
    assert {"mock-tracking", "mock-not-opted-in"} <= {one["id"] for one in session["customers"]}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--mock", "--scenario", "new"], "--scenario would have no effect"),
        (["--mock", "--at", "2026-04-09T18:00Z", "--no-traffic"], "--at, --traffic would have no effect"),
        (["--mock", "--data", "x"], "--data would have no effect"),
        (["--seed", "2"], "--seed needs --mock"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: list[str], said: str) -> None:
    """Mocked answers have no data, no clock and no customers."""
    ended = CliRunner().invoke(furlong, ["demo", *options])
    assert ended.exit_code == 1
    assert said in ended.output


def test_a_site_has_mocked_answers_below_a_path() -> None:
    """The graph is built by the first request, and beside the site's own."""
    mocked = MountedMock()
    site = Starlette(routes=[Mount(PATH, mocked)])

    async def exchange() -> list[httpx.Response]:
        transport = httpx.ASGITransport(site)
        async with httpx.AsyncClient(transport=transport, base_url="http://demo") as client:
            body = {"query": BETSLIP, "variables": NORTHBET}
            wanted = {"x-mock": json.dumps({"Club.state": "MISSED"})}
            answers = [await client.post(f"{PATH}/graphql", json=body, headers=wanted) for _ in range(2)]
            answers.append(await client.post("/graphql", json=body))
        mocked.end_streams()
        await mocked.close()
        return answers

    first, second, other = asyncio.run(exchange())
    assert first.json() == second.json()
    assert first.json()["data"]["club"]["state"] == "MISSED"
    assert other.status_code == httpx.codes.NOT_FOUND


def test_a_site_that_nobody_asks_for_mocked_answers_builds_none() -> None:
    """Closing what was never built does nothing."""
    mocked = MountedMock()
    mocked.end_streams()
    asyncio.run(mocked.close())
