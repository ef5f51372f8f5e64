"""Customers who join and leave while servers fail, and what must be true of their changes afterwards."""

import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from tests.support.processes.running_furlong import BRAND, MUTATIONS, Site, eventually

PAUSE_SECONDS: Final = 0.5


@dataclass
class Changer:
    """A customer who joins and leaves, and repeats what failed with the same key until it succeeds.

    Attributes:
        acknowledged: The changes that were confirmed to the customer.
        failed: What was said instead, by code, and how often.
        longest: The seconds that the longest change took, repetitions included.
    """

    site: Site
    customer: str
    terms: str
    acknowledged: list[str] = field(default_factory=list)
    failed: Counter[str] = field(default_factory=Counter)
    longest: float = 0.0

    def change_until(self, stop: threading.Event) -> None:
        """Join and leave; stop only when the last change is confirmed."""
        while not stop.wait(PAUSE_SECONDS):
            operation = "OptIn" if len(self.acknowledged) % 2 == 0 else "OptOut"
            key, begun = str(uuid.uuid4()), time.monotonic()
            while (code := self._codes(operation, key)) != "":
                self.failed[code] += 1
                time.sleep(PAUSE_SECONDS)
            self.longest = max(self.longest, time.monotonic() - begun)
            self.acknowledged.append(operation)

    def _codes(self, operation: str, key: str) -> str:
        """Send a change; return the codes of its errors."""
        wanted = {"brand": BRAND, "idempotencyKey": key}
        if operation == "OptIn":
            wanted["termsVersion"] = self.terms
        answer = httpx.post(
            f"{self.site.url}/graphql",
            json={"query": MUTATIONS, "operationName": operation, "variables": {"input": wanted}},
            headers={"Authorization": f"Bearer {self.site.tokens[self.customer]}"},
            timeout=60,
        ).json()
        payload = next(iter((answer.get("data") or {}).values()), None)
        if payload is not None:
            return ",".join(error["code"] for error in payload["errors"])
        return ",".join(str(error.get("extensions", {}).get("code")) for error in answer["errors"])


@contextmanager
def changing(changers: Sequence[Changer]) -> Iterator[None]:
    """Let customers make changes for the duration of the block."""
    stopping = threading.Event()
    threads = [threading.Thread(target=changer.change_until, args=(stopping,)) for changer in changers]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopping.set()
        for thread in threads:
            thread.join(120)


def each_has_changed(changers: Sequence[Changer], what: str) -> None:
    """Wait until every customer has had one more change confirmed."""
    before = [len(changer.acknowledged) for changer in changers]
    eventually(
        lambda: all(len(one.acknowledged) > past for one, past in zip(changers, before, strict=True)),
        f"every customer has changed something: {what}",
    )


def each_change_is_kept(
    changers: Sequence[Changer],
    upstream: str,
    prefix: str,
    ask: Callable[[str], list[tuple[Any, ...]]],
) -> None:
    """Compare what customers were told with the upstream's journal, and with our rows.

    Args:
        changers: The customers, who have stopped.
        upstream: The address of the upstream's API.
        prefix: Of the names of the databases.
        ask: Returns the rows of a query at one server.
    """
    for changer in changers:
        made = _journal(upstream, changer.customer)
        assert len(made) == len(changer.acknowledged), changer.customer
        assert max(Counter(entry["key"] for entry in made).values()) == 1
        events = ask(
            f"SELECT version, kind FROM {prefix}_club.membership_event "  # noqa: S608 - names of our own
            f"WHERE customer_id = '{changer.customer}' ORDER BY version"
        )
        kinds = {"OptIn": "opted_in", "OptOut": "opted_out"}
        assert events == [(at, kinds[name]) for at, name in enumerate(changer.acknowledged, 1)]


def _journal(upstream: str, customer: str) -> list[dict[str, Any]]:
    """Return the changes of a customer's membership that the upstream has made, from its own journal."""
    entries = httpx.get(f"{upstream}/simulator/journal", params={"customer": customer}).json()["entries"]
    return [
        entry for entry in entries if entry["outcome"] == "applied" and entry["path"].endswith("/membership")
    ]
