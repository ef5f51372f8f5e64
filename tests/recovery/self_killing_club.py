"""A process of the club that kills itself at a step of a change.

Its arguments are the step, or `never`, and what it does: `opt-in`, `change` or `worker`. Databases and
upstream come from the environment, as for commands.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from typing import Any

from foundation.storage.clock import SystemClock
from foundation.storage.settings import DatabaseSettings
from furlong.workers.recovery_worker import run_recovery
from subgraphs.club.membership.repository import MembershipRepository
from subgraphs.kit.mutations.changes import Changes
from subgraphs.kit.mutations.intents import IntentRepository
from subgraphs.kit.mutations.upstream import UpstreamClient
from subgraphs.kit.settings import UpstreamSettings
from subgraphs.rewards.repository import ChoiceRepository
from tests.support.recovery.harness import BRAND, CHANGE, CUSTOMER, OPT_IN
from tests.support.subgraphs.club_fixture import ClubFixture, ask, session
from tests.support.subgraphs.club_samples import NOW


def doom(owner: type, method: str, before: str, after: str) -> None:
    """Kill the process before or after a method, if that is its step."""
    original = getattr(owner, method)

    async def killing(self: Any, *arguments: Any, **named: Any) -> Any:
        _die_at(before)
        result = await original(self, *arguments, **named)
        _die_at(after)
        return result

    setattr(owner, method, killing)


def _die_at(step: str) -> None:
    if step == sys.argv[1]:
        os.kill(os.getpid(), signal.SIGKILL)


async def mutate(name: str) -> None:
    """Execute a mutation."""
    settings = UpstreamSettings()
    club_fixture = ClubFixture.over(DatabaseSettings().url, NOW, settings.url, timeout_seconds=60)
    arguments: Mapping[str, Any] = {"brand": BRAND, "idempotencyKey": "k"}
    if name == "opt-in":
        subgraph, mutation, arguments = club_fixture.club, OPT_IN, {**arguments, "termsVersion": "2026-1"}
    else:
        subgraph, mutation = club_fixture.rewards, CHANGE
        arguments = {**arguments, "optionId": f"{BRAND}:fb-2x3:1", "expectedVersion": 0}
    await ask(subgraph, mutation, {"i": arguments}, session(CUSTOMER))
    _die_at("done")
    await club_fixture.close()


async def main(what: str) -> None:
    """Run until the step."""
    doom(IntentRepository, "write_down", "writing down", "written, not committed")
    doom(UpstreamClient, "_read_with_wait", "committed", "looked at the record")
    doom(UpstreamClient, "put", "sending", "answered")
    doom(IntentRepository, "settle", "settling", "settled, not recorded")
    doom(MembershipRepository, "append", "recording", "recorded, not committed")
    doom(ChoiceRepository, "record", "recording", "recorded, not committed")
    doom(Changes, "settle", "known", "settled")
    if what == "worker":
        await run_recovery(DatabaseSettings(), UpstreamSettings(), SystemClock())
    else:
        await mutate(what)


asyncio.run(main(sys.argv[2]))
