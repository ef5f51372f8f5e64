"""Customers who ask a graph, each time at another server, until there is an answer."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from subgraphs.kit.domain.keys import Owner
from tests.support.subgraphs.club_fixture import make_token

PAUSE_SECONDS: Final = 0.1


@dataclass
class AskingCustomers:
    """Customers.

    Attributes:
        graphs: The addresses of the graph.
        doubts: How often an answer was not known.
    """

    graphs: Sequence[str]
    doubts: int = field(default=0, kw_only=True)

    async def asked(self, http: httpx.AsyncClient, owner: Owner, query: str, given: dict[str, Any]) -> Any:
        """Ask until there is an answer, each time at another server."""
        return (await self.read(http, owner, query, {"input": given}))["answer"]

    async def read(self, http: httpx.AsyncClient, owner: Owner, query: str, variables: dict[str, Any]) -> Any:
        """Return the data of an answer that has no errors, asking until there is one."""
        number = 0
        while True:
            body = await self.once(http, number, owner, query, variables)
            number += 1
            if "errors" not in body:
                return body["data"]
            assert "BAD_INPUT" not in str(body), body
            self.doubts += 1
            await asyncio.sleep(PAUSE_SECONDS)

    async def once(
        self, http: httpx.AsyncClient, number: int, owner: Owner, query: str, variables: dict[str, Any]
    ) -> Any:
        """Ask one of the servers; return its answer, with `errors` if there was none."""
        url = self.graphs[number % len(self.graphs)]
        headers = {"Authorization": f"Bearer {make_token(owner.customer, owner.brand)}"}
        try:
            answer = await http.post(url, json={"query": query, "variables": variables}, headers=headers)
            return answer.json() if answer.status_code == httpx.codes.OK else {"errors": answer.text}
        except (httpx.HTTPError, ValueError) as why:
            return {"errors": repr(why)}
