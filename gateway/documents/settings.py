"""Settings: which documents clients may send."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self, TypeAlias

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings

Mode: TypeAlias = Literal["off", "log", "only"]


class TrustedDocumentSettings(BaseSettings):
    """Which documents clients may send."""

    trusted_documents: tuple[Path, ...] = Field(
        default=(),
        description='Manifests of trusted documents, such as ["/etc/furlong/manifests"]: files, or folders '
        "of *.json, as written by GraphQL Code Generator, the Relay compiler or Apollo's tools.",
    )
    trusted_documents_mode: Mode = Field(
        default="off",
        description="What happens to documents that are in no manifest: off: they are answered; log: they "
        "are answered, counted and logged; only: they are refused.",
    )
    trusted_documents_require_id: bool = Field(
        default=False,
        description="With the mode only: whether trusted documents must be sent by their ids, not as text.",
    )
    trusted_documents_clients: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="The only clients that may send the documents of a manifest, by its file name, such as "
        '{"ios-4.json":["ios"]}.',
    )
    trusted_operations: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="With the modes log and only: the names of the operations that each client may execute, "
        'such as {"ios":["Betslip"],"*":["Club"]}; * is any client. Empty: all of trusted documents.',
    )
    trusted_documents_reload_seconds: float = Field(
        default=5.0, ge=0, description="How often manifests are checked for changes; 0 for never."
    )
    trusted_documents_prepared: int = Field(
        default=200,
        ge=0,
        description="Trusted documents are planned ahead of requests, in the background, if there are at "
        "most this many.",
    )
    trusted_documents_logged: int = Field(
        default=1_000,
        ge=0,
        description="How many documents each process logs at most in the mode log.",
    )
    apq: bool = Field(
        default=False, description="Whether clients may register documents: automatic persisted queries."
    )
    apq_bytes: int = Field(
        default=4 * 1024 * 1024, gt=0, description="The most bytes of registered documents in each process."
    )
    apq_valkey_url: str | None = Field(
        default=None,
        json_schema_extra={"writeOnly": True},
        description="The Valkey or Redis in which all processes share registered documents, such as "
        "redis://127.0.0.1:6379/0; without it, each process has its own.",
    )
    apq_valkey_seconds: float = Field(
        default=0.05,
        gt=0,
        description="How long to wait for Valkey before a document counts as not registered.",
    )
    apq_keep_seconds: int = Field(
        default=86_400, gt=0, description="How long Valkey keeps an unused document."
    )

    @model_validator(mode="after")
    def _has_documents(self) -> Self:
        """Refuse to trust only the documents of no manifest."""
        if self.trusted_documents_mode != "off" and not self.trusted_documents:
            raise ValueError(
                f"trusted_documents_mode: {self.trusted_documents_mode} needs manifests in trusted_documents"
            )
        if self.trusted_documents_require_id and self.trusted_documents_mode != "only":
            raise ValueError("trusted_documents_require_id: needs the trusted_documents_mode only")
        if self.apq and self.trusted_documents_mode == "only":
            raise ValueError("apq: clients that may send only trusted documents cannot register any")
        if self.apq_valkey_url is not None and not self.apq:
            raise ValueError("apq_valkey_url: needs apq")
        return self
