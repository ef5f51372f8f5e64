"""Settings of a move: both servers, and the account and the listener that are switched."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class MoveSettings(BaseSettings):
    """Between which MariaDB servers `furlong cell move` moves a cell. Only this command reads them."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_CELL_MOVE_", hide_input_in_errors=True)

    source_url: SecretStr | None = Field(
        default=None,
        description="The server that has the cell, with an administrator's account and the prefix of the "
        "databases: mysql+aiomysql://ADMIN:PASSWORD@HOST:PORT/furlong_c1",
    )
    target_url: SecretStr | None = Field(
        default=None, description="The server that gets the cell, the same way and with the same prefix"
    )
    source_urls: dict[str, SecretStr] = Field(
        default={},
        description="Servers of the cell's databases that are not at FURLONG_CELL_MOVE_SOURCE_URL, by their "
        'names, written like it: {"rewards": "mysql+aiomysql://ADMIN:PASSWORD@HOST:PORT/furlong_c1"}',
    )
    target_urls: dict[str, SecretStr] = Field(
        default={},
        description="Servers of those that shall not be at FURLONG_CELL_MOVE_TARGET_URL, the same way",
    )
    target_region: str | None = Field(
        default=None,
        description="The target's region, if it is another than FURLONG_REGION; then no customer of the cell "
        "may be bound to this one",
    )
    account: str = Field(
        default="furlong",
        description="The account of the cell's processes on both servers; it is locked at one and unlocked "
        "at the other, so no other cell may use it there",
    )
    target_account: str | None = Field(
        default=None,
        description="With `furlong cell merge`: the account of the processes of the cell that gets the "
        "customers; by default it has the same name",
    )
    folder: Path = Field(
        default=Path(".furlong/moves"), description="Where the journal of the move and its dump are kept"
    )
    router_socket: str | None = Field(
        default=None,
        description="HAProxy's runtime API before the cell's databases: a path, or HOST:PORT; without it the "
        "processes' FURLONG_DATABASE_URL and FURLONG_DATABASE_URLS have to be changed by hand",
    )
    level_seconds: float = Field(
        default=10.0,
        gt=0,
        description="How long writes may wait for the target after the fence, before the move goes back",
    )
