"""Settings: which documents are known, and whether clients may send others."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Literal, Self, TypeAlias

from pydantic import Field, model_validator

from gateway.settings.feature_settings import FeatureSettings

Mode: TypeAlias = Literal["off", "log", "only"]


class KnownDocumentSettings(FeatureSettings, prefix="FURLONG_GATEWAY__DOCUMENTS__"):
    """Which documents are known before requests, and whether clients may send others."""

    former: ClassVar[Mapping[str, str]] = {
        "folder": "documents",
        "manifests": "trusted_documents",
        "mode": "trusted_documents_mode",
        "require_id": "trusted_documents_require_id",
        "clients": "trusted_documents_clients",
        "operations": "trusted_operations",
        "reload_seconds": "trusted_documents_reload_seconds",
        "prepared": "trusted_documents_prepared",
        "logged": "trusted_documents_logged",
        "apq": "apq",
        "apq_bytes": "apq_bytes",
        "apq_valkey_url": "apq_valkey_url",
        "apq_valkey_seconds": "apq_valkey_seconds",
        "apq_keep_seconds": "apq_keep_seconds",
    }
    reloaded: ClassVar[frozenset[str]] = frozenset({"folder"})

    folder: Path | None = Field(
        default=None,
        description="Folder of documents (*.graphql) whose operations are prepared before the first request.",
    )
    manifests: tuple[Path, ...] = Field(
        default=(),
        description='Manifests of trusted documents, such as ["/etc/furlong/manifests"]: files, or folders '
        "of *.json, as written by GraphQL Code Generator, the Relay compiler or Apollo's tools.",
    )
    mode: Mode = Field(
        default="off",
        description="What happens to documents that are in no manifest: off: they are answered; log: they "
        "are answered, counted and logged; only: they are refused.",
    )
    require_id: bool = Field(
        default=False,
        description="With the mode only: whether trusted documents must be sent by their ids, not as text.",
    )
    clients: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="The only clients that may send the documents of a manifest, by its file name, such as "
        '{"ios-4.json":["ios"]}.',
    )
    operations: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="With the modes log and only: the names of the operations that each client may execute, "
        'such as {"ios":["Betslip"],"*":["Club"]}; * is any client. Empty: all of trusted documents.',
    )
    reload_seconds: float = Field(
        default=5.0, ge=0, description="How often manifests are checked for changes; 0 for never."
    )
    prepared: int = Field(
        default=200,
        ge=0,
        description="Trusted documents are planned ahead of requests, in the background, if there are at "
        "most this many.",
    )
    logged: int = Field(
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
        if self.mode != "off" and not self.manifests:
            raise ValueError(f"mode: {self.mode} needs manifests")
        if self.require_id and self.mode != "only":
            raise ValueError("require_id: needs the mode only")
        if self.apq and self.mode == "only":
            raise ValueError("apq: clients that may send only trusted documents cannot register any")
        if self.apq_valkey_url is not None and not self.apq:
            raise ValueError("apq_valkey_url: needs apq")
        return self

    @property
    def has_ids(self) -> bool:
        """Whether clients may send ids instead of documents."""
        return bool(self.manifests) or self.apq

    @property
    def is_on(self) -> bool:
        """Whether any documents are known before requests, or registered by clients."""
        return self.has_ids or self.folder is not None
