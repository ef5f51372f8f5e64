"""Creates a subgraph's database and brings its tables to the newest revision (Alembic)."""

from importlib import resources
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from subgraphs.kit.database import create_engine, database_url
from subgraphs.kit.settings import DatabaseSettings


def migration_config(subgraph: str, metadata: MetaData) -> Config:
    """Alembic's configuration for one subgraph; it needs `attributes["connection"]` as well."""
    config = Config()
    config.set_main_option("script_location", str(Path(str(resources.files("subgraphs.kit"))) / "migrations"))
    versions = Path(str(resources.files(f"subgraphs.{subgraph}"))) / "migrations"
    config.set_main_option("version_locations", str(versions))
    config.set_main_option("path_separator", "newline")
    config.attributes["metadata"] = metadata
    return config


async def upgrade(settings: DatabaseSettings, subgraph: str, metadata: MetaData) -> None:
    """Creates the database where there is none, and runs the migrations that it has not seen.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database cannot be reached, or refuses.
    """
    await _create_database(settings, subgraph)
    engine = create_engine(settings, subgraph, pooled=False)
    config = migration_config(subgraph, metadata)
    try:
        async with engine.execution_options(furlong_write=True).connect() as connection:
            await connection.run_sync(_run, config)
            await connection.commit()
    finally:
        await engine.dispose()


def _run(connection: Connection, config: Config) -> None:
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


async def _create_database(settings: DatabaseSettings, subgraph: str) -> None:
    url = database_url(settings.url, subgraph)
    if url.get_backend_name() == "sqlite":
        return  # the file is made by the first connection
    server = create_async_engine(url.set(database=""), poolclass=NullPool)
    name = server.dialect.identifier_preparer.quote_identifier(str(url.database))
    try:
        async with server.connect() as connection:
            await connection.execute(
                text(f"CREATE DATABASE IF NOT EXISTS {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
            )
    finally:
        await server.dispose()
