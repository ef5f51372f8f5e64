"""Usage reports in the format of GraphQL Hive (usage reports, version 2).

The format lists requests individually. If a day has more requests than a report may list, a share of each
operation's and client's requests is listed, at least one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gateway.usage.store import StoredUse

MAX_REQUESTS: Final = 10_000
"""The most requests in a report, which keeps it below Hive's limit of 15 MB."""

API_VERSION: Final = ("X-Usage-API-Version", "2")


def hive_report(
    uses: Sequence[StoredUse],
    documents: Mapping[str, str],
    coordinates: Mapping[str, Sequence[str]],
    most: int = MAX_REQUESTS,
) -> dict[str, Any]:
    """Return a report.

    Args:
        uses: The uses.
        documents: The operations' texts by their digests.
        coordinates: The schema coordinates that operations use, by the operations' digests.
        most: About how many requests to list at most.
    """
    uses = [use for use in uses if coordinates.get(use.digest)]
    total = sum(use.requests for use in uses)
    share = 1.0 if total <= most else most / total
    operations = [each for use in uses for each in _listed(use, share)]
    return {
        "size": len(operations),
        "map": {
            use.digest: {
                "operation": documents[use.digest],
                **({"operationName": use.operation} if use.operation else {}),
                "fields": list(coordinates[use.digest]),
            }
            for use in uses
        },
        "operations": operations,
    }


def _listed(use: StoredUse, share: float) -> Iterator[dict[str, Any]]:
    """Yield requests: failed ones first, all with the mean duration and the time of the last one."""
    failed = round(use.failed * share) or min(use.failed, 1)
    count = max(round(use.requests * share), failed, 1)
    duration = round(use.seconds / use.requests * 1e9)
    client = {"client": {"name": use.client, "version": use.version}} if use.client else {}
    for number in range(count):
        is_failed = number < failed
        yield {
            "operationMapKey": use.digest,
            "timestamp": use.last * 1000,
            "execution": {"ok": not is_failed, "duration": duration, "errorsTotal": int(is_failed)},
            "metadata": client,
        }
