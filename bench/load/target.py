"""The request that contenders get: one HTTP request, with a placeholder for the customer's token."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

PLACEHOLDER = "{token}"
COMPARED = 40
"""Number of customers whose answers are compared before anything is measured."""


class WrongAnswerError(Exception):
    """A server gave a wrong answer or none, so its speed means nothing."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a contender listens, and the request it gets repeatedly.

    Attributes:
        port: Its port on 127.0.0.1.
        content: The JSON body of a POST; empty for a GET.
        wanted: A text that every right answer contains.
        unwanted: A text that no right answer contains.
        again: The share of requests that others have sent before, as browsers do that look again.
    """

    port: int
    path: str
    content: str = ""
    wanted: str = '"optedIn"'
    unwanted: str = '"errors"'
    again: float = 1.0

    @classmethod
    def graphql(cls, port: int, query: str, variables: dict[str, Any], operation: str) -> "Target":
        """Return a target for a GraphQL operation by POST."""
        body = {"query": query, "variables": variables, "operationName": operation}
        return cls(port, "/graphql", json.dumps(body))

    def text(self) -> str:
        """Return the whole request, with `{token}` in place of the token."""
        lines = [
            f"{'POST' if self.content else 'GET'} {self.path} HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            f"Authorization: Bearer {PLACEHOLDER}",
            "Accept: application/json",
        ]
        if self.content:
            lines += ["Content-Type: application/json", f"Content-Length: {len(self.content.encode())}"]
        return "\r\n".join([*lines, "", self.content])

    def ask(self, token: str, client: httpx.Client | None = None) -> Any:
        """Send one customer's request; return the data.

        Args:
            token: The customer's token.
            client: A client with open connections, to be reused.

        Raises:
            WrongAnswerError: The status was not 200, or there were errors.
        """
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        url = f"http://127.0.0.1:{self.port}{self.path}"
        method = "POST" if self.content else "GET"
        request = httpx.request if client is None else client.request
        answer = request(method, url, headers=headers, content=self.content, timeout=30)
        body = answer.json() if answer.status_code == httpx.codes.OK else {}
        if answer.status_code != httpx.codes.OK or "errors" in body:
            details = body.get("errors") or answer.text[:400]
            raise WrongAnswerError(f"{url}: {answer.status_code} {details}")
        return body.get("data", body)


def check_agreement(targets: Mapping[str, Target], tokens: Sequence[str]) -> None:
    """Check that all contenders return the same data for some customers.

    Raises:
        WrongAnswerError: They do not.
    """
    first, *others = targets
    for token in tokens:
        expected = targets[first].ask(token)
        for name in others:
            if (found := targets[name].ask(token)) != expected:
                raise WrongAnswerError(f"{name} answers {found}, but {first} {expected}")
