"""Each feature on the page about hooks does what the page says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from gateway import GatewaySettings, create_gateway
from tests.gateway.worlds import club, shop

PAGE: Final = Path(__file__).resolve().parents[3] / "docs/gateway/hooks.md"
QUERY: Final = "{ topProducts(first: 1) { name inStock reviews { author { name } } } }"


@pytest.fixture(autouse=True)
def _modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write the modules of the page where Python finds them."""
    for name, code in re.findall(r"```python\n# (\w+)\.py\n(.*?)```", PAGE.read_text(), re.DOTALL):
        (tmp_path / f"{name}.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)


async def asked(name: str, query: str, headers: dict[str, str] | None = None) -> tuple[dict[str, Any], str]:
    """The answer of a gateway with a feature of the page, and its metrics."""
    federation = club() if query.startswith("mutation") else shop()
    settings = GatewaySettings(features=(f"{name}:ENTRY",))
    app = create_gateway(federation.sdl, federation.transports(), settings)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as client:
        response = await client.post("/graphql", json={"query": query}, headers=headers)
        return response.json(), (await client.get("/metrics")).text


def code_of(answer: dict[str, Any]) -> str | None:
    """The code of an answer's first error."""
    return answer["errors"][0]["extensions"]["code"] if "errors" in answer else None


async def test_a_country_is_blocked() -> None:
    """By the header alone."""
    assert code_of((await asked("country_block", QUERY, {"x-country": "XA"}))[0]) == "COUNTRY_BLOCKED"
    assert code_of((await asked("country_block", QUERY, {"x-country": "GB"}))[0]) is None


async def test_strangers_only_read() -> None:
    """A mutation is refused, a query is not."""
    opt_in = 'mutation { optIn(input: {brand: "b", termsVersion: "1"}) { club { id } } }'
    assert code_of((await asked("keyed_mutations", opt_in))[0]) == "CLIENT_KEY_NEEDED"
    assert code_of((await asked("keyed_mutations", QUERY))[0]) is None


async def test_wide_operations_are_refused() -> None:
    """Four subgraphs are too many."""
    assert code_of((await asked("few_subgraphs", QUERY))[0]) == "TOO_WIDE"
    assert code_of((await asked("few_subgraphs", "{ me { username } }"))[0]) is None


async def test_calls_are_measured() -> None:
    """By subgraph."""
    _, metrics = await asked("call_times", QUERY)
    assert 'our_subgraph_seconds_count{subgraph="inventory"} 1.0' in metrics


async def test_responses_name_the_release() -> None:
    """Beside the data."""
    answer, _ = await asked("release", QUERY)
    assert answer["extensions"] == {"release": "2026-11"}
    assert answer["data"]


@pytest.mark.parametrize("hook", ["requests", "policies", "plans", "calls", "responses"])
def test_each_hook_has_an_example(hook: str) -> None:
    """Of those in the table of the page."""
    page = PAGE.read_text()
    assert f"| `{hook}` |" in page
    assert f"VersionParts({hook}=(" in page
