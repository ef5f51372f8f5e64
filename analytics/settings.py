"""Settings of analytics."""

from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

GIB: Final = 2**30


class AnalyticsSettings(BaseSettings):
    """The store, how it is filled, and the limits of questions."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_ANALYTICS_")

    folder: Path = Field(
        default=Path(".furlong/analytics"),
        description="The folder of the embedded store; one process owns it",
    )
    url: str | None = Field(
        default=None,
        description="A ClickHouse server to fill instead, such as http://USER:PASSWORD@HOST:8123",
        json_schema_extra={"writeOnly": True},
    )
    key: SecretStr = Field(
        default=SecretStr(""),
        description="The key of pseudonyms, at least 32 characters; whoever has it and the file of "
        "customers' secrets can tell who a pseudonym is",
    )
    batch_rows: int = Field(
        default=50_000, ge=1, le=1_000_000, description="How many records are read before they are inserted"
    )
    batch_seconds: float = Field(
        default=5.0, gt=0, le=600, description="After how many seconds fewer records are inserted as well"
    )
    rollup_seconds: float = Field(
        default=5.0,
        gt=0,
        le=3600,
        description="After how many seconds roll-ups are counted again",
    )
    rollup_rest: float = Field(
        default=4,
        ge=0,
        le=100,
        description="How long roll-ups are left alone after each time, in times of what counting them took",
    )
    retention_days: int = Field(
        default=0, ge=0, description="How many days customers' facts are kept after they happened; 0 for ever"
    )
    retention_by_table: dict[str, Annotated[int, Field(ge=0)]] = Field(
        default_factory=dict,
        description="The same for single tables of records, as JSON, such as "
        '{"bet_records": 400, "control_records": 800}; draws for a control group are otherwise kept for ever',
    )
    rates_file: Path | None = Field(
        default=None,
        description="CSV with daily rates of exchange, for sums in one currency: day,currency,rate, where a "
        "rate is what one unit of the currency is worth in the reporting currency",
    )
    reporting_currency: str = Field(
        default="EUR", pattern="^[A-Z]{3}$", description="The currency of sums in one currency"
    )
    role: str = Field(
        default="operator",
        description="The role whose tables `furlong analytics` may ask: viewer, editor, approver or support "
        "(sums), risk (also facts of single customers), operator or administrator (all)",
    )
    question_seconds: float = Field(default=30.0, gt=0, le=3600, description="How long a question may take")
    question_memory: int = Field(
        default=2 * GIB, ge=2**26, description="How much memory a question may use, in bytes"
    )
    question_rows: int = Field(
        default=100_000, ge=1, description="How many rows an answer may have; a larger one is refused"
    )
    question_bytes: int = Field(
        default=64 * 2**20, ge=1024, description="How many bytes an answer may have; a larger one is refused"
    )

    @property
    def keys_file(self) -> Path:
        """Return the file of customers' secrets."""
        return self.folder / "customers.sqlite"
