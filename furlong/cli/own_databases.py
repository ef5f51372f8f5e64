"""The check that each command makes of the databases before it works on them."""

import asyncio
from typing import TYPE_CHECKING

from furlong.cli.options import database_settings, fail
from subgraphs.block_list import SUBGRAPHS

if TYPE_CHECKING:
    from consumers.stream.settings import StreamSettings
    from foundation.storage.settings import DatabaseSettings


def check_databases(
    *names: str,
    stream: "StreamSettings | None" = None,
    settings: "DatabaseSettings | None" = None,
    in_part: bool = False,
) -> None:
    """End the command if databases are not migrated, or are another cell's or installation's.

    Args:
        names: The databases; by default those of all subgraphs.
        stream: The Kafka whose topics the process applies or publishes; None if it has nothing to do with it.
        settings: Where they are; by default as the environment says.
        in_part: Whether the process serves without the databases that are closed.
    """
    from aiokafka.errors import KafkaError

    from cells.claim import require_cells
    from consumers.stream.errors import MixedInstallations
    from foundation.storage.errors import CellMismatch
    from furlong.databases import METADATA, Closed, NotMigrated, require_migrated
    from furlong.identity import require_one_installation

    settings, checked = settings or database_settings(), names or SUBGRAPHS
    try:
        asyncio.run(require_migrated(settings, checked, in_part=in_part))
        asyncio.run(require_cells(settings, checked))
        asyncio.run(require_one_installation(settings, METADATA, stream))
    except (NotMigrated, Closed, CellMismatch, MixedInstallations, ValueError) as error:
        fail(error)
    except (KafkaError, OSError):
        return  # the process waits for the brokers itself
