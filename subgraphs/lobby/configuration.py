"""Which providers of games there are, and where games are certified: a YAML file, checked as a whole."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from iso4217 import Currency
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from subgraphs.lobby.frame_origins import origin_of

_NAME: Final = r"^[a-z0-9][a-z0-9-]{0,62}$"
_URL: Final = r"^https?://[^/?#@\s]+(/[^?#\s]*)?$"
JURISDICTION: Final = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
MAX_SECONDS: Final = 30.0
DEMO_CURRENCY: Final = "XXX"

Jurisdiction = Annotated[str, Field(pattern=rf"^{JURISDICTION.pattern}$")]
Code = Annotated[str, Field(min_length=1, max_length=255)]


class LobbyError(ValueError):
    """The file of the lobby cannot be used; the message says why, without any value of it."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class ProviderConfig(_Part):
    """A provider of games.

    Attributes:
        name: Ids of games are made of it; never give it to another one.
        protocol: Hub88's operator API, by which it is asked for games and their addresses.
        url: What its paths begin with, such as `https://games.example`.
        private_key_file: A PEM file with the key that signs our requests. It is read again when it changes.
        public_key_file: A PEM file with the keys by which it signs its answers, the new ones beside the old.
            Without it, answers need no signature: then only TLS says whose they are.
        operator_id: Who we are to it.
        partner_ids: Under which `sub_partner_id` it knows a brand; without one, none is sent.
        brands: Which brands show its games; all if empty.
        currencies: In which its games can be played for money.
        frame_origins: Where its games are served, such as `https://play.games.example`: an address that is
            elsewhere is not given to any page.
        certifications: For which jurisdictions a word of its list stands that is no code of a jurisdiction.
        address_seconds: How long the address of a game can be opened, as the provider says.
        timeout_seconds: How long a customer waits for it.
    """

    name: Annotated[str, Field(pattern=_NAME)]
    protocol: Literal["hub88"] = "hub88"
    url: str = Field(pattern=_URL)
    private_key_file: Path
    public_key_file: Path | None = None
    operator_id: int = Field(ge=0, lt=2**63)
    partner_ids: dict[str, Annotated[str, Field(min_length=1, max_length=64)]] = {}
    brands: tuple[str, ...] = ()
    currencies: tuple[str, ...] = Field(min_length=1)
    frame_origins: tuple[str, ...] = Field(min_length=1)
    certifications: dict[str, tuple[Jurisdiction, ...]] = {}
    address_seconds: int = Field(default=60, ge=5, le=3600)
    timeout_seconds: float = Field(default=5.0, gt=0, le=MAX_SECONDS)

    @field_validator("currencies")
    @classmethod
    def _currencies_exist(cls, currencies: tuple[str, ...]) -> tuple[str, ...]:
        for code in currencies:
            if Currency(code).value == DEMO_CURRENCY:
                raise ValueError(f"{DEMO_CURRENCY} is play without money")
        return currencies

    @field_validator("frame_origins")
    @classmethod
    def _origins_are_plain(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            if origin_of(f"{origin}/") != origin:
                raise ValueError("an origin is https://HOST or https://HOST:PORT; http only of this machine")
        return origins

    def serves(self, brand: str) -> bool:
        """Tell whether a brand shows its games."""
        return brand in (self.brands or (brand,))

    def certified_by(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """Return the jurisdictions for which words of its list stand; others stand for none."""
        found: set[str] = set()
        for word in words:
            found |= set(self.certifications.get(word, ()))
            if word not in self.certifications and JURISDICTION.fullmatch(word):
                found.add(word)
        return tuple(sorted(found))


class Certificate(_Part):
    """That games of a provider are certified in a jurisdiction, beside what its list says.

    Attributes:
        games: By the provider's codes.
        reference: Under which the certificate is found.
        since, until: From this day, and before that one, in UTC; without an end there if they are missing.
    """

    provider: str
    jurisdiction: Jurisdiction
    games: tuple[Code, ...] = Field(min_length=1)
    reference: str = Field(min_length=1, max_length=200)
    since: date | None = None
    until: date | None = None

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if self.since is not None and self.until is not None and self.since >= self.until:
            raise ValueError("until must be after since")
        return self

    def holds(self, at: datetime) -> bool:
        """Return whether it is in force at an instant in UTC."""
        day = at.date()
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)


class Withdrawal(_Part):
    """That games may not be played in a jurisdiction, whatever their list and certificates say."""

    provider: str
    jurisdiction: Jurisdiction
    games: tuple[Code, ...] = Field(min_length=1)


class LobbyFile(_Part):
    """All of it.

    Attributes:
        verified_demo: Jurisdictions in which only customers whose age was verified may play without money.
    """

    providers: tuple[ProviderConfig, ...]
    certificates: tuple[Certificate, ...] = ()
    withdrawals: tuple[Withdrawal, ...] = ()
    verified_demo: tuple[Jurisdiction, ...] = ()

    @model_validator(mode="after")
    def _fits(self) -> Self:
        names = [provider.name for provider in self.providers]
        if len(set(names)) < len(names):
            raise ValueError("two providers have the same name")
        certified = [certificate.provider for certificate in self.certificates]
        for name in (*certified, *(withdrawal.provider for withdrawal in self.withdrawals)):
            if name not in names:
                raise ValueError(f"there is no provider {name!r}")
        return self

    @property
    def by_name(self) -> Mapping[str, ProviderConfig]:
        """Return the providers by their names."""
        return {provider.name: provider for provider in self.providers}


NOTHING: Final = LobbyFile(providers=())


class LobbySettings(BaseSettings):
    """Where the lobby's providers are configured; without a file there are no games."""

    model_config = SettingsConfigDict(
        env_prefix="FURLONG_LOBBY_", env_ignore_empty=True, frozen=True, hide_input_in_errors=True
    )

    file: Path | None = Field(
        default=None, description="A YAML file with providers of games and certificates; see docs/lobby.md"
    )
    list_seconds: float = Field(
        default=300.0, ge=1, le=86_400, description="How often each provider is asked for its games"
    )
    retry_seconds: float = Field(
        default=30.0,
        ge=0.1,
        le=86_400,
        description="How soon a provider is asked again that has not answered as it should",
    )
    session_minutes: int = Field(
        default=240, ge=5, le=24 * 60, description="How long a customer may stake in a game after its launch"
    )

    def read(self) -> LobbyFile:
        """Return what the file says; nothing without a file.

        Raises:
            LobbyError: It cannot be read or used.
        """
        if self.file is None:
            return NOTHING
        import yaml  # noqa: PLC0415 - only if there is a file

        try:
            return LobbyFile.model_validate(yaml.safe_load(self.file.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise LobbyError(f"FURLONG_LOBBY_FILE: {self.file}: {type(error).__name__}") from error
        except ValidationError as error:
            faults = error.errors(include_input=False)
            words = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults)
            raise LobbyError(f"FURLONG_LOBBY_FILE: {self.file}: {words}") from None
