"""An argument that clients do not see is set from the nearest object above that has its context."""

from collections.abc import Mapping
from typing import Any

import pytest
from inline_snapshot import snapshot

from gateway.errors import CannotPlan, SupergraphError
from gateway.supergraph import load_supergraph
from tests.federation_kit.asked import SubgraphRequest, asking
from tests.federation_kit.case import Operation, Served
from tests.federation_kit.comparison import GatewayOf
from tests.gateway.federated import compared, federated
from tests.gateway.plans import joined, printed
from tests.gateway.served import answered

ACCOUNTS = """
type Query { me: User! }
type User @key(fields: "id") { id: ID! currency: String region: Region! }
type Region @shareable { code: String! }
type Firm @key(fields: "id") { id: ID! coin: String! }
"""

PRICES = """
type Query { users: [User!]! payers: [Payer!]! rows: [[User!]!]! holders: [Holder!]! }
interface Payer { id: ID! favourite: Item }
union Holder @context(name: "holder") = User | Firm
type User implements Payer @key(fields: "id") @context(name: "payer") {
  id: ID!
  currency: String @external
  friend: User
  favourite: Item
  baskets: [[Item!]]!
}
type Firm implements Payer @key(fields: "id") @context(name: "payer") {
  id: ID!
  coin: String! @external
  favourite: Item
}
type Item @key(fields: "id") {
  id: ID!
  price(round: Boolean! = false, in: String
    @fromContext(field: "$payer ... on User { currency } ... on Firm { coin }")): String!
  held(by: ID @fromContext(field: "$holder ... on User { id } ... on Firm { id }")): String!
  like: Item
}
"""

STOCK = """
type Item @key(fields: "id") { id: ID! stock: Int! twin: Item }
"""

TAXES = """
type User @key(fields: "id") @context(name: "taxed") {
  id: ID!
  region: Region! @external
  last: Item
}
type Firm @key(fields: "id") @context(name: "taxed") { id: ID! coin: String! @external }
type Region @shareable { code: String! }
type Item @key(fields: "id") {
  id: ID!
  tax(of: String
    @fromContext(field: "$taxed ... on User { region { code } } ... on Firm { coin }")): String!
}
"""


def market() -> Served:
    """Users and firms pay for the same items in different currencies."""
    return federated(
        {
            "Query": {
                "__typename": "Query",
                "me": {"$ref": "u1"},
                "users": [{"$ref": "u1"}, {"$ref": "u2"}, {"$ref": "u3"}, {"$ref": "u4"}],
                "payers": [{"$ref": "u1"}, {"$ref": "f1"}, {"$ref": "u3"}],
                "rows": [[{"$ref": "u2"}], [], [{"$ref": "u1"}, {"$ref": "u3"}]],
                "holders": [{"$ref": "f1"}, {"$ref": "u2"}],
            },
            "u1": _user("1", ("EUR", "DE"), "u2", [["i1", "i2"], None, []], "i1"),
            "u2": _user("2", ("GBP", "GB"), "u1", [["i1"], ["i1"]], "i2"),
            "u3": _user("3", ("EUR", "AT"), "u3", [], "i1"),
            "u4": _user("4", (None, "GB"), None, [["i2"]], None),
            "f1": {"__typename": "Firm", "id": "9", "coin": "CHF", "favourite": {"$ref": "i1"}},
            "i1": _item("1", "i2"),
            "i2": _item("2", None),
            "DE": {"__typename": "Region", "code": "DE"},
            "AT": {"__typename": "Region", "code": "AT"},
            "GB": {"__typename": "Region", "code": "GB"},
        },
        accounts=ACCOUNTS,
        prices=PRICES,
        stock=STOCK,
        taxes=TAXES,
    )


def _user(
    number: str,
    money: tuple[str | None, str],
    friend: str | None,
    baskets: list[list[str] | None],
    favourite: str | None,
) -> dict[str, Any]:
    return {
        "__typename": "User",
        "id": number,
        "currency": money[0],
        "region": {"$ref": money[1]},
        "friend": _ref(friend),
        "favourite": _ref(favourite),
        "last": _ref(favourite),
        "baskets": [None if basket is None else [_ref(item) for item in basket] for basket in baskets],
    }


def _item(number: str, like: str | None) -> dict[str, Any]:
    texts = {"price": f"P{number}", "held": "H", "tax": "T"}
    also = {"like": _ref(like), "twin": _ref(like), "stock": 3}
    return {"__typename": "Item", "id": number, **texts, **also}


def _ref(key: str | None) -> dict[str, str] | None:
    return None if key is None else {"$ref": key}


MARKET = market()


def priced(query: str) -> list[tuple[str | None, list[str]]]:
    """In the one request for prices: each currency, with the items that are asked for in it."""
    gateway = GatewayOf(MARKET)
    gateway.answer(Operation(query, {}))
    (sent,) = (request.variables for _, request in gateway.record.calls if "price(" in request.query)
    return [
        (value, [each["id"] for each in sent[name.replace("in", "representations", 1)]])
        for name, value in sent.items()
        if name.startswith("in")
    ]


def test_the_value_is_fetched_of_the_object_above_and_passed_by_a_variable() -> None:
    """The currency is known elsewhere; the item is asked for again, though it was at hand."""
    assert compared(MARKET, "{ users { favourite { price } } }") == snapshot("""\
QueryPlan {
  Sequence {
    Fetch(service: "prices") {
      {
        users {
          __typename
          favourite {
            __typename
            id
          }
          id
        }
      }
    },
    Flatten(path: "users.@") {
      Fetch(service: "accounts") {
        {
          ... on User {
            __typename
            id
          }
        } =>
        {
          ... on User {
            currency
          }
        }
      }
    },
    Flatten(path: "users.@.favourite") {
      Fetch(service: "prices") {
        {
          ... on Item {
            __typename
            id
          }
          $in: {
            ... 1 up on User {
              currency
            }
          }
        } =>
        {
          ... on Item {
            price(in: $in)
          }
        }
      }
    }
  }
}\
""")


def test_objects_with_equal_values_above_are_asked_for_together() -> None:
    """Two users have the same currency and favourite, one has others, and one has no favourite."""
    assert priced("{ users { favourite { price } } }") == [("EUR", ["1"]), ("GBP", ["2"])]


def test_a_value_that_is_null_is_passed_as_null() -> None:
    """User 4 has no currency, and a basket with the second item."""
    assert priced("{ users { baskets { price } } }") == [
        ("EUR", ["1", "2"]),
        ("GBP", ["1"]),
        (None, ["2"]),
    ]


@pytest.mark.parametrize(
    "query",
    [
        "{ rows { baskets { a: price b: price(round: true) c: price } } }",
        "{ users { friend { favourite { price } friend { baskets { price } } } favourite { price } } }",
        "{ me { favourite { like { like { price } price } } } }",
        "{ payers { favourite { price held } id } }",
        "{ holders { ... on User { favourite { held price } } ... on Firm { favourite { held } } } }",
        "{ users { favourite { stock twin { price tax } } last { tax price stock twin { tax } } } }",
        "{ payers { ... on User { friend { favourite { tax price } } } favourite { price } } }",
        "{ users { id favourite { price } currency last { tax } region { code } } }",
    ],
)
def test_the_answer_is_the_monoliths(query: str) -> None:
    """Aliases, lists in lists, contexts of several types, nested ones, and items reached elsewhere."""
    assert compared(MARKET, query)


def test_a_clients_variable_of_the_same_name_is_another_one() -> None:
    """The argument is called `in`, and so is the client's variable."""
    query = "query ($in: Boolean!) { users { favourite { price(round: $in) } } }"
    assert "price(round: $in, in: $_in)" in compared(MARKET, query, {"in": True})


def test_context_and_requirement_meet() -> None:
    """One field has both; another one requires what lies below the object that sets the context."""
    served = federated(
        {
            "Query": {"__typename": "Query", "users": [{"$ref": "u"}, {"$ref": "v"}]},
            "u": {"__typename": "User", "id": "1", "currency": "EUR", "item": {"$ref": "i"}, "bill": "B"},
            "v": {"__typename": "User", "id": "2", "currency": "GBP", "item": {"$ref": "i"}, "bill": "B"},
            "i": {"__typename": "Item", "id": "1", "weight": "W", "cost": "C"},
        },
        a="""
        type Query { users: [User!]! }
        type User @key(fields: "id") @context(name: "payer") { id: ID! currency: String item: Item }
        type Item @key(fields: "id") {
          id: ID!
          weight: String! @external
          cost(in: String @fromContext(field: "$payer { currency }")): String! @requires(fields: "weight")
        }
        """,
        b="""
        type User @key(fields: "id") {
          id: ID!
          item: Item @external
          bill: String! @requires(fields: "item { id }")
        }
        type Item @key(fields: "id") { id: ID! weight: String! }
        """,
    )
    assert compared(served, "{ users { bill item { cost } } }")


async def test_an_error_about_one_set_of_values_is_told_where_these_are() -> None:
    """The prices in pounds fail; those in euros are there."""
    gateway = GatewayOf(MARKET)
    honest = gateway.transports()["prices"]

    async def prices(request: SubgraphRequest) -> Mapping[str, Any]:
        call = honest.prepare(request.query, request.operation_name)
        answer = dict(await call(request.variables, request.headers, None))
        if "price(" in request.query:
            answer["data"]["_e1"][0] = None
            answer["errors"] = [{"message": "No pounds.", "path": ["_e1", 0, "price"]}]
        return answer

    transports = {**gateway.transports(), "prices": asking(prices)}
    given = await answered(MARKET.composed.supergraph, transports, "{ users { favourite { price } } }")
    assert [each["favourite"] is None for each in given["data"]["users"]] == [False, True, False, True]
    assert [error["path"] for error in given["errors"]] == [["users", 1, "favourite", "price"]]


async def test_a_value_that_is_lost_takes_the_field_away_with_its_error() -> None:
    """Without currencies there are no prices, and the fields beside them are answered."""

    async def accounts(_request: SubgraphRequest) -> Mapping[str, Any]:
        return {"errors": [{"message": "No accounts today.", "extensions": {"code": "FORBIDDEN"}}]}

    transports = {**GatewayOf(MARKET).transports(), "accounts": asking(accounts)}
    query = "{ users { favourite { id price } id } }"
    given = await answered(MARKET.composed.supergraph, transports, query)
    assert given["data"]["users"][0] == {"favourite": None, "id": "1"}
    assert given["errors"][0] == {
        "message": "No accounts today.",
        "path": ["users"],
        "extensions": {"code": "FORBIDDEN", "service": "accounts"},
    }


def set_by(above: str) -> str:
    """A supergraph where a type of this name sets the context that a user's price is set from."""
    return joined(
        f"""
        directive @context(name: String!) repeatable on OBJECT
        type Query @join__type(graph: A) {{ user: User! other: Other! }}
        type Other @join__type(graph: A) @context(name: "{above}") {{ currency: String user: User! }}
        type User @join__type(graph: A, key: "id") {{
          id: ID!
          price: Int @join__field(
            graph: A
            contextArguments: [
              {{ context: "a__user", name: "c", type: "String", selection: "{{ currency }}" }}
            ]
          )
        }}
        """,
        "a",
    ).replace("schema @link", 'schema @link(url: "https://specs.apollo.dev/context/v0.1") @link', 1)


def test_a_supergraph_of_another_composer_is_read_as_well() -> None:
    """It writes a selection with its braces."""
    assert "price(c: $c)" in printed(set_by("a__user"), "{ other { user { price } } }")


def test_a_field_with_nothing_above_that_sets_its_argument_is_refused() -> None:
    """Composition would not have let it through; the refusal names the argument."""
    with pytest.raises(CannotPlan, match=r"argument c .*User"):
        printed(set_by("a__user"), "{ user { price } }")


def test_a_context_that_no_type_sets_is_a_broken_supergraph() -> None:
    """Loading the supergraph fails."""
    with pytest.raises(SupergraphError, match=r"User\.price: unknown context a__user"):
        load_supergraph(set_by("a__other"))
