"""A site whose page a brand's sites may show in a frame."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Browser as LaunchedBrowser
from starlette.applications import Starlette

from deploy.local_chromium import LocalChromium
from foundation.storage.settings import DatabaseSettings
from furlong.databases import upgrade_databases
from furlong.serve.site import create_site
from furlong.serve.subgraphs import Parts
from gateway import GatewaySettings
from subgraphs.kit.settings import SessionSettings
from tests.support.browsers.bet_slip_page import launched_chromium

KEY, OTHER_KEY = "k" * 43, "o" * 43
NEW, OLD = "new-secret-" * 4, "old-secret-" * 4
ISSUED = SessionSettings(secret="s" * 48, issuer="https://login.test", audience="shop")


def digest(key: str) -> str:
    """What the file of brands has of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


@dataclass
class Site:
    """Makes sites over one database, as other settings or restarts would."""

    database: str
    folder: Path
    monkeypatch: pytest.MonkeyPatch
    made: list[Starlette] = field(default_factory=list)

    def make(
        self, origins: Sequence[str], secrets: Sequence[str] = (NEW,), **brands: dict[str, object]
    ) -> Starlette:
        """A site where northbet's sites have these origins."""
        northbet = {"origins": list(origins), "key_sha256": [digest(KEY)]}
        file = self.folder / "brands.yaml"
        file.write_text(yaml.safe_dump({"brands": {"northbet": northbet, **brands}}))
        self.monkeypatch.setenv("FURLONG_EMBED_FILE", str(file))
        self.monkeypatch.setenv("FURLONG_EMBED_SIGNING_KEYS", str(list(secrets)).replace("'", '"'))
        parts = Parts.from_settings(DatabaseSettings(url=self.database), sessions=ISSUED)
        self.made.append(create_site(parts, gateway=GatewaySettings()))
        return self.made[-1]

    async def close(self) -> None:
        """Close the databases, for tests that ask a site without serving it."""
        for site in self.made:
            for subgraph in site.state.subgraphs:
                await subgraph.close()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of migrated, empty databases; nothing here writes to them."""
    url = f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('databases')}"
    asyncio.run(upgrade_databases(DatabaseSettings(url=url)))
    return url


@pytest.fixture
async def sites(migrated: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    """Sites over an empty database."""
    sites = Site(migrated, tmp_path, monkeypatch)
    yield sites
    await sites.close()


@pytest.fixture(scope="module")
def launched(chromium: LocalChromium) -> Iterator[LaunchedBrowser]:
    """One Chromium for the tests of a module; each test visits it with nothing kept."""
    with launched_chromium(chromium) as opened:
        yield opened
