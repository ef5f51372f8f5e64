"""Any order of requests, claims, failures and arrivals over time, beside a model that knows no database."""

import asyncio
import tempfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from subgraphs.wallet.limits.acts import Act
from subgraphs.wallet.limits.decision import Decision
from subgraphs.wallet.limits.limit import DEPOSITS, LimitKind
from tests.subgraphs.wallet.limits.limit_store import BRITISH, NOW, LimitsFixture, limits_at
from tests.support.examples import examples

HOUR = timedelta(hours=1)
LATER = st.sampled_from([0, 1, 11, 24, 25, 24 * 7, 24 * 31])
LONDON = ZoneInfo("Europe/London")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.sampled_from(DEPOSITS), st.sampled_from([50, 100, 200, None]), LATER),
        st.tuples(st.just("deposit"), st.just(None), st.integers(1, 120), LATER),
        st.tuples(st.just("bet"), st.just(None), st.integers(1, 120), LATER),
        st.tuples(st.sampled_from(["give back", "receive"]), st.just(None), st.integers(0, 9), LATER),
        st.tuples(st.just("break"), st.just(None), st.sampled_from([24, 48, 24 * 30]), LATER),
        st.tuples(st.just("withdraw"), st.just(None), st.integers(1, 500), LATER),
    ),
    max_size=25,
)


@dataclass
class Model:
    """What happened, as lists that are looked through from the beginning each time."""

    deposits: dict[str, tuple[datetime, int, str]] = field(default_factory=dict)
    asked: list[tuple[LimitKind, int | None, datetime]] = field(default_factory=list)
    breaks_end: datetime = NOW

    def limit(self, kind: LimitKind, at: datetime) -> tuple[int, datetime] | None:
        """Return a limit and since when there has been one, from all requests in their order."""
        holds: tuple[int, datetime] | None = None
        raised: tuple[int | None, datetime] | None = None
        for wanted, amount, when in self.asked:
            if wanted is not kind:
                continue
            if raised is not None and when >= raised[1] + 8 * 24 * HOUR:
                raised = None
            if holds is None or (amount is not None and amount <= holds[0]):
                raised = None
                if amount is not None:
                    holds = (amount, holds[1] if holds else when)
            elif raised is None or raised[0] != amount:
                raised = (amount, when)
            elif when >= raised[1] + 24 * HOUR:
                holds, raised = (None if amount is None else (amount, holds[1])), None
        assert at >= NOW
        return holds

    def fits(self, amount: int, at: datetime) -> bool:
        """Return whether a deposit fits each limit's frame, which is walked to from the limit's beginning."""
        return at >= self.breaks_end and self.is_within(amount, at)

    def is_within(self, amount: int, at: datetime, apart: str = "") -> bool:
        """Return whether a deposit fits the limits alone, beside all others but one."""
        for kind in DEPOSITS:
            if (limit := self.limit(kind, at)) is None:
                continue
            most, start = limit
            begun, months = start, 0
            while (end := self.next_frame(kind, begun, start, months)) <= at:
                begun, months = end, months + 1
            counted = [
                minor
                for name, (when, minor, state) in self.deposits.items()
                if state and name != apart and begun <= when < end
            ]
            if sum(counted) + amount > most:
                return False
        return True

    @staticmethod
    def next_frame(kind: LimitKind, begun: datetime, since: datetime, months: int) -> datetime:
        """Return when a frame ends."""
        if kind is not LimitKind.DEPOSIT_MONTH:
            return begun + (24 if kind is LimitKind.DEPOSIT_DAY else 168) * HOUR
        local = since.astimezone(LONDON)
        number = local.month + months + 1
        year, month = local.year + (number - 1) // 12, (number - 1) % 12 + 1
        for day in range(local.day, 27, -1):
            try:
                return local.replace(year=year, month=month, day=day).astimezone(NOW.tzinfo)
            except ValueError:
                continue
        return local.replace(year=year, month=month).astimezone(NOW.tzinfo)


async def _step(
    limits: LimitsFixture, model: Model, step: tuple[str, LimitKind | None, int, int], at: datetime
) -> None:
    what, kind, number, _later = step
    names = list(model.deposits)
    if what == "ask" and kind is not None:
        await limits.ask(kind, number, at)
        model.asked.append((kind, number, at))
    elif what == "deposit":
        name, fits = f"d-{len(names)}", model.fits(number, at)
        assert await limits.pay_in(number, at, claim_id=name) is fits
        if fits:
            model.deposits[name] = (at, number, "claimed")
    elif what == "bet":
        decision = await limits.claim(Act.BET, number, at)
        assert isinstance(decision, Decision)
        assert decision.allowed is (at >= model.breaks_end)
    elif what == "break":
        until = at + number * HOUR
        async with limits.database.write() as connection:
            await limits.store.take_break(connection, limits.request(at), BRITISH, until, None)
        model.breaks_end = max(model.breaks_end, until)
    elif what == "withdraw":
        assert await limits.claim(Act.WITHDRAWAL, number, at) == Decision()
    elif names:
        await _settle(limits, model, what, names[number % len(names)], at)


async def _settle(limits: LimitsFixture, model: Model, what: str, name: str, at: datetime) -> None:
    when, minor, state = model.deposits[name]
    if what == "give back":
        assert await limits.give_back(name, at) is (state != "received")
        if state == "claimed":
            model.deposits[name] = (when, minor, "")
    elif state:
        fits = state == "received" or model.is_within(minor, when, apart=name)
        assert await limits.received(name, at) is fits
        model.deposits[name] = (when, minor, "received" if fits else "")
    else:
        fits = model.fits(minor, at)
        assert await limits.received(name, at) is fits
        if fits:
            model.deposits[name] = (at, minor, "received")


@settings(max_examples=examples(60))
@given(STEPS, st.integers(0, 400))
def test_the_store_does_what_the_model_says(
    steps: list[tuple[str, LimitKind | None, int, int]], days: int
) -> None:
    """Each deposit passes exactly if the model finds room, and what is never stopped always passes."""

    async def run() -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with limits_at(f"sqlite+aiosqlite:///{folder}") as limits:
                model, at = Model(), NOW + timedelta(days=days)
                for step in steps:
                    at += step[3] * HOUR
                    await _step(limits, model, step, at)

    asyncio.run(run())
