"""The feature on the page of the manual does what the page says, however it is installed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from gateway import GatewaySettings, create_gateway
from tests.gateway.worlds import shop

PAGE: Final = Path(__file__).resolve().parents[3] / "docs/gateway/features.md"
QUERY: Final = "{ topProducts(first: 1) { name inStock reviews { author { name } } } }"
PREFIX: Final = "FURLONG_GATEWAY_"


@pytest.fixture
def _feature(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write the feature of the page, and its entry point, where Python finds installed packages."""
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (tmp_path / "calls_header.py").write_text(code)
    (point,) = re.findall(r"```toml\n\[project.entry-points.\"(.*?)\"\]\n(.*?)\n```", PAGE.read_text())
    installed = tmp_path / "calls_header-1.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Name: calls-header\nVersion: 1\n")
    (installed / "entry_points.txt").write_text(f"[{point[0]}]\n{point[1].replace(chr(34), '')}\n")
    monkeypatch.syspath_prepend(tmp_path)


async def calls_of(settings: GatewaySettings) -> str | None:
    """Return the header of the response to a query of three subgraphs."""
    federation = shop()
    app = create_gateway(federation.sdl, federation.transports(), settings)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as client:
        response = await client.post("/graphql", json={"query": QUERY})
        assert "errors" not in response.json()
        found: str | None = response.headers.get("x-subgraph-calls")
        return found


@pytest.mark.usefixtures("_feature")
@pytest.mark.parametrize("name", ["calls_header", "calls_header:ENTRY"])
async def test_each_response_has_the_number_of_calls(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the entry point or by its module, and off without its own setting."""
    monkeypatch.setenv(f"{PREFIX}FEATURES", f'["{name}"]')
    assert await calls_of(GatewaySettings()) is None
    monkeypatch.setenv(f"{PREFIX}_CALLS_HEADER__ENABLED", "true")
    assert await calls_of(GatewaySettings()) == "4"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("nobodys", "No installed package offers the feature 'nobodys'"),
        ("tests.nowhere:ENTRY", "cannot be imported"),
        ("tests.gateway.worlds:shop", "is not a gateway.feature.Entry"),
    ],
)
def test_a_feature_that_is_none_is_named(name: str, reason: str) -> None:
    """At the start, by the name in the settings."""
    with pytest.raises(ValueError, match=reason):
        GatewaySettings(features=(name,))


def test_a_feature_named_like_a_part_of_the_core_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its settings and those of the part could not be told apart."""
    (tmp_path / "measuring.py").write_text(
        "from gateway.feature import Entry\n"
        'ENTRY = Entry("metrics", settings="measuring:Settings", feature="measuring:Measuring")\n'
    )
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ValueError, match="A feature cannot be called 'metrics'"):
        GatewaySettings(features=("measuring:ENTRY",))


async def test_a_claim_is_for_one_feature_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second one is refused at the start, and both are named."""
    code = """
        from gateway.feature import Entry, Feature, FeatureSettings, VersionParts

        ENTRY = Entry("other_origins", settings="other_origins:Settings", feature="other_origins:Other")

        class Settings(FeatureSettings):
            pass

        class Other(Feature):
            def of(self, version):
                return VersionParts(origins=self)
    """
    (tmp_path / "other_origins.py").write_text("\n".join(line[8:] for line in code.split("\n")))
    monkeypatch.syspath_prepend(tmp_path)
    settings: dict[str, Any] = {
        "features": ("other_origins:ENTRY",),
        "cors": {"origins": ("https://a.example",)},
    }
    with pytest.raises(ValueError, match="Both cors and other_origins claim origins"):
        create_gateway(shop().sdl, shop().transports(), GatewaySettings(**settings))
