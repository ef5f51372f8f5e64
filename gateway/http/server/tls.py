"""The server's certificate, and the certificates that it requires of clients."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Self

from msgspec import Struct

from foundation.reloaded_context import ReloadedContext
from gateway.settings.tls import TlsSettings

VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


class ServerTls(Struct, frozen=True):
    """The TLS options of a server.

    Attributes:
        certificate: A PEM file with the certificate and its intermediate certificates.
        key: A PEM file with the certificate's key.
        minimum: The lowest version of TLS.
        client_authorities: A PEM file of the authorities of clients' certificates; None to request none.
        requires_certificate: Whether clients without a certificate are refused.
        reload_seconds: How often the files are checked for changes.
    """

    certificate: Path
    key: Path
    minimum: ssl.TLSVersion
    client_authorities: Path | None
    requires_certificate: bool
    reload_seconds: float

    @classmethod
    def of(cls, settings: TlsSettings) -> Self | None:
        """Return the TLS options from the settings; None without TLS."""
        if settings.certificate is None or settings.key is None:
            return None
        return cls(
            settings.certificate,
            settings.key,
            VERSIONS[settings.minimum],
            settings.client_ca_file,
            settings.client_certificates == "required",
            settings.reload_seconds,
        )

    def context(self) -> ssl.SSLContext:
        """Build a context from the current files.

        Raises:
            OSError: A file cannot be read, lacks the certificate or key, or the two do not match.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = self.minimum
        context.set_alpn_protocols(["http/1.1"])
        # A key with a passphrase is refused: OpenSSL would ask for it on the terminal.
        context.load_cert_chain(self.certificate, self.key, password=_no_passphrase)
        if self.client_authorities is not None:
            context.load_verify_locations(self.client_authorities)
            context.verify_mode = ssl.CERT_REQUIRED if self.requires_certificate else ssl.CERT_OPTIONAL
        return context

    def reloaded(self) -> tuple[ssl.SSLContext, ReloadedContext]:
        """Return a context to listen with, and the object that keeps it up to date.

        Each handshake uses the files as of their last check.
        """
        files = (self.certificate, self.key, self.client_authorities)
        reloaded = ReloadedContext(files, self.context)
        listening = self.context()

        def use_current(
            connection: ssl.SSLObject | ssl.SSLSocket, _name: str | None, _context: ssl.SSLContext
        ) -> None:
            connection.context = reloaded.current

        listening.sni_callback = use_current
        return listening, reloaded


def _no_passphrase() -> str:
    raise ValueError("the key is encrypted: store it without a passphrase, readable by the server alone")
