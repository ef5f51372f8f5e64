"""Settings of sign-in by OpenID Connect."""

from collections.abc import Iterable
from typing import Final

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from backoffice.access import Role
from foundation.tokens.issuer import check_url
from subgraphs.kit.domain.keys import ALL_BRANDS

EXAMPLE: Final = '{"betting-editors": ["editor@northbet"], "platform": ["operator", "administrator"]}'


class OidcSettings(BaseSettings):
    """The provider that people sign in at, and which of its groups have which roles."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_BACKOFFICE_OIDC_", hide_input_in_errors=True)

    issuer: str = Field(
        default="",
        description="The provider's issuer, by https; empty if people sign in with local accounts only",
    )
    client_id: str = Field(default="", description="The client id that the provider gave to the back office")
    client_secret: SecretStr = Field(
        default=SecretStr(""), description="Its secret; empty for a public client"
    )
    scope: str = Field(default="openid profile email", description="The scopes to ask for")
    claim: str = Field(default="groups", description="The claim of the ID token that lists a person's groups")
    roles: dict[str, tuple[str, ...]] = Field(
        default={}, description=f"The roles of each group, for all brands or for one: {EXAMPLE}"
    )

    @field_validator("issuer")
    @classmethod
    def _trustworthy(cls, value: str) -> str:
        if value:
            check_url(value, plain_http=False)
        return value

    @field_validator("roles")
    @classmethod
    def _known_roles(cls, value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for names in value.values():
            for name in names:
                Role(name.partition("@")[0])
        return value

    def roles_of(self, groups: Iterable[str]) -> dict[str, frozenset[Role]]:
        """Return the roles of a person who is in groups."""
        found: dict[str, set[Role]] = {}
        for group in groups:
            for name in self.roles.get(group, ()):
                role, _, brand = name.partition("@")
                found.setdefault(brand or ALL_BRANDS, set()).add(Role(role))
        return {brand: frozenset(held) for brand, held in found.items()}
