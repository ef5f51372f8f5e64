"""The contract suite of the kind video.

After each fault what was told is the provider's again, or it is said since when it is not.
"""

import pytest

from providers.declaration import CheckFailed
from simulator.content.faults import FaultName
from tests.providers.content_followers import Open, answer_seconds, require_contracts, until

FAULTS: list[tuple[FaultName, float, str]] = [
    ("silence", 1.5, "not answered within"),
    ("duplicates", 2, ""),
    ("gaps", 2, "members came instead of"),
    ("wrong_order", 1, "older than"),
    ("schema_change", 1, "not of the known form"),
    ("slow", 1, "not answered within"),
    ("busy", 1, "answered with 429"),
    ("reconnect_storm", 5, "cannot be asked for"),
    ("redirect", 1, "to elsewhere"),
    ("oversized", 1, "more than 4194304 bytes"),
    ("clock_skew", 3600, ""),
]


@pytest.mark.parametrize(("name", "amount", "reason"), FAULTS)
async def test_a_fault_while_events_go_on(
    following: Open, name: FaultName, amount: float, reason: str
) -> None:
    """Afterwards all is the provider's; if it was not in between, that was told with its reason."""
    async with following(rate=20) as one, one.running(answer_seconds=answer_seconds(reason)):
        await one.until_complete()
        await until(lambda: len(one.api.requests) > 5)
        before, asked = len(one.reasons()), len(one.api.requests)
        one.api.faults.arm(name, amount)
        if reason:
            await until(lambda: any(reason in told for told in one.reasons()[before:]))
        await until(lambda: len(one.api.requests) > asked + 3)
        one.content.is_moving = False
        await one.until_equal()
        assert reason or not one.reasons()[before:], one.reasons()
        require_contracts(one.kafka.sent, "video")


async def test_a_process_resumes_where_the_one_before_it_ended(following: Open) -> None:
    """It tells what was kept, and asks by the kept ETag."""
    async with following() as one:
        async with one.running():
            await one.until_equal()
            await until(lambda: "position" in one.shelf.entries)
        asked, one.kafka = len(one.api.requests), type(one.kafka)()
        async with one.running():
            await one.until_equal()
        assert one.api.requests[asked] == ("/video/pictures", 304)
        assert one.reasons()


async def test_a_process_without_a_state_asks_for_everything(following: Open) -> None:
    """Its revisions say that what was told before them is void."""
    async with following() as one:
        async with one.running():
            await one.until_equal()
        told = {body["revision"] for topic, _, body in one.kafka.sent if topic == "provider.video.v1"}
        one.shelf.entries.clear()
        async with one.running():
            await one.until_equal()
    assert one.statuses()[-1]["first_revision"] > max(told)


async def test_other_ids_of_events_hold_at_once(following: Open) -> None:
    """Whose they are is the adapter's setting: that the list has not changed says nothing about it."""
    async with following() as one:
        async with one.running():
            await one.until_equal()
            await until(lambda: "position" in one.shelf.entries)
        async with one.running(fixtures_of="stats"):
            await one.until_equal()
            told = one.latest("provider.video.v1").values()
            await until(lambda: {body["fixtures_of"] for body in told} == {"stats"})


async def test_a_picture_that_goes_is_told_to_be_gone(following: Open) -> None:
    """By an empty message."""
    async with following() as one, one.running():
        await one.until_equal()
        event, *_ = one.content.sports.events.values()
        one.content.sports.retire(event)
        await one.until_equal()
    assert ("provider.video.v1", f"video:{event.id}", None) in one.kafka.sent


async def test_a_check_says_in_a_sentence_what_is_wrong(following: Open) -> None:
    """Before anything is followed."""
    async with following() as one:
        assert await one.adapter().check() == f"{one.settings['url']} has 6 pictures"
        one.secret("video-key").unlink()
        with pytest.raises(CheckFailed, match="video-key cannot be read"):
            await one.adapter().check()
