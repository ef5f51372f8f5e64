"""Video: the pictures of sports events, and where and when they may be seen."""

from typing import Final

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from providers.api_settings import PollSettings
from providers.declaration import AdapterDeclaration, Capability, Kind, Limits


class VideoSettings(PollSettings):
    """Where the list of pictures is, and how often it is asked for."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_VIDEO_")

    fixtures_of: str = Field(
        default="feed",
        pattern="^[a-z0-9-]{1,64}$",
        description="The provider whose ids of sports events the provider of video uses",
    )


ADAPTER: Final = AdapterDeclaration(
    name="video",
    kind=Kind.VIDEO,
    settings=VideoSettings,
    capabilities=frozenset({Capability.VIDEO}),
    limits=Limits(items=2_000, message_bytes=4 * 2**20),
    implementation="providers.video:VideoAdapter",
    secrets={"video-key": "the bearer token of the API"},
)
