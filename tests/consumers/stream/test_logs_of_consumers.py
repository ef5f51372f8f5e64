"""Records that are refused are logged by their place on Kafka, and not by whom they concern."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.consumers.betting_harness import betting_harness
from tests.support.consumers.sample_messages import BET, bet
from tests.support.telemetry.logged_lines import logged_lines

CANARY = "canary-17"


@pytest.mark.parametrize(
    "spoiled",
    [
        {"key": b"northbet:somebody"},
        {"key": None},
        {"headers": (("brand", b"canary"),)},
        {"value": json.dumps(BET | {"event_id": "e", "customer_id": CANARY, "bet_type": "canary"}).encode()},
        {"value": b'{"customer_id": "canary'},
    ],
)
async def test_a_dead_letter_is_logged_without_its_customer(
    tmp_path: Path, spoiled: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """The reason says what is wrong; only the dead letter itself names the customer."""
    record = replace(bet(customer_id=CANARY), **spoiled)
    with logged_lines(capsys) as lines:
        async with betting_harness(f"sqlite+aiosqlite:///{tmp_path}", 1) as betting:
            betting.broker.send(record, 0)
            betting.start()
            await betting.until(lambda: betting.metric("dead_letters_total") == 1)
    letters = [line for line in lines if line["event"] == "dead_letter"]
    assert [(line["topic"], line["partition"]) for line in letters] == [("club.progress.v1", 0)]
    assert all(line["reason"] for line in letters)
    assert "canary" not in json.dumps(lines)
