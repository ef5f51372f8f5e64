"""Settings: how clients are identified, and how their addresses are determined."""

from __future__ import annotations

from collections import Counter
from typing import Literal, Self

from pydantic import Field, IPvAnyNetwork, model_validator

from gateway.settings.client_class import DEFAULT, ClientClass
from gateway.settings.section import Section


class ClientSettings(Section, prefix="FURLONG_GATEWAY_CLIENT_", is_reloaded=True):
    """How clients are identified."""

    classes: tuple[ClientClass, ...] = Field(
        default=(),
        description="Classes of clients with other permissions, such as "
        '[{"name":"tools","key_sha256":["…"],"introspection":true}]; the class named default '
        "applies to requests without a key.",
    )
    key_header: str = Field(
        default="graphql-client-key",
        pattern=r"^[a-z0-9-]+$",
        description="The header with the key that proves a client's class.",
    )
    key_required: bool = Field(
        default=False,
        description="Whether requests without a client's key are refused with 401.",
    )
    name_headers: tuple[str, ...] = Field(
        default=("graphql-client-name", "apollographql-client-name"),
        description="The headers in which clients name themselves, in lower case; the first that is present.",
    )
    version_headers: tuple[str, ...] = Field(
        default=("graphql-client-version", "apollographql-client-version"),
        description="The headers in which clients state their version, in lower case.",
    )

    @model_validator(mode="after")
    def _unambiguous(self) -> Self:
        """Refuse classes that cannot be told apart."""
        names = Counter(client_class.name for client_class in self.classes)
        digests = Counter(digest for client_class in self.classes for digest in set(client_class.key_sha256))
        twice = [name for name, count in (*names.items(), *digests.items()) if count > 1]
        if twice:
            raise ValueError(f"client_classes: {twice[0]} belongs to two classes")
        for client_class in self.classes:
            if (client_class.name == DEFAULT) == bool(client_class.key_sha256):
                raise ValueError(
                    f"client_classes: {client_class.name}: only default has no key_sha256, and needs none"
                )
        if self.key_required and not any(client_class.key_sha256 for client_class in self.classes):
            raise ValueError("client_key_required: no class in client_classes has a key")
        return self


class AddressSettings(Section):
    """How the addresses of clients are determined."""

    trusted_proxies: tuple[IPvAnyNetwork, ...] = Field(
        default=(),
        description='The networks of the proxies in front, such as ["10.0.0.0/8"]: only these are trusted '
        "to state a client's address.",
    )
    forwarded_for_header: Literal["x-forwarded-for", "forwarded"] = Field(
        default="x-forwarded-for", description="The header in which trusted proxies name a client's address."
    )
