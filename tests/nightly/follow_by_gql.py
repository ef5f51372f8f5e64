"""Prints each state of the club by gql, as `clients-at-length.mjs` does by clients of npm: URL TOKEN."""

import asyncio
import json
import sys
from typing import Any

from gql import Client, GraphQLRequest
from gql.transport.exceptions import TransportError
from gql.transport.websockets import WebsocketsTransport

UPDATES = "subscription Live($brand: ID!) { clubUpdated(brand: $brand) { club { id state } } }"


def say(**what: Any) -> None:
    """Print a line."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


async def follow(url: str, token: str) -> None:
    """Follow the club, and connect again whenever the connection ends."""
    while True:
        live = WebsocketsTransport(url=url, init_payload={"authorization": f"Bearer {token}"})
        try:
            async with Client(transport=live) as client:
                async for update in client.subscribe(
                    GraphQLRequest(UPDATES, variable_values={"brand": "northbet"})
                ):
                    say(state=update["clubUpdated"]["club"]["state"])
        except (TransportError, OSError) as error:
            say(ended=str(error))
        await asyncio.sleep(0.3)


asyncio.run(follow(*sys.argv[1:3]))
