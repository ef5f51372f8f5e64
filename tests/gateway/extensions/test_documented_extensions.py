"""The extension on each page of the manual does what the page says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

import gateway
from gateway import create_gateway
from gateway.settings import GatewaySettings
from tests.gateway.worlds import club, shop

PAGES = Path(gateway.__file__).parent.parent / "docs/gateway/extensions"
QUERY = "{ topProducts(first: 1) { name inStock reviews { author { name } } } }"


async def asked(page: str, query: str, headers: dict[str, str] | None = None) -> tuple[dict[str, Any], str]:
    """The answer of a gateway with the extension of a page, and its metrics."""
    (code,) = re.findall(r"```python\n(.*?)```", (PAGES / page).read_text(), re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - it is ours
    federation = club() if query.startswith("mutation") else shop()
    app = create_gateway(
        federation.sdl, federation.transports(), GatewaySettings(), extensions=[names["extension"]]
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as client:
        response = await client.post("/graphql", json={"query": query}, headers=headers)
        return response.json(), (await client.get("/metrics")).text


def code_of(answer: dict[str, Any]) -> str | None:
    """The code of an answer's first error."""
    return answer["errors"][0]["extensions"]["code"] if "errors" in answer else None


async def test_a_country_is_blocked() -> None:
    """By the header alone."""
    assert code_of((await asked("requests.md", QUERY, {"x-country": "XA"}))[0]) == "COUNTRY_BLOCKED"
    assert code_of((await asked("requests.md", QUERY, {"x-country": "GB"}))[0]) is None


async def test_strangers_only_read() -> None:
    """A mutation is refused, a query is not."""
    opt_in = 'mutation { optIn(input: {brand: "b", termsVersion: "1"}) { club { id } } }'
    assert code_of((await asked("policies.md", opt_in))[0]) == "CLIENT_KEY_NEEDED"
    assert code_of((await asked("policies.md", QUERY))[0]) is None


async def test_wide_operations_are_refused() -> None:
    """Four subgraphs are too many."""
    assert code_of((await asked("plans.md", QUERY))[0]) == "TOO_WIDE"
    assert code_of((await asked("plans.md", "{ me { username } }"))[0]) is None


async def test_calls_are_measured() -> None:
    """By subgraph."""
    _, metrics = await asked("calls.md", QUERY)
    assert 'our_subgraph_seconds_count{subgraph="inventory"} 1.0' in metrics


async def test_responses_name_the_release() -> None:
    """Beside the data."""
    answer, _ = await asked("responses.md", QUERY)
    assert answer["extensions"] == {"release": "2026-11"}
    assert answer["data"]


@pytest.mark.parametrize("hook", ["requests", "policies", "plans", "calls", "responses"])
def test_each_hook_has_a_page(hook: str) -> None:
    """Of those that extensions are for, with the name of the hook, linked from the first one."""
    assert f"Hooks.{hook}" in (PAGES / "README.md").read_text()
    assert f"{hook}=(" in (PAGES / f"{hook}.md").read_text()
