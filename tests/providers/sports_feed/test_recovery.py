"""When a producer is up, and when a recovery is asked for, second by second."""

from providers.sports_feed.recovery import Moment, Producer, RecoveryLimits

LIMITS = RecoveryLimits(inactivity=20, patience=1200, distance=30, refresh=14_400)
WINDOW = 180 * 60_000
START = 1_800_000_000_000


def at(seconds: float) -> Moment:
    """Return a moment so many seconds after the beginning, when both clocks agree."""
    return Moment(seconds, START + round(1000 * seconds))


def alive(producer: Producer, seconds: float, *, subscribed: bool = True) -> None:
    """Let a sign of life arrive as soon as it is generated."""
    producer.alive(at(seconds).wall_ms, subscribed=subscribed, at=at(seconds))


def new_producer(complete_to: float | None = None) -> Producer:
    """Return a producer of which everything is known up to a moment, and which has just been heard."""
    producer = Producer(1, "LO", "liveodds", WINDOW, LIMITS)
    producer.complete_to = None if complete_to is None else at(complete_to).wall_ms
    alive(producer, 0)
    return producer


def recovered_producer() -> Producer:
    """Return a producer that is up since the moment 1."""
    producer = new_producer(complete_to=-100)
    recovery = producer.due(1, at(0))
    assert recovery is not None
    assert producer.completed(1, at(1)) is recovery
    assert not producer.trouble
    return producer


def test_nothing_is_asked_of_a_producer_that_says_nothing() -> None:
    """It would not answer."""
    producer = Producer(1, "LO", "liveodds", WINDOW, LIMITS)
    assert producer.due(1, at(0)) is None
    assert producer.trouble == "not recovered yet"


def test_a_gap_is_recovered_from_the_last_moment_that_is_known() -> None:
    """One request is enough."""
    producer = new_producer(complete_to=-100)
    recovery = producer.due(1, at(0))
    assert recovery is not None
    assert (recovery.after, recovery.part) == (at(-100).wall_ms, "gap")
    assert producer.completed(2, at(1)) is None  # that of another request
    assert producer.completed(1, at(1)) is recovery
    assert not producer.trouble


def test_a_first_start_asks_for_results_and_then_for_odds() -> None:
    """It is complete after both, and the requests keep their distance."""
    producer = new_producer()
    results = producer.due(1, at(0))
    assert results is not None
    assert results.part == "results"
    assert results.after is not None
    assert at(0).wall_ms - WINDOW < results.after < at(0).wall_ms - 0.9 * WINDOW
    assert producer.completed(1, at(1)) is results
    assert producer.trouble
    alive(producer, 20)
    assert producer.due(2, at(20)) is None
    alive(producer, 31)
    odds = producer.due(2, at(31))
    assert odds is not None
    assert (odds.part, odds.after) == ("odds", None)
    assert producer.completed(2, at(32)) is odds
    assert not producer.trouble


def test_what_the_producer_no_longer_keeps_is_asked_for_as_at_a_first_start() -> None:
    """A moment before its window would be refused."""
    producer = new_producer(complete_to=-WINDOW / 1000)
    recovery = producer.due(1, at(0))
    assert recovery is not None
    assert recovery.part == "results"


def test_silence_takes_a_producer_down_and_its_next_sign_of_life_is_recovered_from() -> None:
    """From the sign of life before the last one, which may have overtaken a message."""
    producer = recovered_producer()
    for second in (10, 20, 30):
        alive(producer, second)
    producer.check(at(49))
    assert not producer.trouble
    producer.check(at(51))
    assert producer.trouble == "no sign of life for 20 s"
    assert producer.due(2, at(51)) is None
    alive(producer, 60)
    recovery = producer.due(2, at(60))
    assert recovery is not None
    assert (recovery.after, recovery.part) == (at(20).wall_ms, "gap")


def test_a_producer_that_has_lost_track_is_recovered_even_in_a_recovery() -> None:
    """What was asked for before does not bring what was lost since."""
    producer = new_producer(complete_to=-100)
    assert producer.due(1, at(0)) is not None
    alive(producer, 10, subscribed=False)
    assert producer.completed(1, at(11)) is None
    assert "lost track" in producer.trouble
    alive(producer, 35)
    recovery = producer.due(2, at(35))
    assert recovery is not None
    assert recovery.after == at(-100).wall_ms


def test_old_messages_take_a_producer_down_until_they_are_newer() -> None:
    """Nothing is lost, so nothing is asked for."""
    producer = recovered_producer()
    alive(producer, 31)
    producer.messaged(at(5).wall_ms, at(31))
    assert "26 s old" in producer.trouble
    assert producer.due(2, at(31)) is None
    producer.messaged(at(32).wall_ms, at(33))
    assert not producer.trouble


def test_a_recovery_that_is_refused_or_lost_is_asked_for_again() -> None:
    """After 30 seconds if it was refused, after 1,200 if it does not end."""
    producer = new_producer(complete_to=-100)
    assert producer.due(1, at(0)) is not None
    producer.failed(1, "429")
    assert "429" in producer.trouble
    alive(producer, 31)
    assert producer.due(2, at(31)) is not None
    for second in range(40, 1300, 10):
        alive(producer, second)
        if recovery := producer.due(3, at(second)):
            break
    assert recovery is not None
    assert second == 1240
    assert "not complete after 1200 s" in producer.trouble


def test_everything_is_asked_for_anew_from_time_to_time() -> None:
    """In two halves, while the producer stays up."""
    producer = recovered_producer()
    alive(producer, 14_390)
    assert producer.due(2, at(14_390)) is None
    alive(producer, 14_402)
    results = producer.due(2, at(14_402))
    assert results is not None
    assert results.part == "results"
    producer.completed(2, at(14_403))
    alive(producer, 14_433)
    odds = producer.due(3, at(14_433))
    assert odds is not None
    assert odds.part == "odds"
    producer.completed(3, at(14_434))
    assert not producer.trouble
    alive(producer, 14_470)
    assert producer.due(4, at(14_470)) is None
