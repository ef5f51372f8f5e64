"""What the site reloads while it runs."""

from functools import partial
from pathlib import Path

from furlong.settings import ServeSettings
from gateway.features.documents.settings import KnownDocumentSettings
from gateway.reload import Reload
from gateway.settings import GatewaySettings
from gateway.settings.file import read_settings
from gateway.sources import FileSource
from gateway.wiring.reload import reload_of


def site_settings(documents: Path, file: Path | None = None) -> GatewaySettings:
    """Return the gateway's settings; unless they say otherwise, our own clients' operations are prepared.

    Args:
        documents: The folder of those operations.
        file: A file of settings; by default the one that the environment names, if any.

    Raises:
        ValueError: A setting is wrong.
    """
    settings = read_settings(file)
    if settings.of(KnownDocumentSettings).folder is None and documents.is_dir():
        return settings.model_copy(update={"documents": {"folder": documents}})
    return settings


def site_reload(serve: ServeSettings, settings: GatewaySettings, documents: Path) -> Reload:
    """Return what the site reloads: the settings, and the supergraph if its subgraphs run elsewhere.

    Subgraphs in this process belong to one release, and so does the supergraph composed from them.

    Raises:
        SourceError: The file of settings cannot be read.
    """
    elsewhere = serve.subgraphs == "http"
    source = FileSource(serve.supergraph, settings.supergraph_bytes) if elsewhere else None
    return reload_of(source, settings, read=partial(site_settings, documents))
