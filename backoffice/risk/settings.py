"""Settings of risk and money."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


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
