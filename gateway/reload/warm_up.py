"""Plans what clients send most for a version that is not yet served, and refuses one that breaks it."""

from __future__ import annotations

from functools import partial
from typing import Final

import structlog

from gateway.errors import SupergraphError
from gateway.http.graph_versions import GraphVersion
from gateway.pipeline.hot_operations import WarmUp, all_operations, warm_up

MIN_REQUESTS: Final = 100
"""With fewer requests, such as those of a developer who tries things, nothing is refused for their sake."""

HALF_LIFE_SECONDS: Final = 3600.0
"""After this time, a use of an operation counts half."""

NAMED: Final = 3
"""How many broken operations a refusal or the log names."""


async def warm_and_check(current: GraphVersion, version: GraphVersion) -> None:
    """Plan the operations that were used most.

    Args:
        current: The version in force.
        version: The one that shall replace it.

    Raises:
        SupergraphError: It has another supergraph, which cannot answer too large a share of requests.
    """
    settings, former = version.settings, current.executor.preparer
    operations = sorted(all_operations(former), key=lambda each: each.uses, reverse=True)
    result = await version.planning.in_background(
        partial(
            warm_up,
            version.executor,
            operations[: settings.reload_plans],
            dict(former.aliases.items()),
            seconds=settings.reload_plan_seconds,
            fading=0.5 ** ((version.begun - current.begun) / HALF_LIFE_SECONDS),
        )
    )
    log = structlog.get_logger("gateway")
    log.info("reload_warmed", plans=result.plans, left=result.left)
    if not result.broken:
        return
    total = sum(each.uses for each in operations)
    share = result.broken_uses / total if total else 0.0
    # Other settings are an operator's will, such as a lower limit during an attack.
    is_refused = total >= MIN_REQUESTS and share > settings.reload_broken_share
    if is_refused and version.sdl != current.sdl:
        raise SupergraphError(_reason(result, share))
    log.warning(
        "reload_breaks_operations", operations=dict(result.broken[:NAMED]), of=len(result.broken), share=share
    )


def _reason(result: WarmUp, share: float) -> str:
    named = "; ".join(f"{name}: {reason}" for name, reason in result.broken[:NAMED])
    return (
        f"It cannot answer {share:.1%} of the requests of late, more than RELOAD_BROKEN_SHARE allows. {named}"
    )
