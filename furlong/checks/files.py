"""Checks of files that settings name: the supergraph, manifests, certificates, providers."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from furlong.checks.finding import CheckFailed
from gateway.errors import SupergraphError
from gateway.features.documents.manifests import ManifestFiles
from gateway.features.documents.settings import KnownDocumentSettings
from gateway.features.documents.trusted import DocumentMetrics, ManifestError
from gateway.http.server.tls import ServerTls
from gateway.supergraph import load_supergraph

SOON = timedelta(days=14)
"""A certificate that expires sooner is reported as wrong, because somebody must renew it."""

Run = Callable[[], Awaitable[str]]


def in_thread(work: Callable[[], str]) -> Run:
    """Return a check that reads files in a thread, so that a hanging disk does not delay the other checks."""
    return lambda: asyncio.to_thread(work)


def supergraph(path: Path) -> str:
    """Describe a supergraph.

    Raises:
        CheckFailed: It cannot be read or served.
    """
    try:
        model = load_supergraph(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CheckFailed(f"{path}: {error.strerror}", "correct FURLONG_SERVE_SUPERGRAPH") from error
    except (SupergraphError, UnicodeDecodeError) as error:
        raise CheckFailed(f"{path}: {error}", "compose it again: `make compose`") from error
    return f"{path} has the subgraphs {', '.join(sorted(model.subgraphs))}"


def manifests(settings: KnownDocumentSettings) -> str:
    """Say how many documents are trusted.

    Raises:
        CheckFailed: A manifest is missing or broken.
    """
    try:
        files = ManifestFiles(settings.manifests, settings.clients, DocumentMetrics())
    except ManifestError as error:
        raise CheckFailed(str(error), "correct the file, or FURLONG_GATEWAY__DOCUMENTS__MANIFESTS") from error
    return f"{len(files.documents)} documents are trusted"


def certificates(path: Path, setting: str) -> str:
    """Say how long the certificates of a PEM file are valid.

    Raises:
        CheckFailed: It has none, or one expires soon.
    """
    try:
        pem_certificates = x509.load_pem_x509_certificates(path.read_bytes())
        ssl.create_default_context().load_verify_locations(path)
    except OSError as error:
        reason = error.strerror if not isinstance(error, ssl.SSLError) else "no certificates"
        raise CheckFailed(f"{path}: {reason}", f"correct {setting}") from error
    except ValueError as error:
        raise CheckFailed(f"{path}: it contains no PEM certificates", f"correct {setting}") from error
    first = min(certificate.not_valid_after_utc for certificate in pem_certificates)
    left = first - datetime.now(UTC)
    if left < SOON:
        ended = "ended" if left < timedelta() else "ends"
        raise CheckFailed(f"{path}: a certificate {ended} on {first:%Y-%m-%d}", "replace it")
    return f"{path}: {len(pem_certificates)} certificates, until {first:%Y-%m-%d} at least"


def server_tls(tls: ServerTls) -> str:
    """Check that certificate and key belong together.

    Raises:
        CheckFailed: They do not belong together, or a file is missing.
    """
    try:
        tls.context()
    except (OSError, ValueError) as error:
        reason = (
            "certificate and key do not belong together" if isinstance(error, ssl.SSLError) else str(error)
        )
        raise CheckFailed(
            reason, "correct FURLONG_GATEWAY_TLS_CERTIFICATE and FURLONG_GATEWAY_TLS_KEY"
        ) from error
    return "certificate and key belong together"


def readable(path: Path, setting: str) -> str:
    """Check that a file can be read.

    Raises:
        CheckFailed: It cannot be read.
    """
    try:
        size = len(path.read_bytes())
    except OSError as error:
        raise CheckFailed(
            f"{path}: {error.strerror}", f"correct {setting}, or the file's permissions"
        ) from error
    if not size:
        raise CheckFailed(f"{path} is empty", f"correct {setting}, or write the file")
    return f"{path} can be read"
