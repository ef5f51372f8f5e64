"""Whatever happens in a club week, in any order, a stream's last event is what a query says."""

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.life.reference_model import Model
from tests.life.test_life_of_a_week import ANY, BEGINS, CLOSED, OPEN, PROVISIONAL, Life
from tests.life.whole_product import CUSTOMER, running_product
from tests.support.gateway.site_streams import Followed, following
from tests.support.long_form import LONG_FORM
from tests.support.subgraphs.club_fixture import make_token

EXAMPLES: Final = 100 if LONG_FORM else 2
DISRUPTIVE: Final = frozenset({"restart"})
"""What ends streams: clients subscribe again, and begin with the current state."""


def any_of(events: Sequence[str], most: int) -> st.SearchStrategy[list[str]]:
    """Generate events in any order and number."""
    return st.lists(st.sampled_from([event for event in events if event not in DISRUPTIVE]), max_size=most)


WEEKS: Final = st.tuples(
    any_of(OPEN, 6), st.just(["end"]), any_of(PROVISIONAL, 2), st.just(["close"]), any_of(CLOSED, 2)
).map(lambda parts: [event for part in parts for event in part])


async def follow(migrated: Path, events: Sequence[str]) -> None:
    """Go through a week, and compare the stream with a query after each event."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(migrated, folder, dirs_exist_ok=True)
        async with running_product(Path(folder), BEGINS) as product:
            life = Life(product, Model([(BEGINS - timedelta(days=3), True)], BEGINS), migrated)
            async with following(product.site, make_token(CUSTOMER)) as stream:
                for event in events:
                    await life.live(event)
                    await equal(stream, await product.betslip(), event)
                assert sorted(set(stream.versions)) == stream.versions
                assert stream.versions[0] == 1


async def equal(stream: Followed, fresh: object, event: str) -> None:
    """Wait until the last event is what a query has said."""
    try:
        await stream.until(lambda: stream.club == fresh)
    except TimeoutError:
        assert stream.club == fresh, event


@settings(max_examples=EXAMPLES)
@given(events=WEEKS)
@example(events=["bet", "join", "choose", "whole bet", "void", "exclude", "restore", "leave", "end", "close"])
def test_the_last_event_is_what_a_query_says(migrated_product: Path, events: list[str]) -> None:
    """After each message, mutation and instant, without any polling by the client."""
    assert set(ANY) >= DISRUPTIVE
    asyncio.run(follow(migrated_product, events))
