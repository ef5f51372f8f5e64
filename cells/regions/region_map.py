"""The map of all regions, as an operator writes it: their Kafkas and customers, and which one is home."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Self

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from cells.map_parts import Address, StrictModel

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")]
"""A region's name. MirrorMaker joins two of them by `->`, and begins settings with one and a dot."""

Customers = Annotated[str, Field(pattern=r"^[^:\s]{1,64}(:[A-Z]{2}(-[A-Z0-9]{1,3})?)?$")]
"""BRAND, for all customers of a brand, or BRAND:JURISDICTION."""

SECRETS = re.compile(r"password|jaas|secret|\.key$", re.IGNORECASE)
REFERENCE = re.compile(r"\$\{env:[A-Za-z_][A-Za-z0-9_]*\}")


class RegionMapError(ValueError):
    """The map of the regions is wrong; the message says where."""


class Region(StrictModel):
    """A region's Kafka, and its customers.

    Attributes:
        kafka: Addresses of its brokers.
        customers: Which customers it has, by brand and jurisdiction.
        client: Settings of Kafka's clients for it, such as `security.protocol`. Secrets are references to
            environment variables of MirrorMaker: `${env:NAME}`.
    """

    kafka: tuple[Address, ...] = Field(min_length=1)
    customers: tuple[Customers, ...] = ()
    client: Mapping[str, str] = {}

    @field_validator("client")
    @classmethod
    def _is_safe(cls, client: Mapping[str, str]) -> Mapping[str, str]:
        for name, value in client.items():
            if not re.fullmatch(r"[a-z0-9.]+", name) or "\n" in value or "\\" in value:
                raise ValueError(f"{name!r} is no setting of one line without backslashes")
            if SECRETS.search(name) and not REFERENCE.search(value):
                raise ValueError(f"{name} is a secret: name an environment variable, such as ${{env:NAME}}")
        return client


class RegionMap(StrictModel):
    """The regions of an installation.

    Attributes:
        home: The region of the back office, where schemes are published as well.
        replication: Copies of each partition of the topics that MirrorMaker keeps for itself.
        regions: The regions, by name.
    """

    home: Name
    replication: int = Field(default=3, ge=1, le=10)
    regions: Mapping[Name, Region] = Field(min_length=2)

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if self.home not in self.regions:
            raise ValueError(f"home is {self.home}, which is not among the regions")
        owners: dict[str, str] = {}
        for name, region in self.regions.items():
            for address in region.kafka:
                if owners.setdefault(address, name) != name:
                    raise ValueError(f"{address} is the Kafka of {owners[address]} and of {name}")
        return self

    @model_validator(mode="after")
    def _binds_each_customer_once(self) -> Self:
        without = sorted(name for name, region in self.regions.items() if not region.customers)
        if without and len(without) < len(self.regions):
            raise ValueError(f"name the customers of all regions, or of none: {', '.join(without)} has none")
        owners: dict[str, str] = {}
        for name, customers in self._bindings():
            if customers in owners:
                raise ValueError(f"{customers} are customers of {owners[customers]} and of {name}")
            owners[customers] = name
        for customers, name in owners.items():
            brand, _, jurisdiction = customers.partition(":")
            if jurisdiction and brand in owners:
                raise ValueError(f"{name} has {customers}, but {owners[brand]} has all of {brand}")
        return self

    def region_of(self, brand: str, jurisdiction: str) -> str | None:
        """Return the region that has a brand's customers of a jurisdiction; None if no region has them."""
        owners = {customers: name for name, customers in self._bindings()}
        return owners.get(f"{brand}:{jurisdiction}") or owners.get(brand)

    def _bindings(self) -> Iterator[tuple[str, str]]:
        for name, region in self.regions.items():
            for customers in region.customers:
                yield name, customers


def read_regions(file: Path) -> RegionMap:
    """Return the map in a YAML file.

    Raises:
        RegionMapError: It is wrong, or cannot be read.
    """
    try:
        return RegionMap.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as error:
        raise RegionMapError(f"{file}: {error}") from error
