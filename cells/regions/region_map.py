"""The map of all regions, as an operator writes it: where each region's Kafka is, and which one is home."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Self

import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from cells.map_parts import Address, StrictModel

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")]
"""A region's name. MirrorMaker joins two of them by `->`, and begins settings with one and a dot."""

SECRETS = re.compile(r"password|jaas|secret|\.key$", re.IGNORECASE)
REFERENCE = re.compile(r"\$\{env:[A-Za-z_][A-Za-z0-9_]*\}")


class RegionMapError(ValueError):
    """The map of the regions is wrong; the message says where."""


class Region(StrictModel):
    """A region's Kafka.

    Attributes:
        kafka: Addresses of its brokers.
        client: Settings of Kafka's clients for it, such as `security.protocol`. Secrets are references to
            environment variables of MirrorMaker: `${env:NAME}`.
    """

    kafka: tuple[Address, ...] = Field(min_length=1)
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


def read_regions(file: Path) -> RegionMap:
    """Return the map in a YAML file.

    Raises:
        RegionMapError: It is wrong, or cannot be read.
    """
    try:
        return RegionMap.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as error:
        raise RegionMapError(f"{file}: {error}") from error
