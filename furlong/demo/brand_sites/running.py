"""Runs the sites of the demo's brands, and writes the file by which they may show the club."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from secrets import token_urlsafe
from typing import Final

import yaml
from pydantic import SecretStr

from furlong.demo.brand_sites.site import BrandSite, site_app
from furlong.demo.ready_file import DemoBrand
from furlong.demo.routes import DemoSession
from furlong.demo.tokens import embed_key
from furlong.embedding.settings import EmbedSettings
from furlong.serve.http_server import listen, own_names_only, serving

FILE: Final = "brands.yaml"
"""The file in the data folder that has the brands' origins and digests of their keys."""

THIS_MACHINE: Final = ("http://127.0.0.1:*", "http://localhost:*")
"""Whose pages may show the demo's club: it is shown to nobody else by itself."""


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
async def running_brand_sites(
    data: Path, session: DemoSession, club: str, origins: Sequence[str] = ()
) -> AsyncIterator[BrandSites]:
    """Serve the sites while the block runs; none if the environment names a file of brands.

    Args:
        data: The data folder; the file of brands is written there, with new keys each time.
        session: The customers of all brands.
        club: The URL of the demo.
        origins: Whose pages may show each brand's club, besides all pages of this machine.

    Raises:
        OSError: The file cannot be written.
    """
    given = EmbedSettings()
    if given.file is not None:
        yield BrandSites(given)
        return
    brands, entries = [], {}
    async with AsyncExitStack() as stack:
        for brand in dict.fromkeys(customer.brand for customer in session.customers):
            listener = stack.enter_context(listen("127.0.0.1", 0))
            key, site = token_urlsafe(32), f"http://127.0.0.1:{listener.getsockname()[1]}"
            customers = {
                customer.id: customer.note for customer in session.customers if customer.brand == brand
            }
            app = site_app(BrandSite(brand, key, club, customers))
            await stack.enter_async_context(serving(app, listener, own_names_only()))
            digest = sha256(key.encode()).hexdigest()
            entries[brand] = {"origins": [*THIS_MACHINE, *origins], "key_sha256": [digest]}
            brands.append(DemoBrand(brand=brand, site=site, key=key))
        (data / FILE).write_text(yaml.safe_dump({"brands": entries}))
        yield BrandSites(demo_embedding(data, given), tuple(brands))


def demo_embedding(data: Path, given: EmbedSettings) -> EmbedSettings:
    """Return the settings by which the sites of the demo's brands show the club.

    Args:
        data: The data folder, with the file of brands that the demo writes when it starts.
        given: Everything else.
    """
    return given.model_copy(update={"file": data / FILE, "signing_keys": (SecretStr(embed_key(data)),)})
