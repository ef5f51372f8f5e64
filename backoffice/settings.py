"""Settings of the back office: sign-in and addresses, its identity provider, content, and risk."""

from collections.abc import Iterable
from typing import Final, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from backoffice.access import Role
from foundation.token_settings import check_url
from subgraphs.kit.domain.keys import ALL_BRANDS

MIN_KEY: Final = 32


class BackofficeSettings(BaseSettings):
    """Sign-in, sessions and addresses of the back office."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_BACKOFFICE_", hide_input_in_errors=True)

    key: SecretStr = Field(
        default=SecretStr(""),
        description="Secret of at least 32 characters that encrypts second factors and binds CSRF tokens to "
        "sessions: the same for all processes. With another key everybody has to set up their second factor "
        "again",
    )
    url: str = Field(
        default="",
        description="The address that browsers use, such as https://backoffice.example.com, if it is "
        "not that of the request: requests from pages of any other origin are refused. People can sign in "
        "by an identity provider only if it is set",
    )
    docs_url: str = Field(
        default="",
        description="The address of the documentation, such as https://docs.example.com/: each screen "
        "links to its page there; without it, screens have no links to the documentation",
    )
    first_brand: str = Field(
        default="",
        description="The brand that screens show to people who have not chosen one, if they may see it; "
        "otherwise the first by name",
    )
    idle_minutes: float = Field(
        default=30, gt=0, description="After how many minutes without a request a session ends"
    )
    session_hours: float = Field(
        default=12, gt=0, description="After how many hours a session ends in any case"
    )
    step_up_minutes: float = Field(
        default=10, gt=0, description="For how long a second factor that was confirmed again lasts"
    )
    password_length: int = Field(default=12, ge=8, le=64, description="The least length of a password")
    trusted_proxies: tuple[str, ...] = Field(
        default=(),
        description="Addresses of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed",
    )
    mail_url: SecretStr = Field(
        default=SecretStr(""),
        description="The mail server that sends links to set up password and second factor: "
        "smtps://USER:PASSWORD@HOST:PORT, or smtp:// for STARTTLS. Without one, whoever adds or resets an "
        "account sees its initial password, and cannot be the other pair of eyes. Needs the three settings "
        "FURLONG_BACKOFFICE_URL, FURLONG_BACKOFFICE_MAIL_FROM and FURLONG_BACKOFFICE_MAIL_DOMAINS",
    )
    mail_from: str = Field(
        default="",
        description="The one address that these mails are from, perhaps with a name: "
        "Furlong <furlong@example.com>",
    )
    mail_domains: tuple[str, ...] = Field(
        default=(),
        description='The domains of the addresses of staff, such as ["example.com"]: links are sent to '
        "logins that are addresses of these domains",
    )

    @model_validator(mode="after")
    def _complete_mail(self) -> Self:
        url = self.mail_url.get_secret_value()
        if url and not url.startswith(("smtp://", "smtps://")):
            raise ValueError("FURLONG_BACKOFFICE_MAIL_URL must begin with smtps:// or smtp://")
        if url and not (self.url and self.mail_from and self.mail_domains):
            raise ValueError(
                "FURLONG_BACKOFFICE_MAIL_URL also needs FURLONG_BACKOFFICE_URL, FURLONG_BACKOFFICE_MAIL_FROM "
                "and FURLONG_BACKOFFICE_MAIL_DOMAINS"
            )
        return self

    @field_validator("url")
    @classmethod
    def _address(cls, value: str) -> str:
        if value:
            check_url(value, plain_http=True)
        return value

    @field_validator("key")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and len(value.get_secret_value()) < MIN_KEY:
            raise ValueError(f"must have at least {MIN_KEY} characters")
        return value


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
        roles: dict[str, set[Role]] = {}
        for group in groups:
            for name in self.roles.get(group, ()):
                role, _, brand = name.partition("@")
                roles.setdefault(brand or ALL_BRANDS, set()).add(Role(role))
        return {brand: frozenset(held) for brand, held in roles.items()}


class ContentSettings(BaseSettings):
    """Where links of content may lead, and where its images are found."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_BACKOFFICE_CONTENT_")

    hosts: dict[str, tuple[str, ...]] = Field(
        default={},
        description="Hosts that links may lead to besides those of the schemes' terms, by brand, as JSON: "
        '{"northbet": ["help.northbet.example"]}',
    )
    images_url: str = Field(
        default="/content/images",
        pattern=r"^(https://|/)\S*$",
        description="Where customers' browsers find uploaded images, without the hash: a path that "
        "`furlong serve` answers, or the address of a CDN in front of it",
    )


class RiskSettings(BaseSettings):
    """How often figures are counted."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_BACKOFFICE_RISK_")

    count_seconds: float = Field(
        default=15,
        gt=0,
        description="How many seconds after a count of the present and the last week the next one begins; "
        "if a count takes long, ten times as long as it took. Earlier weeks are counted every ten minutes "
        "until nothing of them can change",
    )
