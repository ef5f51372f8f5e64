"""Builds the transports over HTTP by the settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.errors import SupergraphError
from gateway.settings.subgraph_tls import SubgraphTls
from gateway.settings.subgraphs import SubgraphSettings
from gateway.supergraph import Supergraph
from gateway.transport import HttpLimits, HttpTransport, SignerOf, Transport

EVERY: Final = "*"
"""Stands for all subgraphs that a setting does not name."""


def http_transports(
    model: Supergraph,
    given: Mapping[str, Transport],
    settings: SubgraphSettings,
    kept: Mapping[str, HttpTransport],
    signer_of: SignerOf | None,
) -> dict[str, HttpTransport]:
    """Build a transport for each subgraph that does not have one.

    Args:
        model: The supergraph.
        given: The transports that the application has given.
        settings: The settings.
        kept: Earlier transports; one is reused if its subgraph is called exactly as before.
        signer_of: Chooses how requests are signed; None if they are not.

    Raises:
        SupergraphError: A subgraph is not in the supergraph, has no URL, or cannot be called at its URL.
    """
    named = {*given, *settings.urls, *settings.tls, *settings.seconds}
    named |= settings.connection_limits.keys()
    listed = set(settings.compression)
    unknown = sorted((named | listed) - {EVERY, *model.subgraphs})
    if unknown:
        raise SupergraphError(
            f"The supergraph has no subgraph {', '.join(unknown)}. Compose it of all subgraphs, or correct "
            "the setting that names one."
        )
    transports: dict[str, HttpTransport] = {}
    for name, subgraph in model.subgraphs.items():
        if name in given:
            continue
        url = settings.urls.get(name, subgraph.url)
        if not url:
            raise SupergraphError(f"The subgraph {name} has no URL in @join__graph or the settings.")
        try:
            limits, former = _limits(name, settings), kept.get(name)
            sign = None if signer_of is None else signer_of(name, url)
            if former is None or not former.reaches(url, limits, sign):
                former = HttpTransport.to(url, limits, sign)
            transports[name] = former
        except (ValueError, OSError) as error:
            raise SupergraphError(f"The subgraph {name} cannot be called at {url}: {error}") from error
    return transports


def _limits(name: str, settings: SubgraphSettings) -> HttpLimits:
    """Return the limits of one subgraph."""
    return HttpLimits(
        connect_seconds=settings.connect_seconds,
        total_seconds=settings.seconds.get(name, settings.total_seconds),
        answer_bytes=settings.answer_bytes,
        connections=settings.connection_limits.get(name, settings.connections),
        idle_seconds=settings.idle_seconds,
        reads_gzip=not {name, EVERY}.isdisjoint(settings.compression),
        tls=_tls(name, settings),
    )


def _tls(subgraph: str, settings: SubgraphSettings) -> SubgraphTls:
    known = settings.tls.get(subgraph) or settings.tls.get(EVERY) or SubgraphTls()
    return known if known.ca_file else known.model_copy(update={"also_trusted": settings.ca_file})
