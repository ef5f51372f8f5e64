"""Settings: limits on documents, and on the responses to them."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings

from gateway.clients.client_class import IntrospectionPermission


class DocumentSettings(BaseSettings):
    """Limits on documents."""

    document_chars: int = Field(default=8 * 1024, gt=0, description="The longest document, in characters.")
    document_tokens: int = Field(default=1_000, gt=0, description="The most tokens in a document.")
    document_points: int = Field(
        default=800,
        gt=0,
        description="The most points that a new operation may take to prepare: one for each token of the "
        "document, and four for each field, with fragments in place, for each of its concrete types.",
    )
    document_depth: int = Field(
        default=20, gt=0, description="The most levels of selections in a document, with fragments in place."
    )
    document_fields: int = Field(
        default=500, gt=0, description="The most fields in a document, with fragments in place."
    )
    document_merged_fields: int = Field(
        default=30,
        gt=0,
        description="The most fields with one response name in one selection, with fragments in place: "
        "validation compares them pairwise.",
    )
    document_root_fields: int = Field(
        default=20, gt=0, description="The most root fields of an operation, with fragments in place."
    )
    document_aliases: int = Field(
        default=50, gt=0, description="The most aliases of an operation, with fragments in place."
    )
    document_directives: int = Field(default=100, gt=0, description="The most directives in a document.")
    document_fragments: int = Field(default=50, gt=0, description="The most fragments in a document.")
    document_fragment_depth: int = Field(
        default=12, gt=0, description="The longest chain of fragments that spread one another."
    )
    document_conditions: int = Field(
        default=6,
        gt=0,
        description="The most variables in @skip, @include, @defer and @stream: each combination of values "
        "has a plan.",
    )
    document_literal_values: int = Field(
        default=200, gt=0, description="The most literal values in a document, including those in lists."
    )
    document_value_depth: int = Field(
        default=20,
        gt=0,
        description="The most levels of lists and objects in a literal value, and of lists in a variable's "
        "type.",
    )
    document_operations: int = Field(default=20, gt=0, description="The most operations in a document.")
    document_variables: int = Field(
        default=100, gt=0, description="The most variables that a document defines, in all its operations."
    )
    variable_values: int = Field(
        default=5_000,
        gt=0,
        description="The most values in the variables of a request, including those in lists and objects.",
    )
    introspection: IntrospectionPermission = Field(
        default=False,
        description="Whether clients may introspect the schema: true (errors then suggest names as well), "
        "false, or known: only by the query of the usual tools, without aliases and variables. "
        "`furlong demo` switches it on.",
    )
    introspection_bytes: int | None = Field(
        default=None,
        gt=0,
        description="The most bytes of a response to introspection, as estimated in advance; by default "
        "the estimate for the query of the usual tools.",
    )
    introspection_cache_bytes: int = Field(
        default=8 * 1024 * 1024,
        gt=0,
        description="The most bytes of cached responses to introspection.",
    )
    incremental_delivery: bool = Field(
        default=True,
        description="Whether clients may use @defer and @stream, and get responses in parts if they accept "
        "them; if not, the directives are unknown.",
    )
    mutation_fields: int = Field(
        default=0,
        ge=0,
        description="The most fields of the mutation type in an operation, including aliases and fragments; "
        "0 for any number.",
    )


class ResponseSettings(BaseSettings):
    """Limits on the response to a request."""

    response_places: int = Field(
        default=200_000,
        gt=0,
        description="The most fields and list items that subgraphs may return for one request in total; "
        "over HTTP, 20 bytes count as one.",
    )
    response_bytes: int = Field(default=4 * 1024 * 1024, gt=0, description="The largest response, in bytes.")
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
