"""The internal graph of the demo, on a port of its own: a variant over the site's subgraphs for operators."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path

from starlette.applications import Starlette

from furlong.demo.ready_file import InternalGraph
from furlong.demo.tokens import internal_key
from furlong.serve.http_server import listen, own_names_only, serving
from furlong.settings import DOCUMENT_LIMITS, ROOT
from gateway.app import create_gateway
from gateway.settings import GatewaySettings
from gateway.settings.client_class import ClientClass
from gateway.transport.memory import MemoryTransport
from subgraphs.block_list import OWN
from subgraphs.kit.graphql.app import Subgraph


@asynccontextmanager
async def running_internal_graph(site: Starlette, data: Path) -> AsyncIterator[InternalGraph]:
    """Serve the internal graph on a free port of the loopback interface while the block runs."""
    key = internal_key(data)
    app = create_internal_graph(site.state.subgraphs, key)
    with listen("127.0.0.1", 0) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/graphql"
        async with serving(app, listener, own_names_only()):
            yield InternalGraph(graphql=url, key=key)


SUPERGRAPH = ROOT / "schema.internal.graphql"
COMPOSED = frozenset(block.name for block in OWN)
"""The subgraphs that it is composed of: those of other packages are in none of our files."""


def create_internal_graph(subgraphs: list[Subgraph], key: str) -> Starlette:
    """Build a separate gateway, which answers only requests with a key.

    As in the public graph, the session decides whose data are returned: subgraphs authenticate each request.
    The site closes the subgraphs; the internal graph must end before that.

    Args:
        subgraphs: The subgraphs of the site.
        key: The key that requests must have in the header `graphql-client-key`.
    """
    digest = sha256(key.encode()).hexdigest()
    operators = ClientClass(name="internal", key_sha256=(digest,), introspection=True, any_document=True)
    own = {
        "clients": {"classes": (operators,), "key_required": True},
        "introspection": {"permission": False},
        # Some operations of our own clients are not valid in this variant.
        "documents": {"folder": None},
    }
    settings = GatewaySettings().with_defaults({"limits": DOCUMENT_LIMITS}).model_copy(update=own)
    return create_gateway(
        SUPERGRAPH.read_text(encoding="utf-8"),
        {
            subgraph.name: MemoryTransport(subgraph.prepare, trusted=True)
            for subgraph in subgraphs
            if subgraph.name in COMPOSED
        },
        settings,
    )
