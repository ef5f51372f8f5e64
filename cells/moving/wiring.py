"""Builds a move from its settings."""

from pydantic import SecretStr
from sqlalchemy import make_url

from cells.moving.checks import Findings, check
from cells.moving.errors import MoveError
from cells.moving.journal import Journal
from cells.moving.move import MOVING, Move
from cells.moving.server import Location, Server
from cells.moving.settings import MoveSettings
from cells.regions.bound_region import RegionSettings
from cells.regions.region_map import RegionMapError
from cells.routing.runtime import Runtime


def locations_of(settings: MoveSettings, subgraphs: tuple[str, ...]) -> tuple[Location, Location]:
    """Return the source and the target.

    Raises:
        MoveError: A setting is missing, or no URL of MariaDB.
    """
    source = _server("FURLONG_CELL_MOVE_SOURCE_URL", settings.source_url)
    target = _server("FURLONG_CELL_MOVE_TARGET_URL", settings.target_url)
    account = settings.target_account or settings.account
    regions = RegionSettings()
    try:
        new = regions.own(settings.target_region)
        old = None if regions.region is None else regions.own()
    except RegionMapError as error:
        raise MoveError(str(error)) from error
    return Location.of(source, subgraphs, settings.account, old), Location.of(target, subgraphs, account, new)


def open_move(settings: MoveSettings, subgraphs: tuple[str, ...]) -> Move:
    """Return a move that has begun, or a new one. Nothing is changed.

    Raises:
        MoveError: It cannot be moved, or another move of the cell is not over.
        pymysql.err.MySQLError: A server cannot be reached.
    """
    source, target = locations_of(settings, subgraphs)
    findings: Findings = check(source, target)
    journal = Journal.open(settings.folder, findings.cell.name, str(source.server), str(target.server))
    runtime = None if settings.router_socket is None else Runtime(settings.router_socket)
    return Move(source, target, findings, journal, settings.folder, runtime, settings.level_seconds, MOVING)


def _server(variable: str, url: SecretStr | None) -> Server:
    if url is None:
        raise MoveError(f"set {variable}")
    found = make_url(url.get_secret_value())
    if found.get_backend_name() not in {"mysql", "mariadb"} or not found.database:
        raise MoveError(f"{variable} must be mysql+aiomysql://ADMIN:PASSWORD@HOST:PORT/PREFIX")
    return Server(found)
