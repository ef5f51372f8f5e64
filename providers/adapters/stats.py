"""Statistics: fixtures and figures of a provider that is polled."""

from typing import Final

from pydantic_settings import SettingsConfigDict

from providers.api_settings import PollSettings
from providers.declaration import AdapterDeclaration, Capability, Kind, Limits


class StatsSettings(PollSettings):
    """Where statistics are, and how often they are asked for."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_STATS_")


ADAPTER: Final = AdapterDeclaration(
    name="stats",
    kind=Kind.STATS,
    settings=StatsSettings,
    capabilities=frozenset({Capability.FIXTURES, Capability.STATS}),
    limits=Limits(items=2_000, message_bytes=4 * 2**20),
    implementation="providers.stats.adapter:StatsAdapter",
    secrets={"stats-key": "the bearer token of the API"},
)
