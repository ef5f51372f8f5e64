"""Settings of the databases, a process's cell and the product's clock, read from the environment."""

from pathlib import Path
from typing import Self

from pydantic import Field, PrivateAttr, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from foundation.storage.cells.cell import Cell, parse_range


class CellSettings(BaseSettings):
    """The cell of this process; without these settings, the installation has no cells."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_")

    cell: str | None = Field(
        default=None,
        description="Name of the cell that this process belongs to, such as c1; none if the installation has "
        "no cells",
    )
    cell_partitions: str | None = Field(
        default=None,
        description="The cell's partitions of all topics that are keyed by customer, such as 6-11; required "
        "with FURLONG_CELL",
    )
    cell_of: int = Field(
        default=24,
        ge=1,
        description="How many partitions these topics have: the same in all cells, and never changed",
    )

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if (self.cell is None) != (self.cell_partitions is None):
            raise ValueError("set both FURLONG_CELL and FURLONG_CELL_PARTITIONS, or neither")
        self.own()
        return self

    def own(self) -> Cell | None:
        """Return the cell; None if the installation has no cells."""
        if self.cell is None or self.cell_partitions is None:
            return None
        return Cell(self.cell, *parse_range(self.cell_partitions), self.cell_of)


class DatabaseSettings(BaseSettings):
    """Where the tables are: each subgraph has its own database, under the common URL or under its own."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_DATABASE_")

    url: str = Field(
        default="sqlite+aiosqlite:///.furlong/data",
        json_schema_extra={"writeOnly": True},
        description="mysql+aiomysql://USER:PASSWORD@HOST/furlong (the name is a prefix: furlong_club, …), "
        "or sqlite+aiosqlite:///DIRECTORY (one file per subgraph)",
    )
    urls: dict[str, str] = Field(
        default={},
        json_schema_extra={"writeOnly": True},
        description="URLs of databases that are not at the common one, by their names, written like it: "
        '{"rewards": "mysql+aiomysql://USER:PASSWORD@HOST/furlong"} has furlong_rewards on another server',
    )
    pool_size: int = Field(default=10, ge=1, description="Connections a process keeps to each database")
    reading_connections: int = Field(
        default=4,
        ge=1,
        description="Further connections to each database that only serve the batched reads of the graph",
    )
    lock_wait_seconds: int = Field(default=5, ge=1, description="How long a statement waits for a row lock")
    pseudonym_key: SecretStr = Field(
        default=SecretStr(""),
        description="Secret that the pseudonyms of erased customers are made with: set it before the first "
        "erasure, and never lose or change it: with another key no customer counts as erased",
    )
    statement_seconds: float = Field(
        default=10.0, gt=0, description="After how long MariaDB aborts a statement"
    )
    cell: CellSettings = Field(
        default_factory=CellSettings, description="The cell whose databases these are: settings of their own"
    )
    _enters_closed: bool = PrivateAttr(default=False)

    def url_of(self, name: str) -> str:
        """Return the URL under which a database is: its own, or else the common one."""
        return self.urls.get(name, self.url)

    def variable_of(self, name: str) -> str:
        """Return the environment variable that says where a database is."""
        return f"{name} in FURLONG_DATABASE_URLS" if name in self.urls else "FURLONG_DATABASE_URL"

    @property
    def places(self) -> str:
        """Return all URLs, which may have passwords, for people."""
        return "; ".join([self.url, *(f"{name} at {url}" for name, url in self.urls.items())])

    @property
    def enters_closed(self) -> bool:
        """Whether connections are made to a closed database, too."""
        return self._enters_closed

    def entering_closed(self) -> Self:
        """Return the same settings for what recovers a closed database."""
        copied = self.model_copy()
        copied._enters_closed = True  # noqa: SLF001 - its own class
        return copied


class ClockSettings(BaseSettings):
    """The product's clock: the machine's, unless the whole installation is a rehearsal."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_CLOCK_")

    rehearsal: bool = Field(
        default=False,
        description="Declares that this installation is a rehearsal, whose time may be moved; "
        "never in production",
    )
    file: Path | None = Field(
        default=None,
        description="The file that says how far product time is moved, which `furlong clock set` writes: "
        "the same for all processes of a rehearsal",
    )
