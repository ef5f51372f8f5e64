"""Settings of content."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


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
