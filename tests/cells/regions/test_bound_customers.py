"""Customers are bound to regions by brand and jurisdiction, in sessions and in the status of a cell."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import yaml
from sqlalchemy import delete, insert
from typer.testing import CliRunner

from cells.regions import RegionMapError, RegionSettings
from foundation.storage.clock import SystemClock
from foundation.storage.settings import DatabaseSettings
from furlong.cli import app
from furlong.databases import METADATA
from furlong.demo.tokens import demo_sessions, make_token
from furlong.serve.site import create_site
from furlong.serve.subgraphs import subgraph_parts
from gateway import GatewaySettings
from subgraphs.block_list import SUBGRAPHS
from subgraphs.club.models import REFERENCE
from tests.support.database_probe import migrated

MAP = {
    "home": "uk",
    "regions": {
        "uk": {"kafka": ["10.0.0.5:9092"], "customers": ["northbet:GB", "northbet:IE", "clubbet"]},
        "mt": {"kafka": ["10.1.0.5:9093"], "customers": ["northbet:MT", "svenbet"]},
    },
}
ACCOUNT = {
    "revision": 1,
    "status": "active",
    "verified": True,
    "currency": "GBP",
    "rg_state": "none",
    "promo_restricted": False,
    "occurred_at": datetime(2026, 1, 1, tzinfo=UTC),
}


@pytest.fixture
def region_map(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Provide the map, with the settings of a process in the region uk."""
    file = tmp_path / "regions.yaml"
    file.write_text(yaml.safe_dump(MAP))
    monkeypatch.setenv("FURLONG_REGION", "uk")
    monkeypatch.setenv("FURLONG_REGION_MAP", str(file))
    return file


@pytest.mark.usefixtures("region_map")
async def test_a_session_of_a_brand_of_another_region_is_refused(tmp_path: Path) -> None:
    """It is not sent to another cell of this region: none has the customer. Visitors are served."""
    sessions = demo_sessions("a secret of at least 32 bytes, for tests")
    database = DatabaseSettings(url=f"sqlite+aiosqlite:///{tmp_path}")
    site = create_site(subgraph_parts(database, sessions=sessions), gateway=GatewaySettings())
    async with (
        httpx.AsyncClient(transport=httpx.ASGITransport(site), base_url="http://site.test") as client,
        site.router.lifespan_context(site),
    ):
        answers = {}
        for brand in ("northbet", "clubbet", "svenbet", "nobet"):
            token = make_token(sessions, brand, "c-1", SystemClock().now())
            response = await client.post(
                "/graphql",
                json={"query": "{ __typename }"},
                headers={"authorization": f"Bearer {token}", "accept": "application/json"},
            )
            errors = response.json().get("errors", [])
            answers[brand] = (response.status_code, *(error["extensions"]["code"] for error in errors))
        anonymous = await client.post("/graphql", json={"query": "{ __typename }"})
    wrong = (421, "WRONG_REGION")
    assert answers == {"northbet": (200,), "clubbet": (200,), "svenbet": wrong, "nobet": wrong}
    assert anonymous.status_code == 200


@pytest.mark.usefixtures("region_map")
async def test_status_names_customers_of_other_regions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It counts them by brand and jurisdiction and ends with status 1; without them, it ends with 0."""
    url = f"sqlite+aiosqlite:///{tmp_path}"
    monkeypatch.setenv("FURLONG_DATABASE_URL", url)
    customers = ["northbet:GB", "northbet:IE", "northbet:MT", "northbet:MT", "clubbet:DE", "nobet:GB"]
    rows = [
        ACCOUNT | {"brand_id": brand, "customer_id": f"c-{number}", "jurisdiction": jurisdiction}
        for number, (brand, jurisdiction) in enumerate(customer.split(":") for customer in customers)
    ]
    async with AsyncExitStack() as stack:
        opened = [await stack.enter_async_context(migrated(url, name, METADATA[name])) for name in SUBGRAPHS]
        async with opened[0].write() as connection:
            await connection.execute(insert(REFERENCE.account), rows)
        shown = await asyncio.to_thread(CliRunner().invoke, app, ["cell", "status"])
        assert shown.exit_code == 1
        assert shown.stderr.splitlines() == [
            "furlong: customers of nobet in GB (1) belong to no region, and this is uk",
            "furlong: customers of northbet in MT (2) belong to region mt, and this is uk",
        ]
        account = REFERENCE.account
        async with opened[0].write() as connection:
            await connection.execute(delete(account).where(account.c.jurisdiction == "MT"))
            await connection.execute(delete(account).where(account.c.brand_id == "nobet"))
        assert (await asyncio.to_thread(CliRunner().invoke, app, ["cell", "status"])).exit_code == 0


def test_a_region_without_its_map_is_no_setting(region_map: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each needs the other, and the map must have the region; a map that binds nobody checks nothing."""
    with pytest.raises(RegionMapError, match="there is no region se"):
        RegionSettings(region="se").own()
    region_map.write_text(
        yaml.safe_dump({"home": "uk", "regions": {"uk": {"kafka": ["a:1"]}, "mt": {"kafka": ["b:1"]}}})
    )
    assert RegionSettings().own() is None
    monkeypatch.delenv("FURLONG_REGION_MAP")
    with pytest.raises(RegionMapError, match="set both FURLONG_REGION and FURLONG_REGION_MAP"):
        RegionSettings().own()
