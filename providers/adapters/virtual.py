"""Virtual sports and e-sports: a provider that calls us whenever something changes."""

from typing import Final

from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from providers.api_settings import ApiSettings
from providers.declaration import AdapterDeclaration, Capability, Kind, Limits

MAX_PORT: Final = 65_535


class VirtualSettings(ApiSettings):
    """Where the provider calls us, and where it is asked for whole states."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_VIRTUAL_")

    listen: str = Field(
        default="127.0.0.1:8095",
        pattern=r"^\[?[^\s\[\]]+\]?:[0-9]{1,5}$",
        description="HOST:PORT where the provider's webhooks are received; put a proxy with TLS before it",
    )
    silence_seconds: float = Field(
        default=15.0,
        gt=0,
        le=600,
        description="After how long without a heartbeat the provider is taken for silent; use three of its "
        "intervals",
    )
    tolerance_seconds: float = Field(
        default=300.0,
        gt=0,
        le=3600,
        description="How far a webhook's time may be from ours, before or after; its id is known for so long",
    )
    currency: str = Field(
        default="GBP", pattern="^[A-Z]{3}$", description="The currency that its markets are told in"
    )

    @field_validator("listen")
    @classmethod
    def _has_a_port(cls, listen: str) -> str:
        if int(listen.rpartition(":")[2]) > MAX_PORT:
            raise ValueError(f"its port is at most {MAX_PORT}")
        return listen


ADAPTER: Final = AdapterDeclaration(
    name="virtual",
    kind=Kind.WEBHOOK,
    settings=VirtualSettings,
    capabilities=frozenset(
        {Capability.FIXTURES, Capability.PRE_MATCH_ODDS, Capability.LIVE_ODDS, Capability.RESULTS}
    ),
    limits=Limits(items=5_000, message_bytes=8 * 2**20),
    implementation="providers.virtual.adapter:VirtualAdapter",
    secrets={
        "virtual-key": "the bearer token for asking for whole states",
        "virtual-webhook-secret": "what webhooks are signed with; while it is replaced, the former one in a "
        "second line",
    },
)
