"""Where a cell is and where it goes, by the settings of a move."""

from collections.abc import Mapping

from pydantic import SecretStr
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from cells.errors import MoveError
from cells.moving.checks import require_all_found
from cells.moving.server import Location, Server
from cells.moving.settings import MoveSettings
from cells.regions import RegionMapError, RegionSettings
from cells.tables import CellTables
from foundation.storage.settings import DatabaseSettings


def locations_of(settings: MoveSettings, tables: CellTables) -> tuple[Location, Location]:
    """Return the source and the target.

    Raises:
        MoveError: A setting is missing, or no URL of MariaDB, or does not say where a database is.
        pymysql.err.MySQLError: The source cannot be reached.
    """
    account = settings.target_account or settings.account
    regions = RegionSettings()
    try:
        new = regions.own(settings.target_region)
        old = None if regions.region is None else regions.own()
    except RegionMapError as error:
        raise MoveError(str(error)) from error
    server, apart = _servers("SOURCE", settings.source_url, settings.source_urls, tables)
    source = Location.of(server, tables, settings.account, old, apart=apart)
    if unnamed := sorted(DatabaseSettings().urls.keys() & tables.databases.keys() - apart.keys()):
        raise MoveError(
            f"FURLONG_DATABASE_URLS has an own URL of {', '.join(unnamed)}: say in "
            "FURLONG_CELL_MOVE_SOURCE_URLS on which server that is, even if it is with the others"
        )
    require_all_found(source)
    server, apart = _servers("TARGET", settings.target_url, settings.target_urls, tables)
    return source, Location.of(server, tables, account, new, apart=apart)


def _servers(
    side: str, url: SecretStr | None, urls: Mapping[str, SecretStr], tables: CellTables
) -> tuple[Server, Mapping[str, Server]]:
    """Return the server of the source or target, and those of databases that are elsewhere, by name."""
    variable = f"FURLONG_CELL_MOVE_{side}_URL"
    if url is None:
        raise MoveError(f"set {variable}")
    if unknown := sorted(urls.keys() - tables.databases.keys()):
        raise MoveError(f"{variable}S: a cell has no database {unknown[0]}")
    apart = {name: _server(f"{name} in {variable}S", url) for name, url in urls.items()}
    return _server(variable, url), apart


def _server(variable: str, url: SecretStr) -> Server:
    try:
        parsed = make_url(url.get_secret_value())
    except (ArgumentError, ValueError):
        parsed = None
    if parsed is None or parsed.get_backend_name() not in {"mysql", "mariadb"} or not parsed.database:
        raise MoveError(f"{variable} must be mysql+aiomysql://ADMIN:PASSWORD@HOST:PORT/PREFIX")
    return Server(parsed)
