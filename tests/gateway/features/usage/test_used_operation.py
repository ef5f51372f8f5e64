"""What an operation uses of a schema, and what is kept of its text."""

from __future__ import annotations

from graphql import build_schema, parse, validate

from gateway.features.usage.operation import used_operation

SCHEMA = build_schema(
    """
    interface Node { id(format: Format): ID }
    type User implements Node { id(format: Format): ID, name: String, friends(first: Int): [User] }
    type Bot implements Node { id(format: Format): ID, model: String }
    union Actor = User | Bot
    enum Format { SHORT LONG }
    input Filter { name: String, below: Filter, format: Format, other: Range }
    input Range { low: Int, high: Int }
    type Query { node(id: ID): Node, actor: Actor, find(filter: Filter, note: String): [User], me: User }
    """
)


def coordinates(query: str, name: str | None = None) -> set[str]:
    """Return the coordinates of a valid operation."""
    assert validate(SCHEMA, parse(query)) == []
    return set(used_operation(SCHEMA, query, name).coordinates)


def test_fields_and_arguments_are_named_by_their_types() -> None:
    """Aliases do not matter, introspection is left out, fragments are followed."""
    query = """
    { one: me { ...F __typename } __schema { types { name } } }
    fragment F on User { friends(first: 1) { name } }
    """
    assert coordinates(query) == {
        "Query.me",
        "User.friends",
        "User.friends.first",
        "User.name",
    }


def test_a_field_of_an_interface_counts_for_its_implementations() -> None:
    """Taking it away from one of them would change answers."""
    assert coordinates("{ node { id(format: LONG) } }") == {
        "Query.node",
        *(f"{name}.id" for name in ("Node", "User", "Bot")),
        *(f"{name}.id.format" for name in ("Node", "User", "Bot")),
        "Format.LONG",
    }


def test_a_members_field_counts_for_that_member_alone() -> None:
    """What is asked of users is not asked of bots."""
    assert coordinates("{ actor { ... on User { id } } }") == {"Query.actor", "User.id"}


def test_input_fields_are_counted_as_written_and_all_of_a_variables() -> None:
    """What a variable will hold is not known, so all of its type counts."""
    assert coordinates('{ find(filter: { name: "x" }) { name } }') == {
        "Query.find",
        "Query.find.filter",
        "Filter.name",
        "User.name",
    }
    assert coordinates("query($filter: Filter) { find(filter: $filter) { name } }") == {
        "Query.find",
        "Query.find.filter",
        "User.name",
        *(f"Filter.{name}" for name in ("name", "below", "format", "other")),
        *("Range.low", "Range.high", "Format.SHORT", "Format.LONG"),
    }


def test_only_the_chosen_operation_counts() -> None:
    """Others in the document are others."""
    query = "query A { me { name } } query B { actor { __typename } }"
    assert coordinates(query, "B") == {"Query.actor"}
    assert used_operation(SCHEMA, query, "B").text == "query B{actor{__typename}}"


def test_what_customers_wrote_is_not_kept() -> None:
    """Strings, numbers and lists are emptied, so that such documents are one operation."""
    one, other = (
        used_operation(
            SCHEMA,
            f'query Q($s: String = "{secret}") {{ find(note: "{secret}", '
            f"filter: {{ other: {{ low: {number} }} }}) {{ name }} "
            f"note: find(note: $s) {{ name }} }} # {secret}",
            "Q",
        )
        for secret, number in (("anna@example.com", 4242), ("5555 4444", 17))
    )
    assert one == other
    assert not any(each in one.text for each in ("anna", "example", "4242"))
    assert validate(SCHEMA, parse(one.text)) == []
