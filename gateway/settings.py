"""The gateway's settings: the only place that reads its environment."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


def _without_old_names(execution: object) -> object:
    return "interpreted" if execution == "plain" else execution


class GatewaySettings(BaseSettings):
    """The settings, read from `FURLONG_GATEWAY_…` variables of the environment."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_GATEWAY_", frozen=True)

    graphiql_dir: Path | None = Field(
        default=None,
        description="Folder of a built GraphiQL with an index.html and base /graphiql/; without it, "
        "browsers get a short hint.",
    )
    forwarded_headers: tuple[str, ...] = Field(
        default=("authorization", "accept-language", "traceparent"),
        description="The client's headers that subgraphs see, in lower case; nothing else is forwarded.",
    )
    body_bytes: int = Field(default=64 * 1024, gt=0, description="The largest request body, in bytes.")
    document_chars: int = Field(default=8 * 1024, gt=0, description="The longest document, in characters.")
    document_tokens: int = Field(default=1_000, gt=0, description="The most tokens in a document.")
    document_depth: int = Field(
        default=20, gt=0, description="The most levels of selections in a document, with fragments in place."
    )
    document_fields: int = Field(
        default=500, gt=0, description="The most fields in a document, with fragments in place."
    )
    document_merged_fields: int = Field(
        default=30,
        gt=0,
        description="The most fields of one response name in one selection, with fragments in place: "
        "validation compares each with each.",
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
        default=12, gt=0, description="The most fragments that spread one another in a row."
    )
    document_conditions: int = Field(
        default=6,
        gt=0,
        description="The most variables in @skip and @include: each combination of values has a plan.",
    )
    document_literal_values: int = Field(
        default=200, gt=0, description="The most literal values in a document, those in lists included."
    )
    introspection: bool = Field(
        default=False,
        description="Whether clients may introspect the schema, and errors suggest names; "
        "`furlong demo` switches it on.",
    )
    mutation_fields: int = Field(
        default=0,
        ge=0,
        description="The most root fields of a mutation, aliases and fragments counted; 0 for any number.",
    )
    head_bytes: int = Field(default=16 * 1024, gt=0, description="The longest head of a request, in bytes.")
    headers: int = Field(default=64, gt=0, description="The most headers of a request.")
    head_seconds: float = Field(default=5.0, gt=0, description="Time for the head of a request to arrive.")
    body_seconds: float = Field(default=5.0, gt=0, description="Time for the body of a request to arrive.")
    idle_seconds: float = Field(
        default=60.0,
        gt=0,
        description="How long a connection without a request is kept; longer than a proxy in front keeps it.",
    )
    plan_cache: int = Field(
        default=512, gt=0, description="The most documents, and the most plans, that are cached."
    )
    documents: Path | None = Field(
        default=None,
        description="Folder of documents (*.graphql) whose operations are prepared before the first request.",
    )
    body_cache_bytes: int = Field(
        default=1024 * 1024,
        gt=0,
        description="The most bytes of request bodies that are kept to recognize repeated queries.",
    )
    requests_inside: int = Field(
        default=256,
        gt=0,
        description="The most requests that are answered at once; fewer while they keep the CPU busy. "
        "Further requests are refused at once with 503.",
    )
    planner_steps: int = Field(default=50_000, gt=0, description="The most steps of the planner's search.")
    planner_tries: int = Field(
        default=64, gt=0, description="The most complete plans that are compared for a new document."
    )
    execution: Annotated[Literal["compiled", "interpreted"], BeforeValidator(_without_old_names)] = Field(
        default="compiled",
        description="How plans are executed: by functions generated from each plan, or by interpreting it; "
        "responses are the same. The old name of interpreted, plain, is accepted as well.",
    )
    access: Literal["refuse", "subgraphs"] = Field(
        default="refuse",
        description="What to do with a supergraph that uses @authenticated, @requiresScopes or @policy, "
        'which the gateway does not enforce: do not start, or "subgraphs": start, because every subgraph '
        "checks access to its own fields by itself.",
    )
    override_labels: tuple[str, ...] = Field(
        default=(),
        description="Labels of progressive overrides that are on, besides the shares of percent(N) labels.",
    )
    override_seed: int | None = Field(
        default=None, description="Makes the draws of percent(N) labels repeatable, for tests."
    )
    subgraph_urls: dict[str, str] = Field(
        default_factory=dict,
        description='The URLs of subgraphs, such as {"club":"http://127.0.0.1:4001/graphql"}; for subgraphs '
        "that are not named, the supergraph's URLs are used.",
    )
    connect_seconds: float = Field(default=0.3, gt=0, description="Time to connect to a subgraph.")
    total_seconds: float = Field(default=1.5, gt=0, description="Time for a subgraph's whole response.")
    answer_bytes: int = Field(
        default=2 * 1024 * 1024, gt=0, description="The largest response of a subgraph, in bytes."
    )
    subgraph_connections: int = Field(
        default=50, gt=0, description="The most open connections to each subgraph."
    )
    subgraph_idle_seconds: float = Field(
        default=2.0,
        gt=0,
        description="How long an unused connection to a subgraph is kept; subgraphs must keep it longer.",
    )
    subgraph_ca_file: Path | None = Field(
        default=None, description="A PEM file of certificates that are trusted besides the system's."
    )
