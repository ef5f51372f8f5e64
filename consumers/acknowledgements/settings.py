"""The name of a node, and how often it reports."""

from typing import Final

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ONLY_NODE: Final = "main"
"""The name of the node in an installation that has only one."""


class NodeSettings(BaseSettings):
    """This node, as the back office names it."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_NODE_")

    name: str = Field(
        default=ONLY_NODE,
        min_length=1,
        max_length=64,
        pattern=r"^[^\s:]+$",
        description="Name of the node: of the databases that this installation's consumers write. Processes "
        "that write the same databases have the same name",
    )
    report_seconds: float = Field(
        default=5.0,
        gt=0,
        le=600,
        description="How often a consumer reports to the back office which global messages it has applied; "
        "it also does so after each of them. A node that is silent for three times as long counts as down",
    )
