"""The map of all regions, as an operator writes it; a process's own region; and what MirrorMaker 2 copies.

A region's customers may be in its databases; topics are copied between the Kafkas of regions.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

Address = Annotated[str, Field(pattern=r"^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+):\d{1,5}$", max_length=260)]
"""HOST:PORT."""


class StrictModel(BaseModel):
    """A part of a map; a misspelt name is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


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


COUNT: Final = "SELECT brand_id, jurisdiction, COUNT(*) FROM {account} GROUP BY brand_id, jurisdiction"
"""Counts the accounts of a cell, in the table of accounts of any of its databases."""


class RegionSettings(BaseSettings):
    """The region of this process; without these settings nothing is checked."""

    model_config = SettingsConfigDict(env_prefix="FURLONG_")

    region: str | None = Field(
        default=None, description="Name of the region that this process belongs to; required with the map"
    )
    region_map: Path | None = Field(
        default=None,
        description="The map of the regions, in YAML, which says which customers each region has",
    )

    def own(self, region: str | None = None) -> "BoundRegion | None":
        """Return the region, or that of the given name; None if no map of the regions binds customers.

        Raises:
            RegionMapError: The map is wrong, or does not have the region.
        """
        name = region or self.region
        if name is None and self.region_map is None:
            return None
        if name is None or self.region_map is None:
            raise RegionMapError("set both FURLONG_REGION and FURLONG_REGION_MAP, or neither")
        regions = read_regions(self.region_map)
        if name not in regions.regions:
            raise RegionMapError(f"{self.region_map}: there is no region {name}")
        return BoundRegion(name, regions) if regions.regions[name].customers else None


@dataclass(frozen=True, slots=True)
class BoundRegion:
    """A region to which customers are bound by brand and jurisdiction."""

    name: str
    regions: RegionMap

    @property
    def brands(self) -> frozenset[str]:
        """Return the brands of which it has customers."""
        return frozenset(customer.partition(":")[0] for customer in self.regions.regions[self.name].customers)

    def problems(self, accounts: Iterable[tuple[str, str, int]]) -> list[str]:
        """Return a sentence for each brand and jurisdiction whose customers are not the region's.

        Args:
            accounts: Brand, jurisdiction and number of accounts.
        """
        found = []
        for brand, jurisdiction, number in accounts:
            owner = self.regions.region_of(brand, jurisdiction)
            if owner != self.name:
                whose = "no region" if owner is None else f"region {owner}"
                customers = f"customers of {brand} in {jurisdiction} ({number})"
                found.append(f"{customers} belong to {whose}, and this is {self.name}")
        return sorted(found)


# Topics keep their names, and exist in each region with their settings. Groups are not copied, for offsets
# differ. MirrorMaker's own offsets are written often, so that little is copied twice after a crash; consumers
# recognise what they have applied.
_COMMON: Final = """\
replication.policy.class = org.apache.kafka.connect.mirror.IdentityReplicationPolicy
tasks.max = 1
sync.topic.configs.enabled = false
sync.topic.acls.enabled = false
emit.checkpoints.enabled = false
emit.heartbeats.enabled = false
emit.offset-syncs.enabled = false
refresh.topics.interval.seconds = 30
offset.flush.interval.ms = 5000
config.providers = env
config.providers.env.class = org.apache.kafka.common.config.provider.EnvVarConfigProvider
"""


def mirror_properties(regions: RegionMap, from_home: Collection[str], to_home: Collection[str]) -> str:
    """Return the properties file; each region runs MirrorMaker with it and `--clusters` of its own name.

    Args:
        regions: All regions.
        from_home: The topics that are copied from home to each other region.
        to_home: The topics that are copied from each other region to home.
    """
    names = sorted(regions.regions)
    lines = [f"clusters = {', '.join(names)}", *_clusters(regions), ""]
    for source in names:
        for target in names:
            if source != target:
                topics = from_home if source == regions.home else to_home if target == regions.home else ()
                lines += _flow(source, target, topics)
    return "\n".join(lines) + "\n" + _COMMON + _copies(regions.replication)


def _clusters(regions: RegionMap) -> Iterator[str]:
    for name, region in sorted(regions.regions.items()):
        yield from _cluster(name, region)


def _cluster(name: str, region: Region) -> Iterator[str]:
    yield f"{name}.bootstrap.servers = {','.join(region.kafka)}"
    for setting, value in sorted(region.client.items()):
        yield f"{name}.{setting} = {value}"


def _flow(source: str, target: str, topics: Collection[str]) -> list[str]:
    if not topics:
        return [f"{source}->{target}.enabled = false"]
    # The names are regular expressions; the backslash is escaped for the properties file.
    expressions = ",".join(topic.replace(".", "\\\\.") for topic in topics)
    return [f"{source}->{target}.enabled = true", f"{source}->{target}.topics = {expressions}"]


def _copies(replication: int) -> str:
    own = ("replication.factor", "offset.storage.replication.factor", "config.storage.replication.factor")
    return "".join(f"{name} = {replication}\n" for name in (*own, "status.storage.replication.factor"))
