"""The exchange: books of markets by Betfair's Exchange Stream API, and their names by its Betting API."""

from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from providers.declaration import AdapterDeclaration, Capability, Kind, Limits


class ExchangeSettings(BaseSettings):
    """Where the exchange is, and which markets are asked for."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_EXCHANGE_")

    host: str = Field(default="stream-api.betfair.com", description="The host of the exchange's stream")
    port: int = Field(default=443, ge=1, le=65535, description="Its port; it is always TLS")
    authority: Path | None = Field(
        default=None,
        description="A PEM file of the authority that signs its certificate; by default those of the web",
    )
    catalogue_url: str = Field(
        default="https://api.betfair.com/exchange/betting/rest/v1.0/",
        pattern=r"^(https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._/-]*)?)?$",
        description="The REST URL of the API that has the names; empty to ask for none",
    )
    catalogue_refresh_seconds: float = Field(
        default=1800.0,
        gt=0,
        description="How often all names are asked for again; those of new markets at once",
    )
    markets: list[str] = Field(default=[], description="Ids of markets as JSON; by default all that match")
    event_types: list[str] = Field(default=[], description='Ids of sports as JSON, such as ["1","7"]')
    market_types: list[str] = Field(
        default=["MATCH_ODDS", "WIN", "PLACE"], description="Types of markets as JSON; [] for all"
    )
    countries: list[str] = Field(default=[], description='Countries as JSON, such as ["GB","IE"]')
    levels: int = Field(default=3, ge=1, le=10, description="Prices that are published for each side")
    currency: str = Field(
        default="GBP", pattern="^[A-Z]{3}$", description="The currency of the account, which sizes are in"
    )
    conflate_ms: int = Field(
        default=0, ge=0, le=120_000, description="For how long the exchange gathers changes; 0 for not at all"
    )
    heartbeat_ms: int = Field(
        default=2_000,
        ge=500,
        le=5_000,
        description="How often the exchange says that it is there if nothing changes; twice is dead",
    )
    refresh_seconds: float = Field(
        default=3600.0,
        gt=0,
        description="How often all books are asked for anew: the stream has no numbers that would show what "
        "the exchange itself left out",
    )

    @field_validator("catalogue_url")
    @classmethod
    def _has_a_port(cls, url: str) -> str:
        if urlsplit(url).port == 0:  # raises ValueError above 65535
            raise ValueError("its port is from 1 to 65535")
        return url


ADAPTER: Final = AdapterDeclaration(
    name="exchange",
    kind=Kind.EXCHANGE,
    settings=ExchangeSettings,
    capabilities=frozenset(
        {Capability.FIXTURES, Capability.PRE_MATCH_ODDS, Capability.LIVE_ODDS, Capability.RESULTS}
    ),
    limits=Limits(items=1_000, message_bytes=16 * 2**20),
    implementation="providers.exchange.adapter:ExchangeAdapter",
    secrets={
        "exchange-app-key": "the application's key",
        "exchange-session": "the token of a session, renewed by the operator's own login",
    },
)
