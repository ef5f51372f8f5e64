"""The map of all cells, as an operator writes it: who has which partitions, and where its processes are."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from cells.errors import MapError
from cells.regions import Address, StrictModel
from cells.routing.runtime import listener_of
from foundation.storage.cells.cell import Cell, parse_range
from foundation.storage.errors import InvalidCell

SafePath = Annotated[str, Field(pattern=r"^[A-Za-z0-9._/@+-]+$", max_length=200)]
"""A path without characters that have a meaning in HAProxy's configuration."""


BlockName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]


class Listener(StrictModel):
    """Where HAProxy listens for the processes of a cell, and the MariaDB to which it leads."""

    server: Address
    listen: Address


class MappedCell(StrictModel):
    """A cell in the map.

    Attributes:
        gateways: Where its gateways listen.
        database: Where its MariaDB is; None if its processes connect without HAProxy.
        database_listen: Where HAProxy listens for them.
        databases: The same for databases that are, or may come to be, on servers of their own.
    """

    name: str
    partitions: str
    gateways: tuple[Address, ...] = Field(min_length=1)
    database: Address | None = None
    database_listen: Address | None = None
    databases: Mapping[BlockName, Listener] = {}

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.database is None) != (self.database_listen is None):
            raise ValueError(f"cell {self.name}: set both `database` and `database_listen`, or neither")
        return self

    @property
    def listeners(self) -> Mapping[str, Listener]:
        """Return the listeners for its databases, by their names in HAProxy."""
        own = {listener_of(self.name, database): place for database, place in self.databases.items()}
        if self.database and self.database_listen:
            own[listener_of(self.name)] = Listener(server=self.database, listen=self.database_listen)
        return own


class TokenKeys(StrictModel):
    """How HAProxy checks tokens, before the gateway does so again.

    Attributes:
        algorithm: The only one that is accepted.
        public_keys: Paths of PEM files with the issuer's public keys; for HS256 none, for its secret is in
            HAProxy's environment variable FURLONG_JWT_SECRET.
    """

    algorithm: Literal["HS256", "RS256", "ES256"]
    public_keys: tuple[SafePath, ...] = ()

    @model_validator(mode="after")
    def _has_keys(self) -> Self:
        if (self.algorithm == "HS256") == bool(self.public_keys):
            raise ValueError("name public_keys for RS256 and ES256, and none for HS256")
        return self


class CellMap(StrictModel):
    """The cells of an installation, which have all partitions between them.

    Attributes:
        of: How many partitions the topics that are keyed by customer have.
        listen: Where HAProxy listens for customers.
        certificate: The PEM file with its certificate and key; None without TLS.
        admin_socket: The path of its runtime API.
        tokens: How it checks tokens; None to leave that to the gateways.
        again_milliseconds: How long a request of the wrong cell waits before it is routed again.
    """

    of: int = Field(ge=1, le=10_000)
    listen: Address
    certificate: SafePath | None = None
    admin_socket: SafePath
    tokens: TokenKeys | None = None
    again_milliseconds: int = Field(default=200, ge=0, le=5_000)
    cells: tuple[MappedCell, ...] = Field(min_length=1)

    @field_validator("cells")
    @classmethod
    def _names_differ(cls, cells: tuple[MappedCell, ...]) -> tuple[MappedCell, ...]:
        names = [cell.name for cell in cells]
        if len(set(names)) != len(names):
            raise ValueError("two cells have the same name")
        return cells

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        owners = self.owners()
        lacking = [number for number in range(self.of) if number not in owners]
        if lacking:
            raise ValueError(f"no cell has partitions {', '.join(map(str, lacking[:10]))}")
        return self

    def owners(self) -> dict[int, str]:
        """Return the name of the cell of each partition.

        Raises:
            ValueError: Two cells have the same partition, or a range is wrong.
        """
        owners: dict[int, str] = {}
        for one in self.cells:
            cell = Cell(one.name, *parse_range(one.partitions), self.of)
            for number in range(cell.first, cell.last + 1):
                if number in owners:
                    raise ValueError(f"cells {owners[number]} and {cell.name} both have partition {number}")
                owners[number] = cell.name
        return owners


def read_map(file: Path) -> CellMap:
    """Return the map in a YAML file.

    Raises:
        MapError: It is wrong, or cannot be read.
    """
    try:
        return CellMap.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, InvalidCell, ValidationError) as error:
        raise MapError(f"{file}: {error}") from error
