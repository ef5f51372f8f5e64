"""Writes the configuration of MirrorMaker 2, which copies the topics that regions share."""

from collections.abc import Iterator
from typing import Final

from cells.regions.region_map import Region, RegionMap

FROM_HOME: Final[tuple[str, ...]] = ("club.reward-config.v1", "club.scheme.v1", "club.global.v1")
"""What is decided once for all regions: copied from home to each other region."""
TO_HOME: Final[tuple[str, ...]] = ("club.cells.v1",)
"""What each node reports to the back office: copied from each other region to home."""
OF_REGION: Final = ("club.week.v1",)
"""Topics of one partition that each region keeps for itself. Its week worker opens its weeks."""

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


def mirror_properties(regions: RegionMap) -> str:
    """Return the properties file; each region runs MirrorMaker with it and `--clusters` of its own name."""
    names = sorted(regions.regions)
    lines = [f"clusters = {', '.join(names)}", *_clusters(regions), ""]
    for source in names:
        for target in names:
            if source != target:
                lines += _flow(source, target, regions)
    return "\n".join(lines) + "\n" + _COMMON + _copies(regions.replication)


def _clusters(regions: RegionMap) -> Iterator[str]:
    for name, region in sorted(regions.regions.items()):
        yield from _cluster(name, region)


def _cluster(name: str, region: Region) -> Iterator[str]:
    yield f"{name}.bootstrap.servers = {','.join(region.kafka)}"
    for setting, value in sorted(region.client.items()):
        yield f"{name}.{setting} = {value}"


def _flow(source: str, target: str, regions: RegionMap) -> list[str]:
    if source == regions.home:
        topics = FROM_HOME
    elif target == regions.home:
        topics = TO_HOME
    else:
        return [f"{source}->{target}.enabled = false"]
    # The names are regular expressions; the backslash is escaped for the properties file.
    expressions = ",".join(each.replace(".", "\\\\.") for each in topics)
    return [f"{source}->{target}.enabled = true", f"{source}->{target}.topics = {expressions}"]


def _copies(replication: int) -> str:
    own = ("replication.factor", "offset.storage.replication.factor", "config.storage.replication.factor")
    return "".join(f"{name} = {replication}\n" for name in (*own, "status.storage.replication.factor"))
