"""Serves a site for each brand of the demo, and gives each a key for sessions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from secrets import token_urlsafe
from socket import socket
from typing import Final

import yaml
from pydantic import SecretStr

from furlong.demo.brand_sites.site import BrandSite, site_app
from furlong.demo.ready_file import DemoBrand
from furlong.demo.routes import DemoSession
from furlong.demo.tokens import embed_key
from furlong.embedding.settings import EmbedSettings
from furlong.serve.http_server import listen, serving
from furlong.serve.own_hosts import own_names_only

FILE: Final = "brands.yaml"
"""The file in the data folder that has the brands' origins and digests of their keys."""


@dataclass(frozen=True, slots=True)
class BrandSites:
    """The sites of brands.

    Attributes:
        settings: The settings of the club by which these sites may show it.
        brands: Where each site is, and the key of its brand.
    """

    settings: EmbedSettings
    brands: tuple[DemoBrand, ...] = ()


@asynccontextmanager
async def running_brand_sites(data: Path, session: DemoSession, club: str) -> AsyncIterator[BrandSites]:
    """Serve the sites while the block runs; none if the environment names a file of brands.

    Args:
        data: The data folder; the file of brands is written there, with new keys each time.
        session: The customers of all brands.
        club: The URL of the demo.

    Raises:
        OSError: The file cannot be written.
    """
    given = EmbedSettings()
    if given.file is not None:
        yield BrandSites(given)
        return
    brands, entries = [], {}
    async with AsyncExitStack() as stack:
        for brand in dict.fromkeys(each.brand for each in session.customers):
            listener = stack.enter_context(listen("127.0.0.1", 0))
            key, origins = token_urlsafe(32), _origins(listener)
            customers = {each.id: each.note for each in session.customers if each.brand == brand}
            app = site_app(BrandSite(brand, key, club, customers))
            await stack.enter_async_context(serving(app, listener, own_names_only()))
            entries[brand] = {"origins": origins, "key_sha256": [sha256(key.encode()).hexdigest()]}
            brands.append(DemoBrand(brand=brand, site=origins[0], key=key))
        (data / FILE).write_text(yaml.safe_dump({"brands": entries}))
        yield BrandSites(demo_embedding(data, given), tuple(brands))


def demo_embedding(data: Path, given: EmbedSettings) -> EmbedSettings:
    """Return the settings by which the sites of the demo's brands show the club.

    Args:
        data: The data folder, with the file of brands that the demo writes when it starts.
        given: Everything else.
    """
    return given.model_copy(update={"file": data / FILE, "signing_keys": (SecretStr(embed_key(data)),)})


def _origins(listener: socket) -> list[str]:
    port = listener.getsockname()[1]
    return [f"http://{host}:{port}" for host in ("127.0.0.1", "localhost")]
