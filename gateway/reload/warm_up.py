"""Plans the most used operations for a version before it is served; refuses a version that breaks them."""

from __future__ import annotations

from functools import partial
from typing import Final

import structlog

from gateway.errors import SupergraphError
from gateway.http.graph_versions import GraphVersion
from gateway.reload.hot_operations import WarmUp, all_operations, warm_up

MIN_REQUESTS: Final = 100
"""With fewer requests than this, such as a developer's experiments, no version is refused because of them."""

HALF_LIFE_SECONDS: Final = 3600.0
"""The time after which a use of an operation counts half."""

NAMED: Final = 3
"""How many broken operations a refusal or the log names at most."""


async def warm_and_check(current: GraphVersion, version: GraphVersion) -> None:
    """Plan the most used operations.

    Args:
        current: The current version.
        version: The version that is to replace it.

    Raises:
        SupergraphError: The new supergraph cannot answer too large a share of recent requests.
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
    # New settings alone are the operator's decision, such as a lower limit during an attack.
    is_refused = total >= MIN_REQUESTS and share > settings.reload_broken_share
    if is_refused and version.sdl != current.sdl:
        raise SupergraphError(_reason(result, share))
    log.warning(
        "reload_breaks_operations", operations=dict(result.broken[:NAMED]), of=len(result.broken), share=share
    )


def _reason(result: WarmUp, share: float) -> str:
    named = "; ".join(f"{name}: {reason}" for name, reason in result.broken[:NAMED])
    return f"It cannot answer {share:.1%} of recent requests, more than RELOAD_BROKEN_SHARE allows. {named}"
