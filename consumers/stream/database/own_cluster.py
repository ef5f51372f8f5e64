"""Whether the topics are those of the installation that a database belongs to."""

from consumers.stream.errors import MixedInstallations
from foundation.storage.database import Database
from foundation.storage.installation import read_installation, record_cluster


async def require_own_cluster(database: Database, cluster: str, whose: str = "the database") -> None:
    """Check that a database belongs to a Kafka cluster; one that knows none belongs to this one from now on.

    Call it each time the brokers are reached anew: they may have been away when the process started, and
    others may answer at their address since.

    Raises:
        MixedInstallations: It has applied the topics of another cluster.
    """
    async with database.read() as connection:
        installation = await read_installation(connection)
    if installation is not None and installation.kafka_cluster is None:
        async with database.write() as connection:
            await record_cluster(connection, cluster)
            installation = await read_installation(connection)
    if installation is not None and installation.kafka_cluster != cluster:
        raise MixedInstallations(
            f"{whose} belongs to {installation}, but the topics are on Kafka cluster {cluster}: correct "
            "FURLONG_KAFKA_BOOTSTRAP or FURLONG_DATABASE_URL, or restore this installation's own backup. "
            "If these topics are meant, run `furlong db adopt`"
        )
