"""A site whose page a brand's sites may show in a frame."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest
import yaml
from playwright.sync_api import Browser as LaunchedBrowser
from starlette.applications import Starlette

from foundation.storage.settings import DatabaseSettings
from furlong.databases import upgrade_databases
from furlong.serve.site import create_site
from furlong.serve.subgraphs import subgraph_parts
from gateway import GatewaySettings
from subgraphs.kit.settings import SessionSettings
from tests.embedding.brand_site import BrandSite, brand_site
from tests.support.browsers.kept_chromium import launched_chromium
from tests.support.processes.running_furlong import Demo, running_demo
from tools.local_chromium import LocalChromium

ROOT: Final = Path(__file__).resolve().parents[2]
WEB: Final = ROOT / "web"
REACT_VERSIONS: Final = {
    "react": WEB / "node_modules",
    "react-18": ROOT / "tests" / "node" / "node_modules",
}
"""The address of the page that each version has in the site, and where the version is installed."""

SECONDS: Final = 8
"""How long a session lasts here: the widget asks for the next one after 5 s."""

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
        parts = subgraph_parts(DatabaseSettings(url=self.database), sessions=ISSUED)
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


@pytest.fixture(scope="module")
def react(processes: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page in strict mode, built from the packages as npm would install them: a folder for each React."""
    folder = tmp_path_factory.mktemp("react")
    for version, installed in REACT_VERSIONS.items():
        build_react_page(installed, folder / version)
    return folder


def build_react_page(installed: Path, folder: Path) -> None:
    """Build the page in the folder `built`, with the React of a folder `node_modules`."""
    modules = folder / "node_modules"
    for name in ("element", "react"):
        package = modules / "@furlong" / name
        package.mkdir(parents=True)
        shutil.copy(WEB / "packages" / name / "package.json", package)
        shutil.copytree(WEB / "packages" / name / "dist", package / "dist")
    for name in ("react", "react-dom", "scheduler"):
        (modules / name).symlink_to(installed / name)
    shutil.copy(Path(__file__).parent / "react_page" / "page.mjs", folder)
    built = [
        str(WEB / "node_modules" / ".bin" / "rolldown"),
        "page.mjs",
        *("--dir", "built", "--format", "esm", "--platform", "browser"),
        *("--transform.define", "process.env.NODE_ENV:'development'", "--entry-file-names", "page.js"),
    ]
    done = subprocess.run(built, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def site(react: Path) -> Iterator[BrandSite]:
    """The brand's site."""
    with brand_site(react, KEY) as running:
        yield running


@pytest.fixture(scope="module")
def demo(processes: None, site: BrandSite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The club, which the brand's site may show."""
    folder = tmp_path_factory.mktemp("club")
    brands = folder / "brands.yaml"
    brands.write_text(
        yaml.safe_dump({"brands": {"northbet": {"origins": [site.url], "key_sha256": [digest(KEY)]}}})
    )
    settings = {
        "FURLONG_EMBED_FILE": str(brands),
        "FURLONG_EMBED_SIGNING_KEYS": json.dumps([NEW]),
        "FURLONG_EMBED_SECONDS": str(SECONDS),
    }
    with running_demo(folder, installed=True, **settings) as running:
        site.club = running.site.url
        yield running
