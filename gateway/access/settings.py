"""Settings of access control."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings


class AccessSettings(BaseSettings):
    """Access control for a supergraph with @authenticated, @requiresScopes or @policy."""

    access: Literal["enforce", "reject", "dry-run", "subgraphs"] = Field(
        default="enforce",
        description="What happens to fields that a client may not see: they are null with an error, and not "
        "fetched; or (reject) the operation is refused; or (dry-run) it is answered and logged; "
        "or (subgraphs) the gateway does not check, because every subgraph checks access "
        "itself.",
    )
    access_scope_claims: tuple[str, ...] = Field(
        default=("scope", "scp"),
        description="The claims of a session that contain scopes: a space-separated text, or a list.",
    )
    access_policies: dict[str, str] = Field(
        default_factory=dict,
        description='Expressions (CEL) that decide policies, such as {"staff":"\'staff\' in claims.groups"}.',
    )
    access_policy_url: str | None = Field(
        default=None,
        description="The URL that decides all other policies, by the API of Open Policy Agent, such as "
        "http://127.0.0.1:8181/v1/data/graph/policies; without an answer, no policy holds.",
    )
    access_policy_token: SecretStr | None = Field(default=None, description="The bearer token for that URL.")
    access_policy_seconds: float = Field(
        default=0.25, gt=0, description="The most seconds for deciding a request's policies."
    )
