"""Attack: nest deeply, whatever can be nested."""

import pytest

from tests.attacks.attacked import Attacked

TOO_DEEP = {
    "selections": ("{ a " * 21 + "}" * 21, "DOCUMENT_TOO_DEEP"),
    "more selections than a parser nests": ("{ a " * 450 + "}" * 450, "GRAPHQL_PARSE_FAILED"),
    "inline fragments": ("{ a { " + "... { " * 230 + "b" + " }" * 232, "GRAPHQL_PARSE_FAILED"),
    "lists in a literal": ("{ a(b: " + "[" * 21 + "]" * 21 + ") }", "VALUES_TOO_DEEP"),
    "objects in a literal": ("{ a(b: " + "{c: " * 21 + "1" + "}" * 21 + ") }", "VALUES_TOO_DEEP"),
    "more lists than a parser nests": ("{ a(b: " + "[" * 480 + "]" * 480 + ") }", "GRAPHQL_PARSE_FAILED"),
    "lists in a type": ("query ($v: " + "[" * 21 + "Int" + "]" * 21 + ") { a }", "VALUES_TOO_DEEP"),
    "more lists in a type than a parser nests": (
        "query ($v: " + "[" * 480 + "Int" + "]" * 480 + ") { a }",
        "GRAPHQL_PARSE_FAILED",
    ),
    "brackets only": ("{" * 8_000, "GRAPHQL_PARSE_FAILED"),
}


@pytest.mark.parametrize("what", TOO_DEEP)
async def test_deep_documents_are_refused_for_less_than_four_bet_slips(club: Attacked, what: str) -> None:
    """With the limit's code, and never by a fault of recursion."""
    document, code = TOO_DEEP[what]
    outcome = await club.query(document)
    assert outcome.code == code
    assert outcome.calls < 4 * await club.unit()
    assert outcome.healths


async def test_deep_json_is_refused_before_it_is_walked(club: Attacked) -> None:
    """A body nests a hundred deep at most, whatever the document wants."""
    for depth, code in ((90, None), (120, "INVALID_REQUEST"), (30_000, "INVALID_JSON")):
        nested = b"[" * depth + b"]" * depth
        outcome = await club.body(b'{"query":"{ __typename }","variables":{"v":' + nested + b"}}")
        assert outcome.code == code
        assert outcome.calls < await club.unit()


async def test_conditions_on_types_nested_through_an_interface_are_planned(unpriced: Attacked) -> None:
    """Sixty implementations at twelve levels; this once took minutes."""
    levels = 12
    outcome = await unpriced.query(
        "{ node { " + "peers { id ... on Thing1 { b } " * levels + "id" + " }" * levels + " } }"
    )
    assert (outcome.status, outcome.code) == (200, None)
    assert outcome.calls < 26 * await unpriced.unit()
    assert outcome.healths
