"""A signed request that is repeated at another process of its subgraph is refused, if they share Valkey."""

from __future__ import annotations

import asyncio
import uuid
from typing import Final

import pytest
from structlog.testing import capture_logs

from foundation.signatures import InvalidSignature, Reason, ValkeyNonces
from tests.foundation.signatures.signed_request import Clock
from tools.private_valkey import PrivateValkey

PATIENT: Final = 30.0


def nonces(url: str, audience: str = "rewards", clock: Clock | None = None) -> ValkeyNonces:
    """The common memory, as one process sees it."""
    return ValkeyNonces(url, audience, kept_seconds=70, seconds=PATIENT, now=clock or Clock())


async def test_a_nonce_is_used_once_by_all_processes(valkey: PrivateValkey) -> None:
    """Of fifty at once, one is accepted; the same nonce at another subgraph is another one."""
    nonce, first, second = uuid.uuid4().hex, nonces(valkey.url), nonces(valkey.url)
    outcomes = await asyncio.gather(
        *(each.use(nonce) for each in (first, second) * 25), return_exceptions=True
    )
    refused = [outcome for outcome in outcomes if outcome is not None]
    assert [outcome.reason for outcome in refused if isinstance(outcome, InvalidSignature)] == [
        Reason.REPLAYED
    ] * 49
    elsewhere = nonces(valkey.url, audience="club")
    await elsewhere.use(nonce)
    for each in (first, second, elsewhere):
        await each.close()


async def test_without_valkey_each_process_goes_by_itself() -> None:
    """Nothing waits for it one by one: after a failure it is left alone for a second."""
    clock = Clock()
    away = nonces("redis://127.0.0.1:1/0", clock=clock)
    with capture_logs() as logs:
        for _ in range(3):
            await away.use("n")
        assert (away.failures, [log["event"] for log in logs]) == (3, ["nonces_not_shared"])
        clock.now += 2
        await away.use("n")
    assert (away.failures, len(logs)) == (4, 2)
    await away.close()


def test_a_url_that_is_none_is_refused() -> None:
    """At the start."""
    with pytest.raises(ValueError, match="URL"):
        nonces("valkey")
