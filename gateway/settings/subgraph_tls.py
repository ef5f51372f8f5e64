"""TLS to subgraphs: the authorities that the gateway trusts, and its own certificate."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from foundation.reloaded_context import ReloadedContext


class SubgraphTls(BaseModel):
    """The TLS options for a subgraph.

    Attributes:
        ca_file: A PEM file of the only trusted authorities; None for the system's.
        also_trusted: A PEM file of additional trusted authorities.
        certificate: A PEM file with the gateway's certificate.
        key: A PEM file with the certificate's key.
        server_name: The name that the subgraph's certificate must have; None for the host of the URL.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    ca_file: Path | None = None
    also_trusted: Path | None = Field(default=None, exclude=True)
    certificate: Path | None = None
    key: Path | None = None
    server_name: str | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.certificate is None) != (self.key is None):
            raise ValueError("certificate and key need each other")
        return self

    def reloaded(self) -> ReloadedContext:
        """Return the context, and the object that keeps it up to date.

        Raises:
            OSError: A file cannot be read, or contains no certificates, or not the key of the certificate.
        """
        files = (self.ca_file, self.also_trusted, self.certificate, self.key)
        return ReloadedContext(files, self._context)

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self.ca_file)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        if self.also_trusted is not None:
            context.load_verify_locations(self.also_trusted)
        if self.certificate is not None:
            context.load_cert_chain(self.certificate, self.key, password=_no_passphrase)
        return context


def _no_passphrase() -> str:
    raise ValueError("the key is encrypted: store it without a passphrase, readable by the gateway alone")
