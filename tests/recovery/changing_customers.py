"""Customers whose changes are in doubt when a backup is taken, and who change their minds afterwards."""

import asyncio
import itertools
import random
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Literal

from tests.support.recovery.harness import RecoveryHarness, reasons
from tests.support.subgraphs.club_fixture import ClubFixture

Kind = Literal["join", "leave", "choose"]
Fault = Literal["busy", "reset_after"]
KINDS: Final[tuple[Kind, ...]] = ("join", "leave", "choose")
FAULTS: Final[tuple[Fault, ...]] = ("busy", "reset_after")
"""The change never arrives, or it is made and the answer is lost."""

REWARDS: Final = ("fb-5", "fb-2x3")
PATIENCE_SECONDS: Final = 900.0
BETWEEN_SECONDS: Final = 0.05
"""Between a change and its repetition."""

TICK: Final = timedelta(milliseconds=1)
"""Time passes between a customer's changes."""


@dataclass(slots=True)
class ChangingCustomer:
    """A customer with one change in doubt.

    Attributes:
        harness: Asks as this customer.
        kind: The change.
        fault: What happens to it.
        newer: How many changes the customer makes after it; None if nobody repeats it before the loss.
    """

    harness: RecoveryHarness
    kind: Kind
    fault: Fault
    newer: int | None
    keys: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    version: int = 0
    member: bool = False
    doubtful: str = ""

    @property
    def name(self) -> str:
        """Return the customer's id."""
        return self.harness.owner.customer

    @property
    def changes(self) -> int:
        """Return how many changes the customer has asked for, the one in doubt included."""
        return KINDS.index(self.kind) + 1

    async def begin(self) -> None:
        """Make the change whose outcome is lost, after those that it needs."""
        if self.kind != "join":
            await self.switch()
        if self.kind == "choose":
            await self.choose()
        await self.harness.fault(self.fault)
        self.doubtful = f"{self.kind}-in-doubt"
        assert await self._doubtful(self.harness.once) == ["UPSTREAM_PENDING"]

    async def repeat(self) -> list[str]:
        """Repeat the change in doubt, as a client does; return the errors."""
        return await self._doubtful(self.harness.club_fixture)

    async def change_again(self) -> None:
        """Confirm the change in doubt, and replace it by newer ones."""
        if self.newer is None:
            return
        await confirmed(self.repeat)
        self._count()
        for _ in range(self.newer):
            await (self.choose() if self.kind == "choose" else self.switch())

    async def switch(self) -> None:
        """Join or leave."""
        self.harness.advance(TICK)
        key = f"switch-{next(self.keys)}"
        change = self.harness.opt_out if self.member else self.harness.opt_in
        await confirmed(lambda: _reasons_of(change(key)))
        self.member = not self.member

    async def choose(self) -> None:
        """Choose the other reward."""
        self.harness.advance(TICK)
        key = f"choice-{next(self.keys)}"
        await confirmed(lambda: _reasons_of(self._choose(key, self.harness.club_fixture)))
        self.version += 1

    def _count(self) -> None:
        if self.kind == "choose":
            self.version += 1
        else:
            self.member = not self.member

    async def _doubtful(self, club_fixture: ClubFixture) -> list[str]:
        match self.kind:
            case "join":
                return reasons(await self.harness.opt_in(self.doubtful, club_fixture))
            case "leave":
                return reasons(await self.harness.opt_out(self.doubtful, club_fixture))
            case "choose":
                return reasons(await self._choose(self.doubtful, club_fixture, version=1))

    async def _choose(
        self, key: str, club_fixture: ClubFixture, version: int | None = None
    ) -> dict[str, Any]:
        version = self.version if version is None else version
        return await self.harness.change(key, version, club_fixture, REWARDS[version % 2])


async def confirmed(change: Callable[[], Awaitable[list[str]]]) -> None:
    """Repeat a change until it is confirmed: where many change at once, it may be settled by a repetition."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            errors = await change()
            if errors != ["UPSTREAM_PENDING"]:
                break
            await asyncio.sleep(BETWEEN_SECONDS)
    assert not errors, errors


async def _reasons_of(asked: Awaitable[dict[str, Any]]) -> list[str]:
    return reasons(await asked)


def customers(harness: RecoveryHarness, of_each_kind: int, seed: int) -> list[ChangingCustomer]:
    """Return customers of each kind and fault: some replace their change later, one does not."""
    draw = random.Random(seed)  # noqa: S311 - a test's load, not a secret
    cases = itertools.product(KINDS, FAULTS, range(of_each_kind))
    return [
        ChangingCustomer(
            harness.of(f"c-{kind}-{fault}-{number}".replace("_", "-")),
            kind,
            fault,
            draw.randint(1, 3) if number else None,
        )
        for kind, fault, number in cases
    ]
