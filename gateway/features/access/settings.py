"""Settings of access control."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field, SecretStr

from gateway.settings.feature_settings import FeatureSettings


class AccessSettings(FeatureSettings, prefix="FURLONG_GATEWAY__ACCESS__"):
    """Access control for a supergraph with @authenticated, @requiresScopes or @policy."""

    former: ClassVar[Mapping[str, str]] = {
        "mode": "access",
        "scope_claims": "access_scope_claims",
        "policies": "access_policies",
        "policy_url": "access_policy_url",
        "policy_token": "access_policy_token",
        "policy_seconds": "access_policy_seconds",
    }
    reloaded: ClassVar[frozenset[str]] = frozenset({"mode"})

    mode: Literal["enforce", "reject", "dry-run", "subgraphs"] = Field(
        default="enforce",
        description="What happens to fields that a client may not see: they are null with an error, and not "
        "fetched; or (reject) the operation is refused; or (dry-run) it is answered and logged; "
        "or (subgraphs) the gateway does not check, because every subgraph checks access "
        "itself.",
    )
    scope_claims: tuple[str, ...] = Field(
        default=("scope", "scp"),
        description="The claims of a session that contain scopes: a space-separated text, or a list.",
    )
    policies: dict[str, str] = Field(
        default_factory=dict,
        description='Expressions (CEL) that decide policies, such as {"staff":"\'staff\' in claims.groups"}.',
    )
    policy_url: str | None = Field(
        default=None,
        description="The URL that decides all other policies, by the API of Open Policy Agent, such as "
        "http://127.0.0.1:8181/v1/data/graph/policies; without an answer, no policy holds.",
    )
    policy_token: SecretStr | None = Field(default=None, description="The bearer token for that URL.")
    policy_seconds: float = Field(
        default=0.25, gt=0, description="The most seconds for deciding a request's policies."
    )
