"""The gateway of the back office: ours, over the admin graph, for signed-in people only."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Final

from fastapi import FastAPI
from prometheus_client.registry import Collector
from pydantic_settings import SettingsConfigDict

from backoffice.access.actor import Actor
from backoffice.graph.admin_subgraph import AdminSubgraph, Call
from gateway.app import create_gateway
from gateway.errors import Unauthenticated
from gateway.settings import GatewaySettings
from gateway.transport.memory import MemoryTransport

ACTOR_HEADER: Final = "x-furlong-actor"
"""Names the actor of a request between our own endpoint and the gateway; it is never taken from clients."""

CHALLENGE: Final = "Cookie"
DEFAULTS: Final[Mapping[str, Any]] = {
    "introspection": True,  # for signed-in people: nobody else reaches the gateway
    "mutation_fields": 1,
    "document_fields": 250,  # the screens' largest document has 70; a new one must hold up nobody for long
    "document_root_fields": 8,
    "body_bytes": 8 * 2**20,  # an image of 5 MiB in base64; only signed-in people's bodies are read
    "cost_limit": 20_000,
    "forwarded_headers": (ACTOR_HEADER,),  # subgraphs are in this process
    "subgraph_error_extensions": ("id", "problems", "version", "status", "retryAfter"),
    "subgraph_error_codes": ("*",),  # subgraphs mask their own faults
}


class AdminGatewaySettings(GatewaySettings):
    """Settings of the back office's own gateway; those of the customers' gateway do not apply to it."""

    model_config = SettingsConfigDict(
        env_prefix="FURLONG_BACKOFFICE_GATEWAY_", frozen=True, hide_input_in_errors=True
    )


class RequestActors:
    """The actors of the requests that are being answered, by a name that is random for each."""

    def __init__(self) -> None:
        self.by_name: dict[str, Actor] = {}

    async def authenticate(self, headers: Mapping[str, str]) -> Actor:
        """Return the actor of a request.

        Raises:
            Unauthenticated: The request did not come by our own endpoint.
        """
        actor = self.by_name.get(headers.get(ACTOR_HEADER, ""))
        if actor is None:
            raise Unauthenticated(challenge=CHALLENGE)
        return actor

    def prepare(self, subgraph: AdminSubgraph) -> Callable[[str, str | None], Call]:
        """Return the subgraph's `prepare`, whose calls know the actor also in mutations.

        The gateway hands a subgraph no session for a mutation, so that it authenticates again: by the name.
        """

        def prepare(document: str, operation_name: str | None) -> Call:
            call = subgraph.prepare(document, operation_name)

            async def acting(
                variables: Mapping[str, Any], headers: Mapping[str, str], session: object, /
            ) -> dict[str, Any]:
                known = session or self.by_name.get(headers.get(ACTOR_HEADER, ""))
                return await call(variables, headers, known)

            return acting

        return prepare


def create_admin_gateway(
    supergraph: str,
    subgraphs: Iterable[AdminSubgraph],
    actors: RequestActors,
    ready: Callable[[], Awaitable[bool]],
    collectors: Iterable[Collector] = (),
) -> FastAPI:
    """Build the gateway over the admin graph.

    Raises:
        gateway.errors.SupergraphError: The supergraph cannot be served.
    """
    return create_gateway(
        supergraph,
        {
            each.name: MemoryTransport(actors.prepare(each), trusted=True, masks_errors=True)
            for each in subgraphs
        },
        AdminGatewaySettings().with_defaults(DEFAULTS),
        actors.authenticate,
        ready,
        customer_of=lambda session: session.user_id if isinstance(session, Actor) else None,
        collectors=collectors,
    )
