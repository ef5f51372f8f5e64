"""What contenders are asked: one HTTP request, with the customer's token left open."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

PLACEHOLDER = "{token}"
COMPARED = 40
"""How many customers' answers are compared before anything is measured."""


class WrongAnswerError(Exception):
    """A server answered wrongly, or not at all: its speed means nothing."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a contender listens, and what it is asked over and over.

    Attributes:
        port: on 127.0.0.1.
        content: the JSON of a POST; empty for a GET.
        wanted: what every right answer holds.
        unwanted: what no right answer holds.
    """

    port: int
    path: str
    content: str = ""
    wanted: str = '"optedIn"'
    unwanted: str = '"errors"'

    @classmethod
    def graphql(cls, port: int, query: str, variables: dict[str, Any], operation: str) -> "Target":
        """A GraphQL operation by POST."""
        body = {"query": query, "variables": variables, "operationName": operation}
        return cls(port, "/graphql", json.dumps(body))

    def text(self) -> str:
        """The whole request, `{token}` standing for the token."""
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
        """The data that one customer gets.

        Args:
            token: the customer's.
            client: with connections that are there already.

        Raises:
            WrongAnswerError: another status than 200, or errors.
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
    """Asks every contender for some customers' data, which must be the same everywhere.

    Raises:
        WrongAnswerError: they are not.
    """
    first, *others = targets
    for token in tokens:
        expected = targets[first].ask(token)
        for name in others:
            if (found := targets[name].ask(token)) != expected:
                raise WrongAnswerError(f"{name} answers {found}, but {first} {expected}")
