"""Video: the pictures of sports events, and where and when they may be seen."""

from typing import Final

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from providers.api_settings import PollSettings, SafeAddress
from providers.declaration import AdapterDeclaration, Capability, Kind, Limits


class VideoSettings(PollSettings):
    """Where the list of pictures is, how often it is asked for, and where pictures are seen."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_VIDEO_")

    streams: SafeAddress = Field(
        default="",
        description="The address below which pictures are seen, such as https://video.example.com; "
        "by default there are no addresses of pictures",
    )


ADAPTER: Final = AdapterDeclaration(
    name="video",
    kind=Kind.VIDEO,
    settings=VideoSettings,
    capabilities=frozenset({Capability.VIDEO}),
    limits=Limits(items=2_000, message_bytes=4 * 2**20),
    implementation="providers.video.adapter:VideoAdapter",
    secrets={
        "video-key": "the bearer token of the API",
        "video-signing-key": "what addresses of pictures are signed with; the pictures' servers have it too",
    },
)
