"""Sections that the core is given as they are: limits on documents, on planning them, and on responses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from msgspec import Struct
from pydantic import Field

from gateway.settings.section import Section


class Counted(Struct, frozen=True):
    """What a limit on documents counts; the default, the variable and the meaning are those of its field.

    Attributes:
        what: In words, for messages.
        code: The code of the error; empty where what enforces the limit has a message of its own.
        short: In few words, for tables, if not the same ones.
    """

    what: str
    code: str = ""
    short: str = ""


class DocumentLimits(Section, prefix="FURLONG_GATEWAY_DOCUMENT_", is_reloaded=True):
    """Limits on a document, and on the variables of a request."""

    named: ClassVar[Mapping[str, str]] = {
        "variable_values": "variable_values",
        "mutation_fields": "mutation_fields",
    }

    chars: Annotated[int, Counted("characters")] = Field(
        default=8 * 1024, gt=0, description="The longest document, in characters."
    )
    tokens: Annotated[int, Counted("tokens")] = Field(
        default=1_000, gt=0, description="The most tokens in a document."
    )
    points: Annotated[int, Counted("points")] = Field(
        default=640,
        gt=0,
        description="The most points that a new operation may take to prepare: one for each token of the "
        "document, and four for each field, with fragments in place, for each of its concrete types.",
    )
    depth: Annotated[int, Counted("levels", "DOCUMENT_TOO_DEEP")] = Field(
        default=20, gt=0, description="The most levels of selections in a document, with fragments in place."
    )
    fields: Annotated[int, Counted("fields", "TOO_MANY_FIELDS")] = Field(
        default=500, gt=0, description="The most fields in a document, with fragments in place."
    )
    merged_fields: Annotated[
        int, Counted("fields with one response name", "TOO_MANY_MERGED_FIELDS", "fields of one name")
    ] = Field(
        default=30,
        gt=0,
        description="The most fields with one response name in one selection, with fragments in place: "
        "validation compares them pairwise.",
    )
    root_fields: Annotated[int, Counted("root fields", "TOO_MANY_ROOT_FIELDS")] = Field(
        default=20, gt=0, description="The most root fields of an operation, with fragments in place."
    )
    aliases: Annotated[int, Counted("aliases", "TOO_MANY_ALIASES")] = Field(
        default=50, gt=0, description="The most aliases of an operation, with fragments in place."
    )
    directives: Annotated[int, Counted("directives", "TOO_MANY_DIRECTIVES")] = Field(
        default=100, gt=0, description="The most directives in a document."
    )
    fragments: Annotated[int, Counted("fragments", "TOO_MANY_FRAGMENTS")] = Field(
        default=50, gt=0, description="The most fragments in a document."
    )
    fragment_depth: Annotated[int, Counted("fragments in a row", "FRAGMENTS_TOO_DEEP")] = Field(
        default=12, gt=0, description="The longest chain of fragments that spread one another."
    )
    conditions: Annotated[
        int,
        Counted(
            "variables in @skip, @include, @defer and @stream",
            "TOO_MANY_CONDITIONS",
            "variables in conditions",
        ),
    ] = Field(
        default=6,
        gt=0,
        description="The most variables in @skip, @include, @defer and @stream: each combination of values "
        "has a plan.",
    )
    literal_values: Annotated[int, Counted("literal values", "TOO_MANY_LITERALS")] = Field(
        default=200, gt=0, description="The most literal values in a document, including those in lists."
    )
    value_depth: Annotated[
        int, Counted("levels of lists and objects in a value or type", "VALUES_TOO_DEEP", "levels of a value")
    ] = Field(
        default=20,
        gt=0,
        description="The most levels of lists and objects in a literal value, and of lists in a variable's "
        "type.",
    )
    operations: Annotated[int, Counted("operations", "TOO_MANY_OPERATIONS")] = Field(
        default=20, gt=0, description="The most operations in a document."
    )
    variables: Annotated[int, Counted("variables", "TOO_MANY_VARIABLES")] = Field(
        default=100, gt=0, description="The most variables that a document defines, in all its operations."
    )
    variable_values: int = Field(
        default=5_000,
        gt=0,
        description="The most values in the variables of a request, including those in lists and objects.",
    )
    mutation_fields: Annotated[int, Counted("mutation fields")] = Field(
        default=0,
        ge=0,
        description="The most fields of the mutation type in an operation, including aliases and fragments; "
        "0 for any number.",
    )


def counted_limits() -> dict[str, Counted]:
    """Return what each limit on the shape of documents counts, by its field and in the order of checks."""
    return {
        name: counted
        for name, field in DocumentLimits.model_fields.items()
        for counted in field.metadata
        if isinstance(counted, Counted)
    }


class Budget(Section, prefix="FURLONG_GATEWAY_PLANNER_", is_reloaded=True):
    """The limits of planning one operation."""

    steps: int = Field(default=50_000, gt=0, description="The most steps of the planner's search.")
    tries: int = Field(
        default=64, gt=0, description="The most complete plans that are compared for a new document."
    )


class ResponseLimits(Section, is_reloaded=True):
    """Limits on the response to a request."""

    named: ClassVar[Mapping[str, str]] = {"places": "response_places", "bytes": "response_bytes"}

    places: int = Field(
        default=200_000,
        gt=0,
        description="The most fields and list items that subgraphs may return for one request in total; "
        "over HTTP, 20 bytes count as one.",
    )
    bytes: int = Field(default=4 * 1024 * 1024, gt=0, description="The largest response, in bytes.")
    fetch_entities: int = Field(
        default=1_000,
        gt=0,
        description="The most entities in one request to a subgraph; more are fetched by several requests.",
    )
    list_items: int = Field(
        default=10_000,
        gt=0,
        description="The most items of a list in a response; a longer list is null, with an error.",
    )
