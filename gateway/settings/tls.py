"""Settings: TLS to clients."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from gateway.settings.section import Section


class TlsSettings(Section, prefix="FURLONG_GATEWAY_TLS_"):
    """TLS to clients."""

    certificate: Path | None = Field(
        default=None,
        description="PEM file with the server's certificate and its intermediate certificates; without it, "
        "the server speaks plain HTTP.",
    )
    key: Path | None = Field(default=None, description="PEM file with the certificate's key.")
    minimum: Literal["1.2", "1.3"] = Field(default="1.2", description="The lowest version of TLS.")
    client_ca_file: Path | None = Field(
        default=None,
        description="PEM file of the authorities of clients' certificates; without it, no certificates are "
        "requested.",
    )
    client_certificates: Literal["required", "optional"] = Field(
        default="required",
        description="Whether clients need a certificate if tls_client_ca_file is set; optional: a "
        "certificate is only checked if the client sends one.",
    )
    reload_seconds: float = Field(
        default=10.0,
        gt=0,
        description="How often the server checks for new certificates and keys.",
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.certificate is None) != (self.key is None):
            raise ValueError("tls_certificate and tls_key need each other")
        if self.client_ca_file is not None and self.certificate is None:
            raise ValueError("tls_client_ca_file needs tls_certificate")
        return self
